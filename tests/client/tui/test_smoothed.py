"""Small things that stood in somebody's way in daily use, each as it is now."""

from dataclasses import replace
from pathlib import Path

import pytest

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.core.views import State
from doorless_client.text import safe_line
from doorless_client.tui.file_rows import in_short
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.hints import OF_A_FILE
from doorless_client.tui.screens.attach import Attach, anew
from doorless_client.tui.screens.emoji import TAKE_BACK, emoji_picker
from doorless_client.tui.screens.verify import Verify
from doorless_client.tui.short_names import proposals
from doorless_client.tui.widgets.line import Line


@pytest.fixture
def echo(people) -> bytes:
    conversation = people.engine.person("Echo")
    people.engine.arrive(conversation, "Hello, I am Echo", seen=True)
    people.engine.change(conversation, echo=True, address=safe_line("on this computer"))
    return conversation


async def test_where_echo_is_stands_once_in_the_header(
    people, echo, opened, settle, text_of
) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await pilot.press("alt+1")
        await settle(pilot)
        assert text_of(pilot).splitlines()[0].count("on this computer") == 1


async def test_there_is_nobody_to_compare_numbers_with_in_ones_notes(
    people, opened, settle
) -> None:
    notes = people.engine.person("Note to self")
    people.engine.change(notes, note_to_self=True, pinned=True)
    async with opened(people.engine) as pilot:
        await pilot.press("alt+1", "f4")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Verify)


async def test_a_handle_alone_is_somebody_at_ones_own_relay(people, opened, settle) -> None:
    asked: list[str] = []
    add = people.engine.add

    async def noted(address: str):
        asked.append(address)
        return await add(address)

    people.engine.add = noted
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+n", *"bob", "enter")
        await settle(pilot)
        assert asked == ["bob@relay.example"]


def test_what_is_typed_counts_before_taking_a_reaction_back() -> None:
    rows = emoji_picker("👍")._rows
    first, *_ = rows("")
    assert first.value == TAKE_BACK
    first, *_, last = rows("party")
    assert (first.value, last.value) == ("🎉", TAKE_BACK)


def test_names_find_what_is_at_hand_first_and_nothing_that_terminals_cannot_draw() -> None:
    found = [emoji for emoji, _ in proposals("heart")]
    assert found[0] == "💚"
    assert not {"🩶", "🩷"} & set(found)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/folder//tmp/a", "/tmp/a"),
        ("/folder/~/a", "~/a"),
        ("/folder/a", "/folder/a"),
        ("//a", "/a"),
    ],
)
def test_a_path_of_its_own_begins_anew(typed: str, meant: str) -> None:
    assert anew(typed) == meant


async def test_a_file_that_is_not_there_is_said_to_be_so(
    people, opened, settle, text_of, tmp_path: Path
) -> None:
    async with opened(people.engine) as pilot:
        chosen: list[Path | None] = []
        pilot.app.push_screen(Attach(tmp_path), chosen.append)
        await settle(pilot)
        pilot.app.screen.query_one("#path", Line).value = f"{tmp_path}/nothing"
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "There is no such file." in text_of(pilot)
        assert chosen == []


def test_a_file_offers_what_can_be_done_with_it() -> None:
    here = FileView(safe_line("a.png"), 10, FileState.HERE, 10, incoming=True)
    assert "o view" in in_short(here, UNICODE)
    assert "o view" not in in_short(replace(here, name=safe_line("a.pdf")), UNICODE)
    cancelled = {state for state, hints in OF_A_FILE.items() if ("log.cancel", "cancel") in hints}
    assert FileState.HERE not in cancelled
    assert FileState.MOVING in cancelled


async def test_a_note_with_no_other_device_to_go_to_stays_here(
    people, opened, settle, text_of
) -> None:
    engine = people.engine
    notes = engine.person("Note to self")
    engine.change(notes, note_to_self=True, pinned=True)
    note = engine.arrive(notes, "milk", mine=True, state=State.RECEIVED)
    wire = engine.wire
    engine.wire = lambda messages: [
        None if message.id == note.id else one
        for message, one in zip(messages, wire(messages), strict=True)
    ]
    async with opened(engine) as pilot:
        await pilot.press("alt+1")
        await settle(pilot)
        assert "nothing sent, stays here" in text_of(pilot)
