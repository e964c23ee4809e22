"""N06: a client that talks to somebody else besides, starts something, or leaves something behind.

Commands run in this process, where Python itself tells what they do (PEP 578), with the real relay
as another one.
"""

import socket
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from audited import Deeds, audited
from doorless_client import key_file
from doorless_lab.processes import Relay, running_relay
from in_process import Here

OURS = Path(__file__).parents[2]
LIBRARIES = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platstdlib"))
SYSTEM = ("/dev/", "/proc/", "/etc/", "/usr/share/", "/sys/")
"""What a program may read of a system: its certificates, time zone, terminals."""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with running_relay(tmp_path_factory.mktemp("relay")) as relay:
        yield relay


def calls_home(*_arguments: object) -> bool:
    """A client that tells somebody else, too: it would only have to be called at some place."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.connect(("192.0.2.99", 53))
    return True


def lives(folder: Path, relay: Relay) -> Deeds:
    """What two people do outside of themselves who meet, write, read and look."""
    alice, bob = Here(folder / "alice"), Here(folder / "bob")
    with audited() as deeds:
        for person, name in ((alice, folder.name + "a"), (bob, folder.name + "b")):
            done = person.run("register", "--relay", relay.url, "--handle", name)
            assert done.code == 0, done.err
        address = f"{folder.name}b@{urlsplit(relay.url).netloc}"
        assert alice.run("add", address).code == 0
        assert alice.run("send", address, "meet at nine").code == 0
        assert "meet at nine" in bob.run("receive", "--wait", "10").out
        assert bob.run("contacts", "--json").code == 0
        assert bob.run("log", "status").code in (0, 1)
    return deeds


@pytest.mark.attack(
    "N06",
    "commands connect to the relay alone, start and listen to nothing, and write in their profile",
    weaken={"doorless_client.endpoint.is_loopback": calls_home},
)
def test_nothing_else_is_reached_started_or_written(
    tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = key_file.Cost(passes=1, memory=8_192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    folder = tmp_path / "n06"
    folder.mkdir()
    for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    deeds = lives(folder, relay)
    url = urlsplit(relay.url)
    assert deeds.reached
    assert deeds.written
    assert {each for each in deeds.reached if not _is_relay(each, url.port or 0)} == set()
    assert deeds.started == set()
    assert deeds.listened == set()
    assert {path for path in deeds.written if not _is_below(path, folder)} == set()
    assert {path for path in deeds.read if not _may_read(path, folder)} == set()


def _is_relay(address: str, port: int) -> bool:
    return "127.0.0.1" in address and str(port) in address


def _is_below(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)


def _may_read(path: Path, folder: Path) -> bool:
    if _is_below(path, folder) or path.is_relative_to(OURS) or str(path).startswith(SYSTEM):
        return True
    return any(path.is_relative_to(each) for each in LIBRARIES) or not path.is_absolute()


def test_the_hook_sees_all_of_it(tmp_path: Path) -> None:
    with audited() as deeds:
        calls_home()
        (tmp_path / "left").write_text("behind")
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
    assert any("192.0.2.99" in each for each in deeds.reached)
    assert tmp_path / "left" in deeds.written
    assert deeds.listened
