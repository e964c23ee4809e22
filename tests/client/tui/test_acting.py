"""What is done with picked messages, by key and by mouse."""

import pytest
from msgspec import structs

from doorless_client.core.message_parts import QuoteView, ReactionView
from doorless_client.core.views import Kind, State
from doorless_client.text import safe, safe_line
from doorless_client.tui.acting import copied
from doorless_client.tui.screens.delete import Delete
from doorless_client.tui.screens.message_info import MessageInfo
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer


def log_of(pilot) -> ChatLog:
    return pilot.app.screen_stack[0].query_one(ChatLog)


def last(people, back: int = 1):
    return people.engine.history(people.ada).messages[-back]


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_r_answers_with_a_quote(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "r")
        assert "Reply to Ada Lovelace" in text_of(pilot)
        await press(pilot, *"yes", "enter")
        answer = last(people)
        assert answer.text == "yes"
        assert answer.quote.text == "Are we ready for the lesson?"
        assert "│ Are we ready for the lesson?" in text_of(pilot)
        assert "Reply to" not in text_of(pilot)


async def test_escape_makes_an_answer_a_message_of_its_own(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "r", *"yes", "escape")
        assert "Reply to" not in text_of(pilot)
        await press(pilot, "enter")
        assert (last(people).text, last(people).quote) == ("yes", None)


async def test_a_click_on_the_strip_drops_the_answer(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "r")
        await pilot.click("AnswerStrip")
        await pilot.pause()
        assert "Reply to" not in text_of(pilot)


