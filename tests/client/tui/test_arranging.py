"""How chats are kept: on top, put away, mute, with a timer; and what their rows and headers say."""

import pytest

from doorless_client.core.views import FOREVER
from doorless_client.tui.chat_rows import ChatRows
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.chat_log import ChatLog


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def details(pilot, button: str) -> None:
    await press(pilot, "f3")
    await pilot.click(f"#{button}")
    await pilot.pause()


async def test_the_details_sheet_pins_archives_and_marks_unread(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await details(pilot, "pin")
        assert people.engine.chat(people.ada).pinned
        assert "⚑" in text_of(pilot)
        await details(pilot, "unread")
        assert people.engine.chat(people.ada).marked_unread
        await details(pilot, "archive")
        assert people.engine.chat(people.ada).archived
        assert "1 archived" in text_of(pilot)
        assert "archived" in text_of(pilot).splitlines()[0]  # the header says so, too


async def test_archived_chats_are_unfolded_by_key_and_by_mouse(people, opened, text_of) -> None:
    people.engine.change(people.grace, archived=True)
    async with opened(people.engine) as pilot:
        assert "Grace Hopper" not in text_of(pilot)
        chats = pilot.app.screen.query_one(ChatList)
        chats.focus()
        await press(pilot, *["down"] * 5, "enter")
        assert "Grace Hopper" in text_of(pilot)


async def test_the_composer_says_how_long_what_is_written_lasts(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.conversation.composer
        assert not composer.border_title
        await people.engine.messages.set_timer(people.ada, 3600)
        await pilot.pause()
        assert "1 hour" in str(composer.border_title)
        await press(pilot, "alt+down")
        assert not composer.border_title


async def test_a_timer_is_chosen_and_shown_in_the_header(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await details(pilot, "timer")
        await press(pilot, "down", "down", "enter")
        assert people.engine.chat(people.ada).lasts == 300
        assert "◷ 5 minutes" in text_of(pilot).splitlines()[0]
        await press(pilot, *"soon gone", "enter")
        assert "soon gone  ◷ 14:31" in text_of(pilot)


async def test_mute_and_unmute(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await details(pilot, "mute")
        await press(pilot, *["down"] * 4, "enter")
        assert people.engine.chat(people.ada).muted_until == FOREVER
        assert "muted" in text_of(pilot).splitlines()[0]
        await details(pilot, "unmute")
        assert people.engine.chat(people.ada).muted_until == 0


async def test_a_contact_gets_a_name_of_our_own(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await details(pilot, "name")
        assert isinstance(pilot.app.screen, AskLine)
        await press(pilot, "ctrl+u", *"Countess", "enter")
        assert "Countess" in text_of(pilot).splitlines()[0]


async def test_pinned_messages_are_gone_to(people, opened) -> None:
    message = people.engine.history(people.ada).messages[1]
    await people.engine.messages.pin(message, True)
    async with opened(people.engine) as pilot:
        await details(pilot, "pinned")
        await press(pilot, "enter")
        log = pilot.app.screen.query_one(ChatLog)
        assert log.picked_message.id == message.id


async def test_an_export_says_what_it_wrote(people, opened, text_of, tmp_path) -> None:
    async with opened(people.engine) as pilot:
        await details(pilot, "export")
        path = tmp_path / "ada.txt"
        await press(pilot, "ctrl+u", *str(path), "enter")
        assert "Are we ready for the lesson?" in path.read_text()
        assert "messages written to" in text_of(pilot)


async def test_an_export_asks_for_nothing_that_was_said(
    people, opened, text_of, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(people.engine) as pilot:
        await press(pilot, *"/export a.txt", "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "Are we ready for the lesson?" in (tmp_path / "a.txt").read_text()
        assert "the file is not sealed" in text_of(pilot)


async def test_notes_to_oneself_are_one_command_away(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/note", "enter", "enter")
        assert "Notes for yourself." in text_of(pilot)
        await press(pilot, "f3")
        assert not pilot.app.screen.query("#verify")


@pytest.mark.parametrize("muted", [0, FOREVER])
def test_what_is_muted_comes_last_of_what_is_unread(people, muted) -> None:
    engine = people.engine
    engine.change(people.grace, muted_until=muted)
    engine.change(people.ada, unread=0)
    rows = ChatRows(engine.chats())
    first = rows.next_unread(None)
    expected = people.mallory if muted else people.grace
    assert first.conversation == expected


def test_a_changed_number_is_more_urgent_than_anybody(people) -> None:
    people.engine.change(people.alan, unread=1)
    rows = ChatRows(people.engine.chats())
    assert rows.next_unread(None).conversation == people.alan


def test_pinned_chats_stand_first_and_archived_ones_last(people) -> None:
    people.engine.change(people.mallory, pinned=True)
    people.engine.change(people.ada, archived=True)
    rows = ChatRows(people.engine.chats())
    assert rows.every()[0].conversation == people.mallory
    assert rows.every()[-1].conversation == people.ada
    assert people.ada not in [chat.conversation for chat in rows.shown()]
    assert rows.folded == 1
    assert rows.beside(people.mallory, 1).conversation == people.grace
