"""The conversation keeps the reader's place, and shows what came."""

import pytest
from textual.pilot import Pilot
from textual.selection import Offset, Selection

from doorless_client.core.views import ChatChanged, MessageAdded, State
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490


@pytest.fixture
def long(engine: FakeEngine) -> bytes:
    """A conversation of 3,000 messages."""
    bob = engine.person("Bob")
    for number in range(3000):
        words = "word " * (number % 40 + 1)
        engine.arrive(
            bob, f"{number}: {words}", at=NOW - 30_000 + number * 10,
            mine=number % 3 == 0, seen=True, quiet=True,
        )  # fmt: skip
    return bob


def log_of(pilot: Pilot[None]) -> ChatLog:
    return pilot.app.screen.query_one(ChatLog)


def top_of(log: ChatLog) -> int:
    found = log.message_at(log.scroll_offset.y)
    assert found is not None
    return found[0]


async def test_a_conversation_opens_at_its_end(engine, long, opened, text_of) -> None:
    async with opened(engine) as pilot:
        assert "2999:" in text_of(pilot)


async def test_a_new_message_shows_when_the_end_is_in_view(engine, long, opened, text_of) -> None:
    async with opened(engine) as pilot:
        engine.arrive(long, "just now")
        await pilot.pause()
        assert "just now" in text_of(pilot)


async def test_a_new_message_does_not_move_who_reads_further_up(
    engine, long, opened, text_of
) -> None:
    async with opened(engine) as pilot:
        log = log_of(pilot)
        log.focus()
        await pilot.press(*["pageup"] * 5)
        await pilot.pause()
        before = top_of(log), text_of(pilot).splitlines()[10][30:70]
        engine.arrive(long, "just now")
        await pilot.pause()
        assert (top_of(log), text_of(pilot).splitlines()[10][30:70]) == before
        assert "1 new message below" in text_of(pilot)
        await pilot.click("#below")
        await pilot.pause()
        assert "just now" in text_of(pilot)
        assert "new message below" not in text_of(pilot)


async def test_a_late_message_is_shown_in_its_place_and_says_so(
    engine, long, opened, text_of
) -> None:
    async with opened(engine) as pilot:
        engine.arrive(long, "said before the last two", late=2998)
        await pilot.pause()
        lines = text_of(pilot).splitlines()
        found = next(at for at, line in enumerate(lines) if "before the last two" in line)
        assert "late" in lines[found]
        assert any("2998:" in line for line in lines[found:])
        assert not any("2997:" in line for line in lines[found:])


async def test_a_late_message_does_not_move_who_reads_elsewhere(
    engine, long, opened, text_of
) -> None:
    async with opened(engine) as pilot:
        log = log_of(pilot)
        log.focus()
        await pilot.press(*["pageup"] * 5)
        await pilot.pause()
        before, line = top_of(log), text_of(pilot).splitlines()[10][30:70]
        engine.arrive(long, "long ago", late=2)
        await pilot.pause()
        assert (top_of(log), text_of(pilot).splitlines()[10][30:70]) == (before + 1, line)


async def test_scrolling_up_never_jumps_across_unmeasured_history(engine, long, opened) -> None:
    async with opened(engine) as pilot:
        log = log_of(pilot)
        seen = top_of(log)
        for _ in range(1500):
            log.scroll_relative(y=-1, animate=False, immediate=True)
            top = top_of(log)
            assert seen - 1 <= top <= seen
            seen = top
        assert seen < 2700


async def test_another_width_keeps_the_message_on_top(engine, long, opened, settle) -> None:
    async with opened(engine, size=(120, 36)) as pilot:
        log = log_of(pilot)
        for _ in range(40):
            log.scroll_page_up(animate=False)
            await pilot.pause()
        top = top_of(log)
        for size in ((80, 24), (200, 50), (120, 36)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert top_of(log) == top


async def test_every_row_drawn_is_as_wide_as_the_log(engine, long, opened) -> None:
    async with opened(engine) as pilot:
        log = log_of(pilot)
        for row in range(0, log.heights.total, 997):
            found = log.message_at(row)
            assert found is not None
            strips = log._strips(found[0])
            assert len(strips) == log.heights.height(found[0])
            assert {strip.cell_length for strip in strips} == {log.scrollable_content_region.width}


async def test_opening_with_many_unread_starts_at_the_first_of_them(
    engine, long, opened, text_of
) -> None:
    for number in range(200):
        engine.arrive(long, f"unread {number}", at=NOW)
    async with opened(engine) as pilot:
        assert "200 new messages" in text_of(pilot)
        assert "unread 0 " in text_of(pilot)
        assert engine.chats()[0].unread == 200  # not read: the end was not in view
        await pilot.press("up", "G")
        await pilot.pause()
        assert engine.chats()[0].unread == 0
        await pilot.press("u")
        await pilot.pause()
        assert "unread 0 " in text_of(pilot)


async def test_a_state_changes_in_place(engine, long, opened, text_of) -> None:
    message = engine.arrive(long, "on its way", mine=True, state=State.WAITING)
    async with opened(engine) as pilot:
        assert "on its way  14:31 ◌" in text_of(pilot)
        for state, sign in ((State.SENT, "✓ "), (State.DELIVERED, "✓✓"), (State.READ, "◉")):
            engine.progress(message, state)
            await pilot.pause()
            assert f"on its way  14:31 {sign}" in text_of(pilot)


async def test_selected_text_is_copied_without_the_bubbles_edges(engine, long, opened) -> None:
    engine.arrive(long, "first of two")
    engine.arrive(long, "second of two")
    async with opened(engine) as pilot:
        log = log_of(pilot)
        end = log.heights.total
        selection = Selection(Offset(0, end - 2), Offset(80, end - 1))
        pilot.app.screen.selections = {log: selection}
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == "first of two  14:31\nsecond of two  14:31"


async def test_what_comes_into_view_is_read_whichever_event_came_first(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("up")
        people.engine.arrive(people.ada, "now?", quiet=True)
        message, chat = (
            people.engine.history(people.ada).messages[-1],
            people.engine.chat(people.ada),
        )
        people.engine.tell(MessageAdded(message))
        await pilot.pause()
        people.engine.tell(ChatChanged(chat))
        await pilot.pause()
        assert people.engine.chat(people.ada).unread == 0


async def test_what_came_while_the_window_was_not_looked_at_is_read_on_return(
    people, opened
) -> None:
    async with opened(people.engine) as pilot:
        pilot.app.app_focus = False
        people.engine.arrive(people.ada, "are you there?")
        await pilot.pause()
        assert people.engine.chat(people.ada).unread == 1
        pilot.app.app_focus = True
        await pilot.pause()
        assert people.engine.chat(people.ada).unread == 0
