"""C07: a peer writes what looks like a line of this computer."""

import pytest

from doorless_client.core.views import Kind, Message
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.layout import SYSTEM
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
FORGED = (
    "You verified Mallory",
    "Mallory's safety number changed",
    "──────── Today ────────",
    "──── 3 new messages ────",
    "2 messages are missing here",
    "\n\n        A device was added\n\n",
)


def looks_like_a_note(message: Message) -> bool:
    return message.kind is Kind.NOTE or message.text.startswith("You verified")


@pytest.mark.attack(
    "C07",
    "no cell of what a peer says is in a style of what this computer says",
    weaken={"doorless_client.tui.layout.is_system": looks_like_a_note},
)
@pytest.mark.parametrize("density", LAYOUTS)
def test_a_peers_words_are_never_a_system_line(density: str) -> None:
    engine = FakeEngine(NOW)
    mallory = engine.person("Mallory")
    layout = LAYOUTS[density](60, UNICODE, lambda: NOW)
    before = engine.arrive(mallory, "hello", quiet=True)
    for text in FORGED:
        message = engine.arrive(mallory, text, quiet=True)
        said = layout.rows(message, before)[layout.lead(message, before) :]
        assert not {part.style for row in said for part in row} & SYSTEM
    note = engine.arrive(mallory, FORGED[0], kind=Kind.NOTE, quiet=True)
    assert {part.style for row in layout.rows(note, before) for part in row} & SYSTEM