async def test_e_puts_the_words_back_and_the_draft_returns(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await press(pilot, *"draft", "ctrl+up", "up", "e")
        assert composer.text == "See you there"
        await press(pilot, *"!", "enter")
        edited = last(people, 2)
        assert (edited.text, edited.edited) == ("See you there!", 1)
        assert composer.text == "draft"
        assert people.engine.drafts.get(people.ada, "") != "See you there!"
        assert "edited 14:31" in text_of(pilot)


async def test_leaving_an_edit_keeps_words_and_draft(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await press(pilot, *"draft", "ctrl+up", "up", "e", "x", "escape")
        assert composer.text == "draft"
        assert last(people, 2).text == "See you there"


async def test_others_words_cannot_be_edited(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "e")
        assert "Only your own words can be edited." in text_of(pilot)


async def test_a_reacts_and_a_again_takes_it_back(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "a", *"thumbs_up", "enter")
        assert [str(one.emoji) for one in last(people, 3).reactions] == ["👍"]
        assert " 👍 you " in text_of(pilot)
        await press(pilot, "a")
        assert "take it back" in text_of(pilot)
        await press(pilot, "enter")
        assert last(people, 3).reactions == ()


async def test_a_click_on_a_reaction_joins_it_and_leaves_it(people, opened, text_of) -> None:
    people.engine.messages.react_as(last(people, 3), "🎉", mine=False)
    async with opened(people.engine) as pilot:
        lines = text_of(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "🎉" in line)
        column = lines[row].index("🎉")
        for expected in ([False, True], [False]):
            await pilot.click(offset=(column, row))
            await pilot.pause()
            assert [one.mine for one in last(people, 3).reactions] == expected


async def test_f_says_it_elsewhere_marked_as_forwarded(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "f", *"grace", "enter")
        said = people.engine.history(people.grace).messages[-1]
        assert (said.text, said.forwarded) == ("See you there", True)


async def test_several_are_chosen_with_space_and_done_together(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "space", "up", "space")
        assert "2 chosen" in text_of(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == "Are we ready for the lesson?\nSee you there"
        assert "Copied 2 lines" in text_of(pilot)
        assert "2 chosen" not in text_of(pilot)


async def test_escape_chooses_none_before_it_leaves(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "space", "escape")
        assert not log_of(pilot).chosen
        assert log_of(pilot).picked is not None
        await press(pilot, "escape")
        assert log_of(pilot).picked is None
        assert isinstance(pilot.app.focused, Composer)


async def test_d_asks_whether_for_us_or_for_everyone(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "d")
        assert isinstance(pilot.app.screen, Delete)
        await pilot.click("#everyone")
        await pilot.pause()
        assert last(people, 2).deleted
        assert "This message was deleted." in text_of(pilot)


async def test_what_is_deleted_for_us_is_gone_at_once(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        count = len(people.engine.history(people.ada))
        await press(pilot, "up", "up", "d")
        await pilot.click("#me")
        await pilot.pause()
        assert len(people.engine.history(people.ada)) == count - 1
        assert "See you there" not in text_of(pilot)
        assert "Bringing coffee" in text_of(pilot)


async def test_others_words_are_never_deleted_for_everyone(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "d")
        assert not pilot.app.screen.query("#everyone")
        await pilot.click("#keep")
        await pilot.pause()
        assert last(people, 3).text == "Are we ready for the lesson?"


async def test_p_pins_and_p_again_takes_the_pin_out(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "p")
        assert last(people, 2).pinned
        await press(pilot, "p")
        assert not last(people, 2).pinned


async def test_i_says_for_whom_it_was_sealed_and_what_it_said_before(
    people, opened, text_of
) -> None:
    await people.engine.messages.edit(last(people, 2), "See you here")
    async with opened(people.engine, size=(120, 50)) as pilot:
        await press(pilot, "up", "up", "i")
        assert isinstance(pilot.app.screen, MessageInfo)
        for words in ("Sealed for", "their device", "your device", "Said before", "See you there"):
            assert words in text_of(pilot)


async def test_i_names_people_as_everywhere_and_by_their_address(people, opened, text_of) -> None:
    shown = last(people, 3)
    cup = ReactionView(safe_line("☕"), False, shown.sender)
    people.engine.put(structs.replace(shown, reactions=(cup,)))
    async with opened(people.engine, size=(120, 50)) as pilot:
        await press(pilot, "up", "up", "up", "i")
        named = f"Ada Lovelace ({shown.sender})"
        assert f"☕ by {named}" in text_of(pilot)
        assert text_of(pilot).count(named) == 2


async def test_x_cancels_what_waits_and_t_tries_again(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "x")
        assert last(people).state is State.FAILED
        await press(pilot, "t")
        assert (last(people).text, last(people).state) == ("Bringing coffee", State.SENT)


async def test_q_goes_to_what_is_quoted_and_backspace_back(engine, opened) -> None:
    bob = engine.person("Bob")
    first = engine.arrive(bob, "the first of all", seen=True)
    for number in range(400):
        engine.arrive(bob, f"line {number}", seen=True, quiet=True)
    engine.arrive(bob, "that one", seen=True, quote=engine.messages.quote(first))
    async with opened(engine) as pilot:
        log = log_of(pilot)
        await press(pilot, "up", "q")
        assert log.picked == 0
        assert log.scroll_y < 5
        await press(pilot, "backspace")
        assert log.picked == 401


async def test_a_click_on_a_quote_goes_there(people, opened, text_of) -> None:
    quote = people.engine.messages.quote(last(people, 3))
    people.engine.arrive(people.ada, "still true", seen=True, quote=quote)
    async with opened(people.engine) as pilot:
        lines = text_of(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "│ Are we ready" in line)
        await pilot.click(offset=(lines[row].index("│ Are we") + 3, row))
        await pilot.pause()
        assert log_of(pilot).picked_message.text == "Are we ready for the lesson?"


async def test_a_quote_of_nothing_we_have_leads_nowhere(people, opened, text_of) -> None:
    claim = QuoteView(safe_line("Ada"), safe("never said"), False, None, False)
    people.engine.arrive(people.ada, "as you said", seen=True, quote=claim)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "q")
        assert "What it answers is not in your history." in text_of(pilot)


async def test_nothing_is_told_to_a_stranger_before_they_are_accepted(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "alt+3")
        log_of(pilot).focus()
        await press(pilot, "up", "a")
        assert "Not before you accept them." in text_of(pilot)
        assert len(pilot.app.screen_stack) == 1


async def test_notes_of_this_computer_are_not_picked(engine, opened) -> None:
    bob = engine.person("Bob")
    engine.arrive(bob, "hello", seen=True)
    engine.arrive(bob, "Their number changed", kind=Kind.NOTE, seen=True)
    async with opened(engine) as pilot:
        await press(pilot, "up")
        assert log_of(pilot).picked_message.text == "hello"


async def test_what_is_picked_stays_picked_when_another_one_goes(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up")
        await people.engine.messages.delete(last(people, 3), everyone=False)
        await pilot.pause()
        assert log_of(pilot).picked_message.text == "See you there"


async def test_the_hints_are_of_what_can_be_done(people, opened, text_of) -> None:
    async with opened(people.engine, size=(200, 50)) as pilot:
        await press(pilot, "up", "up")
        assert "e edit" in text_of(pilot)
        await press(pilot, "up")
        assert "r reply" in text_of(pilot)
        assert "e edit" not in text_of(pilot)


@pytest.mark.parametrize(("text", "says"), [("one", "Copied."), ("a\nb\nc", "Copied 3 lines.")])
def test_a_copy_of_several_lines_warns(text: str, says: str) -> None:
    assert copied(text).startswith(says)


async def test_a_deleted_message_is_not_answered(people, opened, text_of) -> None:
    people.engine.put(structs.replace(last(people, 2), deleted=True))
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "r")
        assert "It was deleted." in text_of(pilot)


@pytest.mark.parametrize("everyone", [True, False])
async def test_an_answer_under_way_keeps_no_word_of_what_is_deleted(
    people, opened, text_of, everyone: bool
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "r", *"yes")
        assert "Reply to yourself" in text_of(pilot)
        about = pilot.app.screen.conversation.answer.answering.message
        await people.engine.messages.delete(about, everyone=everyone)
        await pilot.pause()
        assert "Reply to" not in text_of(pilot)
        assert "What you wrote about is gone." in text_of(pilot)
        assert pilot.app.screen.query_one(Composer).text == "yes"
        await press(pilot, "enter")
        assert last(people).text == "yes"
        assert last(people).quote is None


async def test_an_edit_under_way_of_what_is_deleted_becomes_a_draft(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await press(pilot, *"later", "escape", "up")
        log_of(pilot).focus()
        await press(pilot, "up", "e")
        about = pilot.app.screen.conversation.answer.answering.message
        await people.engine.messages.delete(about, everyone=True)
        await pilot.pause()
        assert composer.text == f"{about.text}\nlater"


async def test_an_answer_shows_the_words_that_its_message_has_now(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "r")
        about = pilot.app.screen.conversation.answer.answering.message
        await people.engine.messages.edit(about, "Other words")
        await pilot.pause()
        assert pilot.app.screen.conversation.answer.answering.message.text == "Other words"
