"""T01 to T06, C10: hostile texts on every surface of the messenger, in a real pseudo-terminal.

The oracle is a list of all that we may emit. `DOORLESS_HOSTILE=5000` draws 5,000 texts.
"""

import asyncio
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import cycle
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from doorless_client import text
from doorless_client.core.message_parts import FileState, FileView, QuoteView, ReactionView
from doorless_client.core.views import FOREVER, Kind, Notice, Standing, State, Trust
from doorless_client.notifying.terminal import command_for
from doorless_client.notifying.told import Told
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe, safe_line
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.glyphs import UNICODE
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping
from hostile import ALLOWED, DEPTH, Given, hostile_texts, leaks
from idle import nothing_left, nothing_soon
from told_notices import NOTICE

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals"),
    pytest.mark.timeout(120 + DEPTH / 5),
]
if sys.platform != "win32":
    from pseudo_terminal import sat_before

NOW = 1_800_023_490
SIZE = (70, 160)
SHEETS = (
    ("up", "i"),  # about a message
    ("f3",),  # details of a contact
    ("f5", "enter"),  # what the relay told of demands
    ("ctrl+p",),
    ("ctrl+f", "h"),
    ("ctrl+g", "h"),
    ("up", "r"),  # an answer's quote
    ("up", "a"),
    ("f9",),  # the tour
    ("f4",),
    ("f2", "f2"),  # X-ray
    ("f8",),
    ("alt+2",),
    ("alt+3",),
)
"""Keys to each of the other surfaces: some each round, and all of them in a run."""


def as_it_came(anything: str) -> str:
    return anything


def peopled(given: Given) -> FakeEngine:
    """One round: texts for each part of a chat's row and of a message."""
    engine = FakeEngine(NOW)
    arranged: list[dict[str, Any]] = [
        {"standing": Standing.REQUEST},
        {"trust": Trust.CHANGED},
        {"pinned": True},
        {"muted_until": FOREVER},
        {"archived": True},
        {"typing": True},
        {"draft": safe_line(given("draft"))},
    ]
    for age, fields in enumerate(arranged):
        other = engine.person(given("chat name"))
        engine.arrive(other, given("preview"), at=NOW - 10 - age, quiet=True)
        engine.change(other, **fields)
    friend = engine.person(given("own name"))
    engine.change(friend, pinned=True)  # so it is the one that opens
    for state in FileState:
        name, note = safe_line(given("file name")), safe_line(given("file note"))
        file = FileView(name, 99, state, 50, incoming=state is not FileState.WAITING, note=note)
        engine.arrive(friend, given("beside a file"), quiet=True, file=file)
    quote = QuoteView(
        safe_line(given("quoted name")), safe(given("quote")), mine=False, position=0, known=False
    )
    engine.arrive(friend, given("answer"), quiet=True, quote=quote)
    reactions = tuple(
        ReactionView(safe_line(given("emoji")), mine=False, by=safe_line(given("who reacted")))
        for _ in range(2)
    )
    engine.arrive(friend, given("reacted to"), quiet=True, reactions=reactions)
    engine.arrive(friend, given("forwarded"), quiet=True, forwarded=True, pinned=True)
    engine.arrive(friend, given("note of ours"), quiet=True, kind=Kind.NOTE)
    engine.arrive(friend, given("unknown kind"), quiet=True, kind=Kind.UNKNOWN)
    last = engine.arrive(friend, given("edited"), mine=True, state=State.FAILED, quiet=True)
    engine.put(
        structs.replace(
            last, text=safe(given("new version")), edited=1, note=safe_line(given("why"))
        )
    )
    kind, authority = safe_line(given("in the line of a notice")), safe_line(given("authority"))
    engine.notices.told(replace(NOTICE, kind=kind, authority=authority))
    return engine


class Hostile(Unwritten):
    """Files of themes and keys that somebody else wrote."""

    def __init__(self, given: Given) -> None:
        super().__init__(ProfileSettings(notifications="text", bell=False))
        self._names = [given("theme's name") for _ in range(2)]
        self._keys = given("key file")

    def themes(self) -> Mapping[str, bytes]:
        return {name: b'[colours]\n"' + name.encode("utf-8", "replace") for name in self._names}

    def keys(self) -> bytes:
        return f'[keys]\n"{self._keys}" = "{self._keys}"'.encode("utf-8", "replace")


class Ready:
    """A profile that opens by itself."""

    exists, relay = True, ""

    def __init__(self, given: Given) -> None:
        self.preferences, self.keeping = Hostile(given), FakeKeeping()
        self.engine = peopled(given)

    async def by_itself(self) -> FakeEngine:
        return self.engine

    async def close(self) -> None: ...


