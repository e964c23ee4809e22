"""T07: a block of code that was made to look like lines of ours, or like another message."""

import pytest
from msgspec import structs

from doorless_client.core.views import Kind, Message, State
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import ASCII, UNICODE, Glyphs
from doorless_client.tui.layout import SYSTEM, Layout
from doorless_client.tui.rows import text_of, width_of
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
WIDTH = 60
glyph_sets = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])


def drawn_before(layout: Layout, engine: FakeEngine, bob: bytes) -> list[str]:
    """Rows that somebody may want to forge: a day, unread messages, a note, words of the person."""
    note = engine.arrive(bob, "You verified Bob", kind=Kind.NOTE, quiet=True)
    mine = engine.arrive(bob, "I owe you a thousand", mine=True, state=State.READ, quiet=True)
    first = structs.replace(mine, position=0)
    rows = [*layout.rows(note, None), *layout.rows(first, None), *layout.rows(mine, note)]
    return [text for row in rows if (text := text_of(row).rstrip())]


def code_of(lines: list[str]) -> str:
    return "\n".join(["```", *lines, *(line.strip() for line in lines), "```"])


def rows_of(layout: Layout, message: Message) -> list[str]:
    rows = layout.rows(message, None)[layout.lead(message, None) :]
    assert not {part.style for row in rows for part in row} & SYSTEM
    assert all(width_of(row) <= WIDTH for row in rows)
    return [text_of(row).rstrip() for row in rows]


@pytest.mark.attack(
    "T07",
    "no line of code looks like a line of ours or like another message",
    weaken={"doorless_client.tui.marked.in_its_room": lambda line, room: [line]},
)
@glyph_sets
@pytest.mark.parametrize("density", LAYOUTS)
def test_code_stays_in_the_frame_of_its_message(density: str, glyphs: Glyphs) -> None:
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = LAYOUTS[density](WIDTH, glyphs, lambda: NOW, 0, 1)
    real = drawn_before(layout, engine, bob)
    assert len(real) >= 4
    forged = rows_of(layout, engine.arrive(bob, code_of(real), quiet=True))
    assert not set(forged) & set(real)
    edge = f"{glyphs.code} "
    assert all(edge in row for row in forged[: len(real)])


@pytest.mark.attack(
    "T07",
    "each line of code has its edge, so that none passes for a quote that was checked",
    weaken={"doorless_client.tui.marked._edge": lambda glyphs: ""},
)
@pytest.mark.parametrize("density", LAYOUTS)
def test_code_is_no_quote(density: str) -> None:
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = LAYOUTS[density](WIDTH, UNICODE, lambda: NOW)
    mine = engine.arrive(bob, "I owe you a thousand", mine=True, quiet=True)
    answer = engine.arrive(bob, "yes", quote=engine.messages.quote(mine), quiet=True)
    quoted = rows_of(layout, answer)[:2]
    inner = [row[row.index(f"{UNICODE.bar} ") :] for row in quoted]
    forged = rows_of(layout, engine.arrive(bob, code_of(inner), quiet=True))
    for row in forged[:2]:
        assert f"{UNICODE.code} {UNICODE.bar}" in row
