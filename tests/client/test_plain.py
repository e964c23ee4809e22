"""Plain mode: two people in lines, over real pipes and a real terminal, and a relay."""

import os
import pty
import re
import select
import sys
import time
from pathlib import Path

import pytest

from doorless_client import cli
from doorless_client.plain.commands import COMMANDS
from doorless_lab.processes import PASSPHRASE, Client, Relay
from in_process import Here
from plain import PATIENCE, number, talking


def person(world: Path, name: str) -> Client:
    return Client(world / name)


def test_two_people_talk_in_lines(relay: Relay, world: Path) -> None:
    with talking(person(world, "alice")) as alice, talking(person(world, "bob")) as bob:
        for one, other in ((alice, "bob"), (bob, "alice")):
            one.hears("connected")
            one.says(f"/open {other}")
            one.hears("hello")
        alice.says("how are you?")
        said = alice.hears("you to bob@")
        heard = bob.hears("how are you?")
        assert heard.startswith("[")
        alice.hears(f"[{number(said)}] delivered")
        bob.says(f"/react {number(heard)} 👍", f"/reply {number(heard)} fine, thanks\\", "and you?")
        assert "👍" in alice.hears("reactions")
        answered = alice.hears("fine, thanks")
        assert "fine, thanks␤and you?" in answered
        assert "answers alice@" in answered
        alice.says(f"/edit {number(said)} how is it going?")
        bob.hears("says now: how is it going?")
        alice.says(f"/delete {number(said)} everyone")
        bob.hears("was taken back")
        alice.says("/timer 1h")
        bob.hears("disappear 1 hour")
        bob.says("/search thanks")
        bob.hears("1 found")
        bob.says("//slash")
        assert alice.hears("/slash").endswith(": /slash")
        alice.says("/add bob")  # at one's own relay a handle is enough
        assert "bob@" in alice.hears("added")
        assert alice.ends() == bob.ends() == 0


def test_what_is_piped_in_leaves_before_it_ends(relay: Relay, world: Path) -> None:
    says = "/help\n/help react\n\n/open bob\nfirst\nsecond\n/quit\nnever read\n"
    done = person(world, "alice").run("--plain", says=says)
    assert (done.code, done.err) == (0, "")
    assert "second  [waiting]" in done.out
    assert "never read" not in done.out
    for name in COMMANDS:
        assert f"/{name}" in done.out
    assert done.out.count("/react NUMBER") == 2
    texts = [one["text"] for one in Here(world / "bob").run("receive", "--json").objects()]
    assert texts[-2:] == ["first", "second"]


def test_without_a_relay_it_says_that_it_waits_and_exits_5(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = person(world, "alice").run("--plain", says="/open bob\nlater\n")
    assert done.code == 5
    assert done.out.splitlines()[-1].startswith("not all of it left")


REFUSED = (
    "nobody hears this",
    "/open nobody",
    "/reply 7 x",
    "/reply x",
    "/nonsense",
    "/mute x",
    "/save 1",
    "/forget bob",
    "/lock",
    "/react 1",
    "/browse 1",
    "/alarm 1",
    "/settings nothing",
    "/settings typing maybe",
    "/settings theme plum",
    "/verify 123",
    "/note",
    "/file",
    "x" * 70_000,
    "\udcff",
)


def test_what_is_refused_is_a_line_each_and_the_exit_code(relay: Relay, world: Path) -> None:
    lines = "\n".join(REFUSED).encode("utf-8", "surrogateescape")
    with person(world, "alice").start("--plain") as process:
        assert process.stdin is not None
        os.write(process.stdin.fileno(), lines + b"\n")
        out, err = process.communicate(timeout=PATIENCE)
    errors = [one for one in out.splitlines() if one.startswith("error: ")]
    assert len(errors) == len(REFUSED)
    assert (process.returncode, err) == (1, "")


def test_a_stranger_is_told_of_without_a_word_of_theirs(relay: Relay, world: Path) -> None:
    mallory = Here(world / "mallory")
    assert mallory.run("register", "--relay", relay.url, "--handle", "mallory").code == 0
    assert mallory.run("add", f"alice@{relay.name}").code == 0
    with talking(person(world, "alice")) as alice:
        alice.hears("connected")
        assert mallory.run("send", "alice", "buy my coins").code == 0
        alice.hears("not a contact")
        assert not any("coins" in line for line in alice.seen)
        alice.says("/requests")
        asked = alice.hears("mallory")
        digits = re.search(r"account ([0-9a-f]{16})", asked)
        assert digits is not None
        alice.says(f"/open {digits[1]}")
        alice.hears("buy my coins")
        alice.says("never", f"/block {digits[1]}")
        alice.hears("error: this is a request")
        alice.hears("blocked")
        assert alice.ends() == 1


# --- on a terminal -------------------------------------------------------------------------------


class Terminal:
    """`doorless --plain` on a pseudo-terminal."""

    def __init__(self, client: Client) -> None:
        self.output, arguments = "", ["--profile", str(client.profile), "--plain"]
        self._pid, self._descriptor = pty.fork()
        if not self._pid:
            os.environ["DOORLESS_PASSPHRASE"] = PASSPHRASE
            os.execv(sys.executable, [sys.executable, "-m", "doorless_client", *arguments])

    def types(self, line: str) -> None:
        os.write(self._descriptor, f"{line}\n".encode())

    def shows(self, words: str, after: int = 0) -> int:
        """Where the words end in the output, waited for."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.output.find(words, after)) < 0:
            ready, _, _ = select.select([self._descriptor], [], [], deadline - time.monotonic())
            assert ready, f"{words!r} did not come: {self.output}"
            self.output += os.read(self._descriptor, 65_536).decode()
        return at + len(words)

    def ends(self) -> int:
        while True:
            try:
                data = os.read(self._descriptor, 65_536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.output += data.decode()
        _, status = os.waitpid(self._pid, 0)
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(status)


def test_it_locks_on_a_terminal_and_shows_no_passphrase(relay: Relay, world: Path) -> None:
    terminal = Terminal(person(world, "alice"))
    terminal.shows("connected")
    terminal.types("/open bob")
    terminal.shows("hello")
    terminal.types("/lock")
    at = terminal.shows("locked")
    held = Here(world / "alice").run("chats")
    assert held.code == 0  # nothing is open any more
    terminal.types("wrong horse")
    at = terminal.shows("error: ", at)
    terminal.types(PASSPHRASE)
    terminal.shows("plain mode", at)
    terminal.types("still the same conversation")
    terminal.shows("you to bob@", at)
    terminal.types("/quit")
    assert terminal.ends() == 0
    assert PASSPHRASE not in terminal.output
    assert "\x1b" not in terminal.output
    assert "wrong horse" not in terminal.output


def test_a_terminal_that_cannot_draw_is_sent_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert cli.run(["--profile", "/nowhere"], now=time.time, random=os.urandom) == 2
    assert "doorless --plain" in capsys.readouterr().err
