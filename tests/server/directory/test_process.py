"""The relay as a process: killed while people register, and started on an older log."""

import asyncio
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException

from doorless_protocol.frames import Found, Lookup
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import HeadProof, LookupProof
from doorless_protocol.log.tree import verify_consistency
from doorless_protocol.log_frames import Logged, LogHead, LogProof
from doorless_server.__main__ import main
from doorless_server.directory import opening
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog
from served import KILLED_BY_HAND, ask_once, points, relay


async def head(url: str, config: LogConfig, size: int = 0) -> HeadProof:
    answered = await ask_once(url, LogHead(size))
    assert isinstance(answered, LogProof)
    proof = HeadProof.decode(answered.proof)
    proof.check(config)
    return proof


def config_of(data: Path) -> LogConfig:
    return LogConfig.decode((data / "log.config").read_bytes())


async def enrol(
    url: str,
    config: LogConfig,
    people: list[Any],
    heads: list[Checkpoint],
    kill: Callable[[], None] | None = None,
) -> set[str]:
    """Register people one after the other, and look at the log; who was answered."""
    answered: set[str] = set()
    try:
        for person in people:
            if len(answered) == 2 and kill is not None:
                kill()
            assert isinstance(await ask_once(url, person.register(), person), Logged)
            answered.add(person.handle)
            heads.append((await head(url, config)).check(config))
    except (WebSocketException, OSError, EOFError):
        pass
    return answered


@pytest.mark.parametrize("point", points("fdatasync:21", writes=150, syncs=22))
async def test_killed_while_people_register_it_forks_nothing_and_keeps_what_it_promised(
    point: str, tmp_path: Path, alice: Any, bob: Any, mallory: Any
) -> None:
    data, heads, people = tmp_path / "data", list[Checkpoint](), [alice, bob, mallory]
    main(["log-key", "--data", str(data), "--name", "relay.test"])
    with relay(data, "--epoch", "1", point=point) as served:
        kill = served.kill if point == KILLED_BY_HAND else None
        answered = set[str]()
        if served.url:
            answered = await enrol(served.url, config_of(data), people, heads, kill)
        served.check_killed()
    assert len(answered) < 3
    with relay(data) as served:
        config = config_of(data)
        assert len(await enrol(served.url, config, people, heads)) == 3
        for older in heads:
            proof = await head(served.url, config, older.size)
            newest = proof.check(config)
            verify_consistency(older.size, older.root, newest.size, newest.root, proof.consistency)
        for person in people:
            assert await version(served.url, config, person) == 1


async def version(url: str, config: LogConfig, person: Any) -> int:
    """Of a person's label, as soon as it has one."""
    async with asyncio.timeout(60):
        while True:
            found = await ask_once(url, Lookup(person.handle, 0))
            assert isinstance(found, Found)
            proof = LookupProof.decode(found.proof or b"")
            root = proof.head.leaf.map_root
            entry = proof.entries[0].check(config, Label(person.handle), root)
            if entry is not None:
                assert found.manifest == person.manifest.encode()
                return entry.version


def grow(data: Path, epochs: int) -> None:
    random = secrets.token_bytes
    keys, config = opening.settle(data, "relay.test", random, interval=None, window=None)
    log = KeyLog.open(data / "log.db", HeadStore(data / "heads.db"), keys, config, random)
    for number in range(epochs):
        checkpoint = log.build(1_750_000_000 + number)
        log.publish(checkpoint.size, log.sign(checkpoint, 1_750_000_000))
    log.close()


def test_a_relay_does_not_start_on_an_older_log_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    grow(data, 3)
    shutil.copy(data / "log.db", tmp_path / "backup.db")
    grow(data, 2)
    shutil.copy(tmp_path / "backup.db", data / "log.db")
    arguments = ["serve", "--data", str(data), "--listen", "127.0.0.1:0"]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "Put back the newest log.db" in err


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda data: (data / "keys" / "log.key").write_bytes(bytes(64)), "restore them"),
        (lambda data: (data / "keys" / "vrf.key").write_bytes(bytes(31)), "restore it"),
        (lambda data: (data / "log.config").write_bytes(b"KTC1"), "restore it"),
        (lambda data: (data / "log.db").write_bytes(b"no database" * 400), "cannot use"),
        (lambda data: (data / "auditors").write_text("ann 12\n"), "line 1"),
    ],
    ids=["log.key", "vrf.key", "log.config", "log.db", "auditors"],
)
def test_a_file_that_is_not_what_it_was_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: Any, said: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    grow(data, 1)
    broken(data)
    assert main(["serve", "--data", str(data), "--listen", "127.0.0.1:0"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


def test_what_clients_pin_cannot_be_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    grow(data, 1)
    arguments = ["serve", "--data", str(data), "--listen", "127.0.0.1:0", "--epoch", "20"]
    assert main(arguments) == 1
    assert "cannot be changed" in capsys.readouterr().err


def test_an_auditors_token_is_shown_once_and_kept_as_a_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["auditor", "--data", str(tmp_path), "ann"]
    assert main(arguments) == 0
    token = bytes.fromhex(capsys.readouterr().out)
    held = (tmp_path / "auditors").read_text()
    assert token.hex() not in held
    assert opening.Auditors.read(tmp_path / "auditors").are(token)
    assert main(arguments) == 1
    assert "already" in capsys.readouterr().err
