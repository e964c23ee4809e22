"""T01 to T06: hostile names and texts are harmless on every surface of the messenger.

The messenger runs under a real pseudo-terminal. What it writes is read twice: raw, against the
few control sequences that it may emit, and as a screen.
"""

import asyncio
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import termios
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pyte
import pytest
from rich.segment import Segment
from textual.color import Color
from textual.content import Content

from doorless_client import text
from doorless_client.core.views import Notice, Standing, Trust
from doorless_client.tui.bubbles import Bubbles
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.guard import Guard
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")

NOW = 1_800_023_490
SIZE = (36, 120)
PATIENCE, IN_VAIN = 60.0, 3.0
"""Seconds for one step: a session in which one takes longer has failed, and ends."""

PAYLOADS = {
    "T01": "\x1b[2J\x1b[3;9r\x1b[5S\x1b[?47h\x08\x7f\r",
    "T02": "\x1b]52;c;cm0gLXJm\x07\x1b]0;owned\x1b\\\x1b]8;;http://x\x1b\\\x1b]9;hi\x07\x1b_Gq\x1b\\",
    "T03": "\x1b[6n\x1b[c\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x05",
    "T04": "\x9b2J\x9d0;x\x9c\x85\x90 \x1b]unterminated",
    "T05": "a\u202eexe.fdp \u2066x\u2069 p\u200bal \U000e0068\u061c\u200f",
}
MARKUP = "[/foo] [@click=app.exit(3)]press[/] [link=http://x]y[/link] [b]z"

ALLOWED = re.compile(
    rb"\x1b\[(?:\d+;\d+H"  # where to draw
    rb"|[\d;]*m"  # how
    rb"|\?(?:1049|1000|1003|1015|1006|1004|25|2004|2026|7|2048)[hl]"  # screen, mouse, paste, cursor
    rb"|\?(?:2026|2048)\$p|>25u|<u|=\d+;\d+u)"  # what the terminal can, and its keys
    rb"|\x1b\]2;doorless\x07|\x1b\]22;[a-z]+(?:\x1b\\|\x07)"  # title and pointer
    rb"|\x1bP=[12]s\x1b\\"  # a frame begins, ends
)
UNSAFE = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def as_it_came(anything: str) -> str:
    return anything


BOTH_LAYERS = {
    "doorless_client.text.neutralise": as_it_came,
    "doorless_client.tui.guard.harmless": as_it_came,
}


@dataclass(frozen=True)
class Seen:
    """What came of a session: all bytes, the screens on the way, how it ended."""

    raw: bytes
    screens: list[list[str]]
    code: int

    @property
    def leftovers(self) -> bytes:
        """All but what we may emit."""
        return ALLOWED.sub(b"", self.raw)


class Terminal(pyte.Screen):
    """Answers questions as a terminal would: into the program's input."""

    def __init__(self, fd: int) -> None:
        super().__init__(SIZE[1], SIZE[0])
        self._fd = fd

    def write_process_input(self, data: str) -> None:
        os.write(self._fd, data.encode())


def hostile_engine(payload: str) -> FakeEngine:
    """Somebody with a hostile name on every surface."""
    engine = FakeEngine(NOW)
    asking = engine.person("Ask" + payload, standing=Standing.REQUEST)
    engine.arrive(asking, payload, at=NOW - 2)
    changed = engine.person("Changed" + payload, trust=Trust.CHANGED)
    engine.arrive(changed, payload, at=NOW - 1)
    friend = engine.person("Friend" + payload)
    engine.arrive(friend, f"begin {payload} end")
    engine.arrive(friend, payload, mine=True)
    return engine


STEPS = [
    (b"pw\r", "what the relay has"),
    (b"\x1b[13~", "standing"),  # F3
    (b"\x1b", None),
    (b"\x1b[14~", "They differ"),  # F4
    (b"\x1b", None),
    (b"\x1b[A", "about"),  # up: a message is picked
    (b"i", "stored here"),
    (b"\x1b", None),
    (b"\x1b", "send"),
    (b"\x10", "Go to"),  # Ctrl+P
    (b"\x1b", None),
    (b"\x1b2", "Verify now"),  # Alt+2
    (b"\x1b3", "wants to talk"),
    (b"\x1b1", "Message Friend"),
]
"""Keys, and what is seen then; None: what was seen before is gone. Esc is a key of its own only
when it was read before the next key comes."""


