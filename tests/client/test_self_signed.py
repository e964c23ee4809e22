"""A relay at home, from its first start to friends who were told its address; real processes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from certified import Certified
from doorless_protocol.invite import InviteLink, parse_pinned, text_of
from doorless_server.__main__ import main
from in_process import Here
from served import serving

SELF_SIGNED = ["--self-signed", "--listen"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[str]:
    """The address that the relay printed: what its operator hands out."""
    arguments = ["serve", "--data", str(tmp_path / "relay"), *SELF_SIGNED, "127.0.0.1:0"]
    with serving(*arguments) as served:
        assert served.url.startswith("wss://")
        yield str(served.ready["address"])


def registered(folder: Path, handle: str, address: str) -> Here:
    person = Here(folder / handle)
    done = person.run("register", "--relay", address, "--handle", handle)
    assert done.code == 0, done.err
    return person


def test_two_people_talk_through_a_relay_that_signed_for_itself(
    started: str, tmp_path: Path
) -> None:
    relay, pin = parse_pinned(started)
    alice, bob = (registered(tmp_path, handle, started) for handle in ("alice", "bob"))
    link = bob.run("invite").out.splitlines()[0]
    assert InviteLink.parse(link).tls == pin
    assert alice.run("add", link).code == 0
    assert alice.run("send", "bob", "at home").code == 0
    assert "at home" in bob.run("receive").out
    shown = alice.run("relay")
    assert (shown.code, shown.out) == (0, f"{started}\n")
    checks_key(alice, str(relay), pin, tmp_path)


def checks_key(alice: Here, relay: str, pin: bytes, folder: Path) -> None:
    """Another key is taken on a yes alone, and then it is another relay."""
    other = f"{relay}#{text_of(bytes(32))}"
    refused = alice.run("relay", other, says="no\n")
    assert refused.code == 1
    for words in (text_of(pin), text_of(bytes(32)), "told you so himself", "nothing was changed"):
        assert words in refused.err
    assert json.loads(alice.run("relay", "--json").out) == {
        "relay": relay,
        "fingerprint": text_of(pin),
    }
    assert alice.run("relay", "elsewhere.test", "--yes").code == 2
    assert alice.run("relay", other, says="yes\n").code == 0
    cut_off = alice.run("send", "bob", "and now?")
    assert cut_off.code == 5
    assert "who answers at your relay's address is not your relay" in cut_off.err
    assert "another key than the one that you were given" in alice.run("doctor").out
    assert alice.run("relay", f"{relay}#{text_of(pin)}", "--yes").code == 0
    assert alice.run("receive").code == 0  # what was queued leaves


def test_nobody_registers_at_a_relay_with_another_key_or_with_none(
    started: str, tmp_path: Path
) -> None:
    relay = started.partition("#")[0]
    for address in (f"{relay}#{text_of(bytes(32))}", f"wss://{relay}"):
        carol = Here(tmp_path / "carol")
        ended = carol.run("register", "--relay", address, "--handle", "carol")
        assert ended.code == 5
        assert not carol.profile.exists()


def test_the_key_stays_whatever_becomes_of_the_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "relay"
    arguments = ["serve", "--data", str(data), *SELF_SIGNED, "127.0.0.1:0", "--name", "home.lan"]
    with serving(*arguments) as first:
        pass
    files = [data / "tls" / name for name in ("key.pem", "certificate.pem")]
    assert [oct(path.stat().st_mode & 0o777) for path in files] == ["0o600", "0o600"]
    key = files[0].read_bytes()
    files[1].unlink()
    with serving(*arguments) as second:
        assert second.ready["address"] == first.ready["address"]
    assert files[0].read_bytes() == key
    capsys.readouterr()
    assert main(["fingerprint", "--data", str(data)]) == 0
    assert first.ready["address"] == f"home.lan#{capsys.readouterr().out.strip()}"
    assert main(["fingerprint", "--data", str(tmp_path)]) == 1
    assert str(first.ready["address"]).startswith("home.lan#")


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    files = Certified.make(tmp_path)
    own = ["--tls-cert", str(files.certificate), "--tls-key", str(files.key)]
    data = ["serve", "--data", str(tmp_path / "relay")]
    assert main([*data, "--self-signed", *own]) == 2
    assert main([*data, "--self-signed", "--listen", "0.0.0.0:8443"]) == 2  # nobody's address
    assert main([*data, "--self-signed", "--tls-key", str(files.key)]) == 2
