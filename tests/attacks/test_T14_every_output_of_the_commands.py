"""T14, T04: hostile texts in whatever commands, plain mode, exports and notifications put out.

The same texts and the same list of what may be emitted as on the screens of the messenger;
`DOORLESS_HOSTILE=5000` draws 5,000. Each command runs in this process over one profile with all.
"""

import asyncio
import html
import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from doorless_client import text
from doorless_client.cli_outcome import complain
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import (
    ChatChanged,
    Event,
    FileMoved,
    KeyChanged,
    MessageAdded,
    MessageChanged,
    Notice,
)
from doorless_client.notifying.desktop import SOMETHING, Library, arguments
from doorless_client.notifying.told import APP, Arrivals, Told, by_conversation
from doorless_client.plain.desk import Desk
from doorless_client.plain.events import Events
from doorless_client.plain.numbers import Numbers
from doorless_client.plain.saying import say
from doorless_client.store.base import Store
from doorless_client.text import safe
from doorless_lab.world_person import copy_store
from hostile import DEPTH, Given, hostile_texts, obeyed
from hostile_profile import NOW, opened, printed, told

pytestmark = pytest.mark.timeout(120 + DEPTH / 5)

LINES = (
    *("chats", "chats --archived", "contacts", "contacts --blocked", "requests"),
    *("history bob --ids", "history bob --limit 9", "details bob", "search exe", "search http"),
    *("devices", "log status", "log evidence", "log evidence 1", "verify bob", "export bob"),
    *("receive", "name bob x", "pin somebody1", "send bob hi", "forward bob last somebody1"),
)
IN_JSON = (
    *("chats", "contacts", "requests", "history bob", "details bob", "search exe", "devices"),
    *("log status", "log evidence", "receive", "export bob"),
)
NUMBERED = ("info", "links", "pin", "react", "save")
PLAIN = (
    *("/list", "/list archived", "/requests", "/blocked", "/open bob", "/more", "/details"),
    *("/search exe", "/searchall http", "/devices", "/alarms", "/alarm 1", "/log", "/status"),
    *(f"/{act} {number}" for act in NUMBERED for number in range(1, 30)),
    *("/pinned", "/verify", "/name x", "/context 3"),
)


def as_it_came(anything: str) -> str:
    return anything


_defended = text.neutralise
WEAKEN = {
    "doorless_client.text.neutralise": as_it_came,
    "doorless_client.exporting.neutralise": as_it_came,
}


def is_defended() -> bool:
    return text.neutralise is _defended


@cache
def profile(defended: bool) -> tuple[Store, Given]:
    """Made once; a twin shows at once what it lets through."""
    given = Given(DEPTH if defended else 60, seed=11)
    return told(given), given


def store() -> Store:
    return copy_store(profile(is_defended())[0])


def check_drawn(out: str, *surfaces: str) -> None:
    """That texts of each of these surfaces were put out at all: else nothing was tried."""
    given = profile(is_defended())[1].surfaces
    for surface in surfaces:
        assert any(mark in out for mark in given[surface]), surface


# --- commands ------------------------------------------------------------------------------------


@pytest.mark.attack(
    "T14", "no hostile text, wherever it stood, is obeyed where a command prints it", weaken=WEAKEN
)
def test_lines_of_commands_are_harmless() -> None:
    whole, held = "", store()
    for line in LINES:
        out = printed(held, *line.split())
        assert obeyed(out) == [], line
        assert "should not have happened" not in out
        whole += out
    check_drawn(whole, "text", "new version", "file name", "beside a file", "answer")
    check_drawn(whole, "claimed quote", "name", "name of a stranger", "blocked name", "own name")
    check_drawn(whole, "device", "text of a request", "label of an alarm", "relay")


