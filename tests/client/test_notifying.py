"""A notification says no more than was chosen, and of a burst it is one."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core.views import FOREVER, Kind, Standing
from doorless_client.notifying import desktop
from doorless_client.notifying.desktop import Command, InTurn, Library, as_plain, find_notifier
from doorless_client.notifying.pace import Pace
from doorless_client.notifying.terminal import command_for
from doorless_client.notifying.told import Arrivals, Told, by_conversation
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_000_000


class Heard:
    """What some people said, since the last notification."""

    def __init__(self) -> None:
        self.engine = FakeEngine(NOW)
        self.arrivals = Arrivals()

    def person(self, name: str, **fields: Any) -> bytes:
        return self.engine.person(name, **fields)

    def says(self, who: bytes, text: str, **fields: Any) -> bool:
        return self.arrivals.take(self.engine.arrive(who, text, **fields))

    def told(self, level: str) -> Told | None:
        return self.arrivals.summed_up(level, by_conversation(self.engine.chats()), NOW)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_each_level_says_so_much(heard: Heard) -> None:
    ada = heard.person("Ada")
    heard.says(ada, "meet at nine")
    assert heard.told("nothing") is None
    assert heard.told("name") == Told("Ada", "New message")
    assert heard.told("text") == Told("Ada", "meet at nine")
    heard.says(ada, "or\nten")
    assert heard.told("name") == Told("Ada", "2 new messages")
    assert heard.told("text") == Told("Ada", "2 new messages: or␤ten")


def test_of_several_people_it_is_one_line_without_a_text(heard: Heard) -> None:
    people = [heard.person(name) for name in ("Ada", "Grace", "Alan")]
    for who in (*people, people[0]):
        heard.says(who, "secret")
    for level in ("name", "text"):
        assert heard.told(level) == Told("doorless", "4 new messages from Ada and 2 others")


def test_a_request_is_a_request_and_no_name(heard: Heard) -> None:
    mallory = heard.person("Mallory", standing=Standing.REQUEST)
    heard.says(mallory, "buy this")
    for level in ("name", "text"):
        assert heard.told(level) == Told("doorless", "A request")
    heard.says(heard.person("Ada"), "hi")
    assert heard.told("text") == Told("doorless", "New message from Ada, and a request")


def test_who_is_muted_blocked_or_gone_is_not_told_of(heard: Heard) -> None:
    ada, bob = heard.person("Ada"), heard.person("Bob", standing=Standing.BLOCKED)
    heard.says(ada, "hi")
    heard.says(bob, "hi")
    heard.engine.change(ada, muted_until=FOREVER)
    assert heard.told("text") is None
    heard.engine.change(ada, muted_until=NOW)  # it just ended
    assert heard.told("name") == Told("Ada", "New message")
    assert heard.arrivals.summed_up("text", {}, NOW) is None


def test_what_we_say_and_notes_are_no_news(heard: Heard) -> None:
    ada = heard.person("Ada")
    assert not heard.says(ada, "hi", mine=True)
    assert not heard.says(ada, "You verified Ada", kind=Kind.NOTE)
    assert heard.told("text") is None


def test_what_disappears_here_is_not_left_on_the_desktop(heard: Heard) -> None:
    ada = heard.person("Ada")
    heard.says(ada, "for a minute", lasts=60)
    assert heard.told("text") == Told("Ada", "New message")


def test_long_words_are_cut(heard: Heard) -> None:
    ada = heard.person("A" * 200)
    heard.says(ada, "x" * 10_000)
    told = heard.told("text")
    assert told is not None
    assert len(told.title) <= 40
    assert len(told.body) <= 160


def test_a_pace_drops_what_comes_too_soon() -> None:
    times = iter([0.0, 1.9, 2.0, 2.1, 4.5])
    pace = Pace(2.0, lambda: next(times))
    assert [pace.may() for _ in range(5)] == [True, False, True, False, True]


# --- the terminal ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "sequence"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;doorless: Ada: New message\x1b\\"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;doorless: Ada: New message\x1b\\"),
        ({"TERM": "foot"}, "\x1b]777;notify;Ada;New message\x1b\\"),
    ],
)
def test_a_terminal_that_is_known_gets_its_own_command(
    environment: dict[str, str], sequence: str
) -> None:
    command = command_for(environment)
    assert command is not None
    assert command(Told("Ada", "New message")) == sequence


@pytest.mark.parametrize(
    "environment", [{}, {"TERM": "xterm-256color"}, {"TERM": "screen", "TERM_PROGRAM": "tmux"}]
)
def test_one_that_is_not_known_gets_none(environment: dict[str, str]) -> None:
    assert command_for(environment) is None


@given(st.text(), st.text())
def test_no_text_ends_the_command_or_begins_another(title: str, body: str) -> None:
    for environment in ({"TERM_PROGRAM": "WezTerm"}, {"TERM": "foot"}):
        command = command_for(environment)
        assert command is not None
        inner = command(Told(title, body))[2:-2]
        assert all(letter.isprintable() or ord(letter) > 0x9F for letter in inner)
        assert "\x9c" not in inner
        assert inner.count(";") == (3 if inner.startswith("777") else 1)


# --- the desktop -----------------------------------------------------------------------------


class FakeLibrary:
    """desktop-notifier, as far as it is used."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.sent, self.cleared = fails, [], 0
        self.DesktopNotifier = lambda **named: self

    async def send(self, *, title: str, message: str, on_dispatched: Any) -> None:
        if self.fails:
            raise OSError("no bus")
        self.sent.append((title, message))
        on_dispatched()

    async def clear_all(self) -> None:
        self.cleared += 1
        if self.fails:
            raise OSError("no bus")


