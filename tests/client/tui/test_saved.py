"""Saved replies: chosen by key, name, palette or mouse; put where one writes, and never sent."""

from itertools import groupby

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.saved import LONGEST
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.key_profiles import PROFILES
from doorless_client.tui.saved_names import begun
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.saved import SavedSheet
from doorless_client.tui.theme import DARK
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.proposals import Proposals
from golden_screens import compare, planes


async def press(pilot, *keys: str) -> None:
    """What is typed at a stretch comes at a stretch; anything else is seen before the next key."""
    for is_letter, some in groupby(keys, lambda key: len(key) == 1):
        for together in [tuple(some)] if is_letter else [(key,) for key in some]:
            await pilot.press(*together)
            await pilot.pause()


async def look_for(pilot, query: str) -> None:
    """In the palette, and take the first."""
    await press(pilot, "ctrl+p")
    pilot.app.screen.query_one("#query", Line).value = query
    await pilot.pause()
    await press(pilot, "enter")


@pytest.fixture
async def replies(people):
    """Three of them, as Ada's friend has them."""
    saved = people.engine.saved
    await saved.save("way", "On my way.\nTen minutes.")
    await saved.save("thanks", "Thank you, that helps a lot!")
    await saved.save("busy", "Not now: I write to you tonight.")
    return saved


def names(people) -> list[str]:
    return [str(one.name) for one in people.engine.saved.every()]


def composer(pilot) -> Composer:
    return pilot.app.screen_stack[0].query_one(Composer)


@pytest.mark.parametrize("profile", PROFILES)
async def test_one_is_chosen_by_key_in_every_set_of_keys(people, replies, opened, profile) -> None:
    async with opened(people.engine, preferences=Unwritten(ProfileSettings(keys=profile))) as pilot:
        await press(pilot, *"Hi! ", "ctrl+r", "down", "enter")
        assert composer(pilot).text == "Hi! Thank you, that helps a lot!"
        assert pilot.app.focused is composer(pilot)
        assert people.engine.sent == []
        await press(pilot, "enter")
        assert people.engine.sent == [(people.ada, "Hi! Thank you, that helps a lot!")]


async def test_emacs_moves_in_the_list_by_its_keys(people, replies, opened) -> None:
    emacs = Unwritten(ProfileSettings(keys="emacs"))
    async with opened(people.engine, preferences=emacs) as pilot:
        await press(pilot, "ctrl+r", "ctrl+n", "ctrl+n", "ctrl+p", "enter")
        assert composer(pilot).text.startswith("Thank you")
        await press(pilot, "ctrl+r", "ctrl+g")
        assert len(pilot.app.screen_stack) == 1


async def test_where_a_message_is_picked_it_is_an_answer(
    people, replies, opened, screen_of
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "ctrl+r", "enter")
        about = screen_of(pilot).conversation.answer.answering
        assert about is not None
        assert about.message.text == "Are we ready for the lesson?"
        assert (composer(pilot).text, people.engine.sent) == (
            "Not now: I write to you tonight.",
            [],
        )