def drawn(given: Given) -> int:
    """The messenger, round after round until no text is left: in a process of its own."""
    import textual.app
    import textual.pilot

    from doorless_client.tui.app import DoorlessApp

    textual.app.wait_for_idle, textual.pilot.wait_for_idle = nothing_left, nothing_soon

    ready: Any = Ready(given)
    app = DoorlessApp(ready, lambda: NOW, glyphs=UNICODE)

    async def play(pilot: Pilot[None]) -> None:
        sheets = cycle(SHEETS)
        await look(pilot, ready.engine, given, sheets)
        while not given.is_empty:
            await look(pilot, await shown(pilot, given), given, sheets)
        await notified(pilot, ready.engine)
        app.exit()

    asyncio.run(app.run_async(auto_pilot=play))
    return app.return_code or 0


async def shown(pilot: Pilot[None], given: Given) -> FakeEngine:
    from doorless_client.tui.screens.main import MainScreen

    engine = peopled(given)
    while len(pilot.app.screen_stack) > 1:
        await pilot.app.pop_screen()
    await pilot.app.push_screen(MainScreen(engine, lambda: NOW, UNICODE))
    return engine


async def look(
    pilot: Pilot[None], engine: FakeEngine, given: Given, sheets: Iterator[tuple[str, ...]]
) -> None:
    """One round's conversation in one density, and some of what opens over it."""
    density = ("bubbles", "rail", "dense")[given.count % 3]
    app: Any = pilot.app
    app.settings = replace(app.settings, density=density)
    engine.tell(Notice(safe(given("notice"))))
    await pilot.pause()
    for _ in range(3 if DEPTH < 1000 else 1):
        await pilot.press(*next(sheets))
        await pilot.pause()
        await pilot.press("escape", "escape", "escape")


async def notified(pilot: Pilot[None], engine: FakeEngine) -> None:
    app: Any = pilot.app
    app.app_focus = False
    engine.arrive(engine.chats()[0].conversation, "".join(hostile_texts(9, seed=3)))
    await pilot.pause(1.5)


@cache
def seen(is_defended: bool) -> tuple[bytes, int]:
    """One run for what is defended, and one for the twins: the bytes, and how it ended."""
    depth = DEPTH if is_defended else 60  # a twin shows at once what it lets through
    with sat_before(lambda: drawn(Given(depth, seed=10)), size=SIZE, TERM="foot") as sat:
        sat.is_drawn = False
        code = sat.end(patience=20 + DEPTH / 5)
    return bytes(sat.raw), code


def handed_out() -> Mapping[str, list[str]]:
    """The marks of each surface, in the order of `drawn`."""
    given = Given(seed=10)
    Hostile(given)
    peopled(given)
    given("notice")
    while not given.is_empty:
        peopled(given)
        given("notice")
    return given.surfaces


_defended = text.neutralise
BOTH_LAYERS = {
    "doorless_client.text.neutralise": as_it_came,
    "doorless_client.tui.guard.harmless": as_it_came,
}


@pytest.mark.attack(
    "T04", "of hostile texts on every surface of the messenger none leaks", weaken=BOTH_LAYERS
)
def test_nothing_but_what_we_may_emit_reaches_the_terminal() -> None:
    raw, code = seen(text.neutralise is _defended)
    assert leaks(raw) == []
    assert code == 0


def test_the_texts_were_drawn_on_every_surface() -> None:
    raw, _ = seen(True)
    undrawn = {
        surface
        for surface, marks in handed_out().items()
        if not any(mark.encode() in raw for mark in marks)
    }
    assert undrawn <= NEVER_DRAWN
    every = [mark for marks in handed_out().values() for mark in marks]
    found = set(re.findall(rb"h\d{4}", raw))
    assert sum(mark.encode() in found for mark in every) > 0.6 * DEPTH
    assert b"\x1b]777;notify;" in raw


NEVER_DRAWN = {"key file", "who reacted"}
"""What is told of them repeats nothing: which line is wrong, how many reacted."""


@pytest.mark.attack("T02", "a notification's fields hold no command", weaken=BOTH_LAYERS)
@pytest.mark.parametrize("term", ["foot", "xterm-kitty"])
def test_notifications_are_one_command_each(term: str) -> None:
    command = command_for({"TERM": term})
    assert command is not None
    texts = hostile_texts(DEPTH, seed=7)
    for title, body in zip(texts, reversed(texts), strict=True):
        sent = command(Told(title, body)).encode("utf-8", "replace")
        assert ALLOWED.fullmatch(sent), sent
        assert leaks(sent) == []
