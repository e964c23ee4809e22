"""What is drawn of code and of hidden words: all that was said, and nothing unasked for."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len

from doorless_client.core.message_parts import QuoteView
from doorless_client.core.views import Kind, Message, State
from doorless_client.marks import blocks
from doorless_client.text import safe, safe_line
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import ASCII, UNICODE, Glyphs
from doorless_client.tui.inside import inside, shape
from doorless_client.tui.key_profiles import PROFILES
from doorless_client.tui.keymap import Keys
from doorless_client.tui.places import places
from doorless_client.tui.rows import Part, text_of, width_of
from doorless_client.tui.short_names import drawn
from doorless_client.tui.widgets.chat_log import ChatLog
from strange_messages import NOW, TEXTS, messages

HELLO = Message(
    0, b"x" * 16, bytes(32), True, safe_line("alice"), bytes(16), NOW * 1000, NOW,
    Kind.TEXT, safe("meet at nine"), State.DELIVERED,
)  # fmt: skip
PLOT = "who did it: ||the butler|| of course"
SCRIPT = "try this:\n```sh\nif true; then\n    echo `date` || exit\nfi\n```\nor `ls -l` alone"
densities = pytest.mark.parametrize("density", LAYOUTS)
glyph_sets = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])


def said(text: str, **more: object) -> Message:
    return structs.replace(HELLO, text=safe(text), **more)


def squeezed(text: str) -> str:
    """Without the white space at which words are wrapped."""
    return "".join(text.split())


@settings(max_examples=60)
@given(TEXTS, st.integers(8, 90), st.booleans(), st.sampled_from([UNICODE, ASCII]))
def test_what_is_drawn_is_what_was_said_but_for_the_fences(
    text: str, inner: int, marks: bool, glyphs: Glyphs
) -> None:
    message = said(text)
    rows = inside(message, inner, glyphs, marks=marks, bare=True)
    shown = "".join(part.text for row in rows for part in row if part.style != "code-edge")
    whole = drawn(message.text, names=not glyphs.emoji)
    parts = [block.text for block in blocks(whole)] if marks else [whole]
    assert squeezed(shown) == squeezed("".join(parts))
    assert all(width_of(row) <= inner for row in rows)


@settings(max_examples=60)
@given(messages(), st.integers(8, 90), st.booleans())
def test_hidden_or_not_it_takes_as_many_rows_of_as_many_cells(
    message: Message, inner: int, marks: bool
) -> None:
    hidden, bare = (
        inside(message, inner, UNICODE, marks=marks, bare=bare) for bare in (False, True)
    )
    assert [width_of(row) for row in hidden] == [width_of(row) for row in bare]
    rows, last = shape(message, inner, UNICODE, marks=marks)
    assert rows == len(hidden)
    assert cell_len(last) == width_of(hidden[-1])


@settings(max_examples=30)
@densities
@given(message=messages(), width=st.integers(16, 120))
def test_what_is_measured_does_not_change_when_it_is_shown(
    density: str, message: Message, width: int
) -> None:
    layout = LAYOUTS[density](width, UNICODE, lambda: NOW)
    rows = layout.rows(message, None)
    bare = replace(layout, bare=True).rows(message, None)
    assert len(rows) == len(bare) == layout.height(message, None)


def test_code_keeps_its_lines_and_spaces_and_its_rows_are_of_one_width() -> None:
    rows = inside(said(SCRIPT), 40, UNICODE)
    code = [row for row in rows if row[0].style == "code-edge"]
    assert [row[1].text.rstrip() for row in code] == [
        "if true; then",
        "    echo `date` || exit",
        "fi",
    ]
    assert len({width_of(row) for row in code}) == 1
    assert Part("`ls -l`", "code") in rows[-1]
    assert "```" not in "".join(map(text_of, rows))


def test_code_is_cut_where_the_room_ends_and_not_at_words() -> None:
    rows = inside(said("```\none two three four five\n漢字漢字漢字漢字漢字\n```"), 12, UNICODE)
    assert [row[1].text for row in rows] == [
        "one two th",
        "ree four f",
        "ive       ",
        "漢字漢字漢",
        "字漢字漢字",
    ]


@glyph_sets
def test_without_colour_code_and_what_is_hidden_still_differ(glyphs: Glyphs) -> None:
    shown = "\n".join(map(text_of, inside(said(f"{PLOT}\n{SCRIPT}"), 60, glyphs)))
    assert f"{glyphs.code} if true; then" in shown
    assert f"who did it: {glyphs.cover * len('||the butler||')} of course" in shown


@densities
def test_what_is_hidden_is_covered_in_a_quote_too(density: str) -> None:
    layout = LAYOUTS[density](100, UNICODE, lambda: NOW)
    for words in (PLOT, PLOT[:20]):
        quote = QuoteView(safe_line("Bob"), safe(words), False, 0, True)
        shown = "\n".join(map(text_of, layout.rows(said("what?", quote=quote), None)))
        assert "who did it: ▒▒▒▒" in shown
        assert "the" not in shown


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_v_shows_what_is_hidden_until_another_message_is_picked(
    people, opened, text_of
) -> None:
    people.engine.arrive(people.ada, PLOT, seen=True)
    async with opened(people.engine) as pilot:
        for keys, seen in (
            ((), False),
            (("up",), False),
            (("v",), True),
            (("v",), False),
            (("v",), True),
            (("up",), False),
            (("down",), False),
            (("v",), True),
            (("escape",), False),
        ):
            await press(pilot, *keys)
            assert ("the butler" in text_of(pilot)) is seen, keys
            assert ("▒▒▒▒" in text_of(pilot)) is True, keys  # the list of chats tells nothing


@pytest.mark.parametrize("profile", PROFILES)
def test_every_set_of_keys_has_one_for_it(profile: str) -> None:
    assert Keys(places(DoorlessApp), PROFILES[profile]).spelled("log.uncover") == "v"


async def test_a_click_shows_it_and_another_one_hides_it(people, opened, text_of) -> None:
    people.engine.arrive(people.ada, PLOT, seen=True)
    async with opened(people.engine) as pilot:
        lines = text_of(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "who did it: ▒▒▒" in line and "▐" in line)
        column = lines[row].rindex("▒")
        for seen in (True, False, True):
            await pilot.click(offset=(column, row))
            await pilot.pause()
            assert ("the butler" in text_of(pilot)) is seen
        await pilot.click(offset=(column - 20, row))  # on its words: it stays picked
        assert "the butler" in text_of(pilot)


async def test_what_is_edited_meanwhile_is_hidden_anew(people, opened, text_of) -> None:
    message = people.engine.arrive(people.ada, PLOT, seen=True)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "v")
        log = pilot.app.screen.query_one(ChatLog)
        log.change([structs.replace(message, text=safe("no: ||the gardener||"))])
        await pilot.pause()
        assert "no: ▒▒▒" in text_of(pilot)
        assert "gardener" not in text_of(pilot)


async def test_as_typed_where_that_was_chosen_and_copied_so_in_any_case(
    people, opened, text_of
) -> None:
    said = f"{PLOT}\n{SCRIPT}"
    people.engine.arrive(people.ada, said, seen=True)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "y")
        assert pilot.app.clipboard == said
        assert "||the butler||" not in text_of(pilot)
        pilot.app.change_settings(replace(pilot.app.settings, marks=False))
        await pilot.pause()
        for words in ("||the butler||", "```sh", "echo `date` || exit"):
            assert words in text_of(pilot)


async def test_no_sheet_shows_what_is_hidden(people, opened, text_of) -> None:
    people.engine.arrive(people.ada, PLOT, seen=True, pinned=True)
    async with opened(people.engine, size=(160, 50)) as pilot:
        for keys in (
            ("up", "i"),
            ("up", "r"),
            ("f2", "f2"),
            ("ctrl+p", *"who"),
            ("ctrl+g", *"who"),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            assert "who did it" in text_of(pilot), keys
            assert "butler" not in text_of(pilot), keys
            await press(pilot, "escape", "escape", "escape")


async def test_a_link_in_what_is_hidden_is_not_opened(people, opened, text_of) -> None:
    people.engine.arrive(people.ada, "||https://butler.example/||", seen=True)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        assert "butler" not in text_of(pilot)