async def test_what_cannot_be_answered_gets_no_saved_reply(
    people, replies, opened, screen_of
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up")
        picked = screen_of(pilot).conversation.messages.picked_message
        await people.engine.messages.delete(picked, everyone=True)
        await pilot.pause()
        await press(pilot, "ctrl+r", "enter")
        assert composer(pilot).text == ""
        assert screen_of(pilot).conversation.answer.answering is None


async def test_nothing_is_put_where_nothing_can_be_written(
    people, replies, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "alt+4", "ctrl+r", "enter")  # whose keys changed
        assert "Nothing can be written here now." in text_of(pilot)
        await press(pilot, "alt+1")
        assert composer(pilot).text == ""


async def test_the_palette_and_a_command_lead_to_them(people, replies, opened, screen_of) -> None:
    async with opened(people.engine) as pilot:
        await look_for(pilot, "reply than")
        assert composer(pilot).text == "Thank you, that helps a lot!"
        await press(pilot, "ctrl+a", "ctrl+k", *"/saved", "enter")
        assert isinstance(pilot.app.screen, SavedSheet)
        await press(pilot, "escape")
        await look_for(pilot, "saved replies")
        assert isinstance(pilot.app.screen, SavedSheet)
        await press(pilot, *"TONIGHT", "enter")  # a word of its text
        assert composer(pilot).text == "Not now: I write to you tonight."


async def test_what_is_written_is_saved_and_stays(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"See you", "ctrl+r", "enter")
        assert isinstance(pilot.app.screen, AskLine)
        await press(pilot, *"see", "enter")
        (one,) = people.engine.saved.every()
        assert (one.name, one.text, composer(pilot).text) == ("see", "See you", "See you")


async def test_a_message_of_ones_own_is_saved_by_the_palette(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up")
        await look_for(pilot, "save as")
        await press(pilot, *"coffee", "enter")
        (one,) = people.engine.saved.every()
        assert (one.name, one.text) == ("coffee", "Bringing coffee")


async def test_a_message_of_somebody_else_is_not_saved(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "up", "up", "ctrl+r")
        assert "None yet. Write something" in text_of(pilot)
        assert "Save this" not in text_of(pilot)
        await press(pilot, "f2", "alt+d")  # about nothing
        assert isinstance(pilot.app.screen, SavedSheet)


async def test_a_refusal_is_told_and_changes_nothing(people, replies, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        composer(pilot).put("x" * (LONGEST + 1))
        await press(pilot, "ctrl+r", "up", "enter", *"long", "enter")
        assert f"{LONGEST + 1} characters are too long" in text_of(pilot)
        assert names(people) == ["busy", "thanks", "way"]


async def test_one_is_renamed_by_key(people, replies, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+r", "f2", *["backspace"] * 4, *"later", "enter")
        assert names(people) == ["later", "thanks", "way"]
        assert isinstance(pilot.app.screen, SavedSheet)
        await press(pilot, "f2", *["backspace"] * 5, *"way", "enter")
        assert "called way already" in text_of(pilot)
        assert names(people) == ["later", "thanks", "way"]


async def test_one_is_deleted_by_key_after_a_question(people, replies, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+r", "down", "alt+d")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")  # keep
        assert names(people) == ["busy", "thanks", "way"]
        await press(pilot, "ctrl+delete", "shift+tab", "enter")
        assert names(people) == ["busy", "way"]


async def test_all_of_it_is_done_with_the_mouse(people, replies, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+r")
        await pilot.click("#rename")
        await press(pilot, *["backspace"] * 4, *"zz", "enter")
        assert names(people) == ["thanks", "way", "zz"]
        await pilot.click("#delete")
        await pilot.pause()
        await pilot.click("#yes")
        await pilot.pause()
        assert names(people) == ["way", "zz"]
        await pilot.click("#entries", offset=(4, 2))  # the second one
        await pilot.pause()
        assert composer(pilot).text == "Not now: I write to you tonight."


async def test_a_name_behind_its_sign_becomes_the_text(people, replies, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"Hi ;TH")
        assert ";thanks" in text_of(pilot)
        await press(pilot, "tab")
        assert composer(pilot).text == "Hi Thank you, that helps a lot!"
        await press(pilot, "enter", *";way", "enter")  # written to its end, too
        assert composer(pilot).text == "On my way.\nTen minutes."
        assert len(people.engine.sent) == 1


async def test_a_proposal_is_taken_with_the_mouse(people, replies, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *";b")
        await pilot.click(Proposals, offset=(2, 1))
        await pilot.pause()
        assert composer(pilot).text == "Not now: I write to you tonight."


async def test_other_semicolons_are_what_they_are(people, replies, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"one;way", "enter", *"wink ;)", "enter", *"; way", "enter")
        assert [text for _, text in people.engine.sent] == ["one;way", "wink ;)", "; way"]
        await press(pilot, *"/note ;way", "tab")  # in a command it is not proposed
        assert composer(pilot).text == "/note ;way"
    assert [begun(text) for text in (";", ";;a", "a;b", "x ;b", "(;b")] == [None] * 3 + ["b", "b"]


async def test_a_saved_command_commands_nothing(people, opened) -> None:
    await people.engine.saved.save("trap", "/block")
    async with opened(people.engine) as pilot:
        await press(pilot, "slash", "backspace", "ctrl+r", "enter")
        assert composer(pilot).text == "/block"
        await press(pilot, "enter")
        assert people.engine.sent == [(people.ada, "/block")]
        await press(pilot, *";trap", "tab", "enter")
        assert people.engine.sent == [(people.ada, "/block")] * 2
        assert ("block", people.ada) not in people.engine.done


async def test_markup_and_odd_letters_in_them_are_only_letters(people, opened, text_of) -> None:
    await people.engine.saved.save("[red]x[/]", "[@click=app.quit]go[/] see [/etc]")
    await people.engine.saved.save("שלום", "\x1b[2J\u202eevil")
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+r")
        assert "[red]x[/]" in text_of(pilot)
        assert "[@click=app.quit]go[/] see [/etc]" in text_of(pilot)
        await press(pilot, "alt+d")
        assert "[@click=app.quit]go" in text_of(pilot)
        await press(pilot, "escape", "down", "enter")
        assert composer(pilot).text == "␛[2J\N{REPLACEMENT CHARACTER}evil"
        await press(pilot, *" ;[r")
        assert ";[red]x[/]" in text_of(pilot)


async def test_one_that_went_meanwhile_leaves_what_was_typed(people, replies, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *";way")
        await replies.remove("way")
        await press(pilot, "tab")
        assert composer(pilot).text == ";way"
        with pytest.raises(RefusedError):
            await replies.remove("way")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_list_looks_as_it_did_golden(people, replies, opened, settle, size) -> None:
    async with opened(people.engine, size=size, theme=DARK.name) as pilot:
        await press(pilot, *"Soon", "ctrl+r", "down")
        await settle(pilot)
        compare(f"saved-{size[0]}x{size[1]}", planes(pilot.app))
