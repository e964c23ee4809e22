"""doorless-verify: what it says and how it exits."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from doorless_protocol.log.accuse import accusation, challenge
from doorless_protocol.log.evidence import Kind, Notes
from doorless_verify.__main__ import main
from logstage import Stage, stage


@pytest.fixture(scope="module")
def play() -> Stage:
    return stage()


@pytest.fixture
def bundle(play: Stage, tmp_path: Path) -> Path:
    ours, theirs = play.ledger.fork(), play.ledger.fork()
    ours.publish(play.now + 1)
    theirs.publish(play.now + 2)
    found = accusation(Kind.TWO_ROOTS, play.config, Notes(ours.note(), theirs.note()))
    path = tmp_path / "relay.evidence"
    path.write_bytes(found.evidence)
    return path


def test_proven_exits_with_0(play: Stage, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(bundle), "--pin", play.config.hash.hex()]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("proven: E1 against the key log 'relay.test/keys'")
    assert play.config.hash.hex() in said.out
    assert said.err == ""


def test_both_keys_may_be_pinned_instead(play: Stage, bundle: Path) -> None:
    keys = [key.encode() for key in play.config.vkeys]
    assert main([str(bundle), "--pin", *keys]) == 0
    assert main([str(bundle), "--pin", keys[0], "--pin", keys[1]]) == 0
    assert main([str(bundle), "--pin", keys[0]]) == 1


def test_a_hash_is_pinned_as_a_client_shows_it_or_a_link_carries_it(
    play: Stage, bundle: Path
) -> None:
    digits = play.config.hash.hex()
    shown = " ".join(digits[start : start + 8] for start in range(0, 64, 8))
    carried = urlsafe_b64encode(play.config.hash).decode().rstrip("=")
    assert main([str(bundle), "--pin", shown]) == 0
    assert main([str(bundle), "--pin", carried]) == 0
    assert main([str(bundle), "--pin", shown[:-1]]) == 1
    assert main([str(bundle), "--pin", carried.swapcase()]) == 1


def test_not_proven_exits_with_1_and_says_why(
    play: Stage, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(bundle), "--pin", "0" * 64]) == 1
    said = capsys.readouterr()
    assert "not proven" in said.err
    assert play.config.hash.hex() in said.err  # what to compare with what is trusted
    bundle.write_bytes(bundle.read_bytes() + b"\0")
    assert main([str(bundle), "--pin", play.config.hash.hex()]) == 1


def test_a_challenge_is_no_proof(
    play: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = challenge(play.config, play.ledger.note(1), play.ledger.note(2))
    path = tmp_path / "challenge"
    path.write_bytes(found.challenge)
    assert main([str(path), "--pin", play.config.hash.hex()]) == 1
    assert capsys.readouterr().out.startswith("challenge: C1")


def test_json_is_one_object(play: Stage, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(bundle), "--json", "--pin", play.config.hash.hex()])
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["kind"]) == ("proven", "E1")
    main([str(bundle), "--json", "--pin", "none"])
    assert json.loads(capsys.readouterr().out)["verdict"] == "none"


def test_wrong_use_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing"), "--pin", "0" * 64]) == 2
    assert "cannot read" in capsys.readouterr().err
    with pytest.raises(SystemExit) as raised:
        main([str(tmp_path / "nothing")])
    assert raised.value.code == 2