def run_messenger(payload: str) -> Seen:
    """The real app in a child of this process, so that a twin's replacements hold there too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # forking beside threads: the child only runs the app
        child, fd = pty.fork()
    if not child:
        os._exit(_child(payload))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    try:
        return _drive(child, fd)
    finally:
        os.close(fd)


def _child(payload: str) -> int:
    rows, columns = map(str, SIZE)  # where this is a worker's child, its output is not asked
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TZ="UTC")
    os.environ.update(LINES=rows, COLUMNS=columns)
    try:
        from doorless_client.tui.app import DoorlessApp
        from doorless_client.tui.choices import Unwritten
        from doorless_client.tui.ports import Created

        engine = hostile_engine(payload)

        class Ready:
            exists, relay = True, ""

            async def unlock(self, passphrase: str) -> FakeEngine:
                loop = asyncio.get_running_loop()
                loop.call_later(1.0, engine.tell, Notice(text.safe(payload)))
                return engine

            async def create(self, relay: str, handle: str, passphrase: str) -> Created:
                raise AssertionError("there is a profile")  # noqa: TRY301

            preferences, keeping = Unwritten(), FakeKeeping()

            async def by_itself(self) -> None: ...

            async def close(self) -> None: ...

        app = DoorlessApp(Ready(), lambda: NOW, glyphs=UNICODE)
        app.run()
    except BaseException:
        traceback.print_exc()
        return 9
    return app.return_code or 0


def _drive(child: int, fd: int) -> Seen:
    screen = Terminal(fd)
    stream = pyte.ByteStream(screen)
    raw = bytearray()
    screens: list[list[str]] = []

    def read_until(done: Callable[[], bool]) -> bool:
        until = time.monotonic() + (PATIENCE if text.neutralise is _defended else IN_VAIN)
        quiet = 0
        while time.monotonic() < until:
            ready, _, _ = select.select([fd], [], [], 0.05)
            if not ready:
                quiet += 1
                if quiet > 2 and done():
                    return True
                continue
            quiet = 0
            try:
                data = os.read(fd, 65_536)
            except OSError:  # the child is gone
                return False
            raw.extend(data)
            stream.feed(data)
        return False

    def shows(words: str) -> bool:
        return any(words in line for line in screen.display)

    def step(keys: bytes, words: str | None, before: str | None) -> bool:
        os.write(fd, keys)
        done = read_until(lambda: shows(words) if words else not shows(before or ""))
        screens.append(list(screen.display))
        return done

    read_until(lambda: shows("Passphrase"))
    before = [None, *(words for _, words in STEPS)]
    if all(step(*one, last) for one, last in zip(STEPS, before, strict=False)):
        os.write(fd, b"\x11")  # Ctrl+Q
        read_until(lambda: False)  # to the end
    else:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return Seen(bytes(raw), screens, os.waitstatus_to_exitcode(status))


_sessions: dict[tuple[str, bool], Seen] = {}
_defended = text.neutralise


def session(payload: str) -> Seen:
    """One run for each payload, and one for its twin."""
    key = payload, text.neutralise is _defended
    if key not in _sessions:
        _sessions[key] = run_messenger(payload)
    return _sessions[key]


ALL = " ".join(PAYLOADS.values())


@pytest.mark.attack("T01", "no control sequence of a peer reaches the terminal", weaken=BOTH_LAYERS)
def test_nothing_a_peer_writes_moves_the_cursor_or_clears_the_screen() -> None:
    seen = session(ALL)
    assert not UNSAFE.search(seen.leftovers.decode("utf-8", "replace"))
    assert seen.code == 0
    assert all("doorless" in screen[0] for screen in seen.screens)


@pytest.mark.attack("T02", "a peer sets no clipboard, title, link or picture", weaken=BOTH_LAYERS)
def test_only_our_own_operating_system_commands_are_emitted() -> None:
    assert b"\x1b]" not in session(ALL).leftovers
    assert b"\x1b_" not in session(ALL).leftovers


@pytest.mark.attack("T03", "a peer makes the terminal answer nothing", weaken=BOTH_LAYERS)
def test_the_terminal_is_asked_nothing_so_that_no_answer_is_typed() -> None:
    seen = session(ALL)
    assert b"\x1b[6n" not in seen.raw
    assert b"\x1b[c" not in seen.raw
    assert b"\x05" not in seen.raw
    assert any("Message Friend" in line for line in seen.screens[-1])  # nothing was typed


@pytest.mark.attack("T04", "5,000 hostile strings leak nothing", weaken=BOTH_LAYERS)
def test_no_mixture_of_control_characters_gets_through_a_bubble() -> None:
    pieces = [chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x202E, 0x200F)]
    pieces += [*"[]?;0123456789mHJKPX^_\\", "\x1b[", "\x1b]", "\x9b", "é", "🏳", "漢"]
    chosen = random.Random(4)
    layout = Bubbles(60, UNICODE, lambda: NOW)
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    for _ in range(5000):
        payload = "".join(chosen.choices(pieces, k=chosen.randrange(1, 40)))
        message = engine.arrive(bob, payload, quiet=True)
        for row in layout.rows(message, None):
            segments = [Segment(words) for words, *_ in row]
            for words, *_ in Guard().apply(segments, Color(0, 0, 0)):
                assert not UNSAFE.search(words)


@pytest.mark.attack("T05", "no invisible or reversing character deceives", weaken=BOTH_LAYERS)
def test_what_would_turn_or_hide_text_is_visible() -> None:
    shown = session(ALL).raw.decode("utf-8", "replace")
    assert not re.search(
        "[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]", shown
    )
    assert "\N{REPLACEMENT CHARACTER}" in shown


def parsed(words: str) -> Content:
    return Content.from_markup(words)


@pytest.mark.attack(
    "T06",
    "markup of a peer is text: it crashes nothing and does nothing",
    weaken={"doorless_client.tui.plain.Content": parsed},
)
def test_markup_is_shown_as_it_was_written() -> None:
    seen = run_messenger(MARKUP)
    assert seen.code == 0
    for words in ("Friend[/foo]", "[@click=app.exit(3)]press[/]", "[link=http://x]y[/link]"):
        assert any(words in line for screen in seen.screens for line in screen), words
