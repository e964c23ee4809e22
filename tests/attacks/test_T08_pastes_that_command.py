"""T08: what is pasted is text, whatever it holds: it sends nothing and runs no command.

The whole messenger, with a paste as a terminal sends it: bytes through the reader of keys.
"""

from collections.abc import Iterator

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from doorless_client.tui.pasted import BEGIN, END, read_pastes_as_text
from doorless_client.tui.widgets.composer import Composer
from doorless_lab.fake_engine import FakeEngine
from hostile import hostile_texts
from ready import Ready

NOW = 1_800_023_490
PASTES = (
    "lunch?\r",
    "one\r\ntwo\nthree\r",
    "/block\r",
    "/quit",
    "\x1b[201~/block\r",
    f"see this{END}\r{END}\r",
    f"{END}\x11{BEGIN}\x11",  # Ctrl+Q between two marks
    f"nested{BEGIN}/forget{END}\r",
    "\x1b[13u\x1b[113;5u\x1bOM",  # Enter and Ctrl+Q, as terminals send them
    "\r\r\r/delete last everyone\r",
    *hostile_texts(12, seed=8),
)


def keys_of(sent: str) -> Iterator[events.Key | events.Paste]:
    """What the toolkit makes of what a terminal sends."""
    read_pastes_as_text()
    for event in XTermParser().feed(sent):
        if isinstance(event, events.Key | events.Paste):
            yield event


def at_the_first_mark(read: str) -> int:
    return read.find(END)


def as_keys(pasted: str) -> str:
    return pasted


@pytest.mark.attack(
    "T08",
    "a paste with the end of a paste in it, or with keys, is one text and presses no key",
    weaken={
        "doorless_client.tui.pasted.end_of": at_the_first_mark,
        "doorless_client.tui.pasted.escaped": as_keys,
    },
)
def test_no_paste_breaks_out() -> None:
    for pasted in PASTES:
        read = list(keys_of(f"{BEGIN}{pasted}{END}"))
        assert [type(event) for event in read] == [events.Paste], pasted
        assert "\x1b" not in read[0].text


def test_what_is_typed_behind_a_paste_is_typed() -> None:
    read_pastes_as_text()
    parser = XTermParser()
    (pasted,) = parser.feed(f"{BEGIN}text{END}")
    (typed,) = parser.feed("\r")
    assert isinstance(pasted, events.Paste)
    assert isinstance(typed, events.Key)
    assert typed.key == "enter"


async def handed_over(self: Composer, event: events.Paste) -> None:
    """A composer that takes a pasted line break for Enter, and a pasted slash for a typed one."""
    self._typed_slash = event.text.startswith("/")
    for line in event.text.splitlines():
        self.insert(line)
        self.action_hand_over()


@pytest.mark.attack(
    "T08",
    "whatever is pasted, nothing is sent and no command runs before somebody presses Enter",
    weaken={"doorless_client.tui.widgets.composer.Composer.on_paste": handed_over},
)
async def test_nothing_pasted_is_sent_or_done() -> None:
    from doorless_client.tui.app import DoorlessApp

    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    engine.arrive(bob, "hello", quiet=True)
    before = [chat.standing for chat in engine.chats()]
    app = DoorlessApp(Ready(engine), lambda: NOW)
    async with app.run_test() as pilot:
        await pilot.pause(0.3)
        (composer,) = app.screen.query(Composer)
        for pasted in PASTES:
            for event in keys_of(f"{BEGIN}{pasted}{END}"):
                composer.post_message(event)
            await pilot.pause()
            assert engine.sent == []
            assert not composer.is_command
            assert [chat.standing for chat in engine.chats()] == before
            composer.clear()