async def test_the_library_shows_it_and_takes_it_back() -> None:
    library = FakeLibrary()
    notifier = Library(library)
    assert await notifier.post(Told("Ada", "hi"))
    assert library.sent == [("Ada", "hi")]
    await notifier.clear()
    assert library.cleared == 1


async def test_a_desktop_that_fails_costs_nothing() -> None:
    notifier = Library(FakeLibrary(fails=True))
    assert not await notifier.post(Told("Ada", "hi"))
    await notifier.clear()


async def test_a_library_that_shows_nothing_is_not_believed() -> None:
    class Silent(FakeLibrary):
        async def send(self, **_: Any) -> None: ...  # it swallows its own errors

    assert not await Library(Silent()).post(Told("Ada", "hi"))


def test_tags_are_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert as_plain("<img src='http://x'> & co") == "&lt;img src='http://x'&gt; &amp; co"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert as_plain("<b>") == "<b>"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the program")
async def test_notify_send_is_told_of_nobody(tmp_path: Path) -> None:
    program = fake_notify_send(tmp_path)
    assert await Command(str(program)).post(Told("--help", "--icon=/etc/passwd Ada"))
    assert (tmp_path / "argv").read_text() == "--app-name=doorless\n--\ndoorless\nNew messages\n"


async def test_a_program_that_is_gone_or_fails_is_told() -> None:
    assert not await Command("/nonexistent/notify-send").post(Told("a", "b"))
    assert not await Command("/bin/false").post(Told("a", "b"))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the program")
async def test_a_program_that_hangs_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "notify-send"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(desktop, "PATIENCE", 0.05)
    assert not await asyncio.wait_for(Command(str(program)).post(Told("a", "b")), 5)


def test_what_is_installed_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(desktop.importlib, "import_module", absent)
    monkeypatch.setattr(desktop.shutil, "which", lambda _: None)
    assert kinds(find_notifier()) == []
    monkeypatch.setattr(desktop.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert kinds(find_notifier()) == [Command]
    monkeypatch.setattr(desktop.importlib, "import_module", lambda _: FakeLibrary())
    assert kinds(find_notifier()) == [Library, Command]


def kinds(found: Any) -> list[type]:
    return [type(one) for one in found.notifiers]


async def test_what_does_not_work_leaves_it_to_the_next() -> None:
    broken, works, last = FakeLibrary(fails=True), FakeLibrary(), FakeLibrary()
    notifier = InTurn([Library(broken), Library(works), Library(last)])
    assert await notifier.post(Told("Ada", "hi"))
    assert works.sent == [("Ada", "hi")]
    assert last.sent == []
    await notifier.clear()
    assert [one.cleared for one in (broken, works, last)] == [1, 1, 1]
    assert not await InTurn([]).post(Told("Ada", "hi"))


def fake_notify_send(folder: Path) -> Path:
    program = folder / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{folder}/argv"\n')
    program.chmod(0o755)
    return program


def test_of_a_notice_nothing_is_told_but_that_there_is_one(heard: Heard) -> None:
    heard.arrivals.notices = 2
    assert heard.told("nothing") is None
    for level in ("name", "text"):
        assert heard.told(level) == Told("doorless", "A notice from your relay")
    heard.says(heard.person("Ada"), "meet at nine")
    assert heard.told("name") == Told("Ada", "A notice from your relay. New message")