@pytest.mark.attack(
    "T14", "JSON is ASCII, parses, and holds no hostile text once it was parsed", weaken=WEAKEN
)
def test_json_of_commands_is_harmless() -> None:
    whole, held = "", store()
    for line in IN_JSON:
        out = printed(held, *line.split(), "--json")
        objects = [one for one in out.splitlines() if not one.startswith("doorless: ")]
        assert objects
        assert "\n".join(objects).isascii()
        for one in objects:
            for said in texts_in(json.loads(one)):
                assert obeyed(said) == [], line
        whole += out
    check_drawn(whole, "text", "new version", "file name", "claimed quote", "name")
    check_drawn(whole, "device", "own name", "text of a request", "label of an alarm", "relay")


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for held in value.values():
            yield from texts_in(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts_in(held)
    elif isinstance(value, str):
        yield value


@pytest.mark.attack(
    "T14",
    "each line of a conversation is begun by us, whatever breaks the text on it holds",
    weaken={"doorless_client.cli_output._CONTINUED": "\n"},
)
def test_every_line_of_a_history_is_ours() -> None:
    out = printed(store(), "history", "bob")
    for line in out.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  |      │( |$)", line), line
    assert out.count("      │ ") > DEPTH / 100


@pytest.mark.attack("T14", "no error line repeats what a terminal obeys", weaken=WEAKEN)
def test_what_was_typed_or_answered_is_harmless_in_error_lines() -> None:
    words = [one.replace("\x00", "") for one in hostile_texts(DEPTH, seed=12)]
    held, whole = store(), ""
    for one in words[: max(3, DEPTH // 120)]:
        for line in (
            *(("history", one), ("send", one, "x"), ("send", "bob", one), ("add", f"bob@{one}")),
            *(("name", "bob", one), ("timer", "bob", one), ("search", one), (one,), ("log", one)),
            *(("verify", "bob", "--number", one), ("react", "bob", "last", one), ("chats", one)),
            *(("details", "bob", f"--{one}"), ("export", "bob", "--to", f"/nowhere/{one}")),
        ):
            out = printed(held, *line)
            assert obeyed(out) == [], line
            assert "should not have happened" not in out, (line, out)
            whole += out
    assert whole.count("doorless: ") > 20
    said = io.StringIO()
    with redirect_stderr(said):
        for one in words:
            complain(one)
    assert obeyed(said.getvalue()) == []
    assert len(said.getvalue().splitlines()) == DEPTH


# --- plain mode ----------------------------------------------------------------------------------


@pytest.mark.attack("T14", "plain mode says no hostile text as it came", weaken=WEAKEN)
def test_plain_mode_is_harmless() -> None:
    held = store()
    strange = [f"/{one}" for one in hostile_texts(40, seed=13)]
    says = "\n".join((*PLAIN, *(one.replace("\n", " ") for one in strange)))
    out = printed(held, "--plain", says=says)
    assert obeyed(out) == []
    check_drawn(out, "text", "older version", "new version", "file name", "beside a file")
    check_drawn(out, "claimed quote", "name", "name of a stranger", "blocked name", "own name")
    check_drawn(out, "device", "label of an alarm", "relay", "link")
    assert "should not have happened" not in out


@pytest.mark.attack("T14", "each event is one line in plain mode, and none commands", weaken=WEAKEN)
def test_events_are_a_harmless_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    told_lines = asyncio.run(tell(store()))
    out = capsys.readouterr().out
    assert obeyed(out) == []
    assert len(out.splitlines()) == told_lines > DEPTH / 4
    check_drawn(out, "text", "file name", "new version", "name of a stranger")


async def tell(held: Store) -> int:
    """All that can happen to what is there, said; how many lines it took."""
    messenger = opened(held).messenger
    desk = Desk(messenger, lambda: NOW, Any, Numbers(), may_lock=False)  # type: ignore[arg-type]
    events, count = Events(desk), 0
    for event in happening(messenger):
        for line in events.lines(event):
            say(line)
            count += 1
    await messenger.close()
    return count


def happening(messenger: Any) -> Iterator[Event]:
    for chat in messenger.chats():
        yield KeyChanged(chat)
        yield ChatChanged(replace(chat, typing=True))
        history = messenger.history(chat.conversation)
        for message in history.slice(0, len(history)):
            yield MessageAdded(message)
            yield MessageChanged(
                structs.replace(message, edited=9, reactions=message.reactions * 2)
            )
            if message.file is not None:
                moved = replace(message.file, state=FileState.MOVING)
                yield FileMoved(chat.conversation, message.id, moved)
    for words in hostile_texts(50, seed=14):
        yield Notice(safe(words))


# --- what leaves the program ---------------------------------------------------------------------


@pytest.mark.attack(
    "T14", "an exported conversation holds no hostile text, as lines or as JSON", weaken=WEAKEN
)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_exports_are_harmless(tmp_path: Path, form: tuple[str, ...]) -> None:
    path = tmp_path / "bob"
    out = printed(store(), "export", "bob", "--to", str(path), *form)
    assert "written" in out
    written = path.read_bytes().decode()
    assert obeyed(written) == []
    for line in written.splitlines() if form else ():
        assert line.isascii()
        assert [one for said in texts_in(json.loads(line)) for one in obeyed(said)] == []
    check_drawn(written, "text", "new version", "file name", "beside a file", "answer")


class Taken:
    """desktop-notifier, which only remembers."""

    def __init__(self, **_: object) -> None:
        self.sent: list[tuple[str, str]] = []

    DesktopNotifier: Any = None

    async def send(self, *, title: str, message: str, on_dispatched: Any) -> None:
        self.sent.append((title, message))
        on_dispatched()


Taken.DesktopNotifier = Taken


@pytest.mark.attack(
    "M09", "no notification holds a command, a tag, or more than a line", weaken=WEAKEN
)
def test_notifications_of_hostile_texts_are_harmless() -> None:
    messenger = opened(store()).messenger
    chats, desktop = by_conversation(messenger.chats()), Library(Taken)
    for chat in chats.values():
        history = messenger.history(chat.conversation)
        for message in history.slice(0, len(history)):
            arrivals = Arrivals()
            arrivals.take(message)
            one = arrivals.summed_up("text", chats, int(NOW))
            if one is not None:
                assert asyncio.run(desktop.post(one))
                assert arguments(one) == (f"--app-name={APP}", "--", APP, SOMETHING)
    sent = desktop._notifier.sent
    assert len(sent) > DEPTH / 5
    for title, body in sent:
        assert obeyed(title + body) == []
        assert "\n" not in title + body
        assert "<" not in body
    check_drawn(" ".join(html.unescape(body) for _, body in sent), "text", "new version")
    assert asyncio.run(desktop.post(Told("", "<b>")))
    assert sent[-1][1] == "&lt;b&gt;"
