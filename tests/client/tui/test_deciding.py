"""What a person must decide before anything is written, and how little can go wrong with it."""

import asyncio
from types import SimpleNamespace

import pytest
from textual import events
from textual.widgets import Button

from doorless_client.core import present
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Standing, Trust
from doorless_client.text import safe_line
from doorless_client.tui.screens.verify import Verify
from doorless_client.tui.widgets.banner import Banner
from doorless_client.tui.widgets.composer import Composer


async def test_nothing_can_be_written_before_a_key_change_is_decided(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+4")
        await pilot.pause()
        assert not pilot.app.screen.query_one(Composer).display
        assert "Alan Turing's safety number changed" in text_of(pilot)
        await pilot.press(*"secret", "enter")
        assert people.engine.sent == []


async def test_a_key_change_while_writing_keeps_the_text_and_takes_the_composer(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(*"secret")
        people.engine.change(people.ada, trust=Trust.CHANGED)
        await pilot.pause()
        composer = pilot.app.screen.query_one(Composer)
        assert not composer.display
        assert "Messages that wait stay here" in text_of(pilot)
        people.engine.change(people.ada, trust=Trust.FIRST_SEEN)
        await pilot.pause()
        assert composer.display
        assert composer.text == "secret"
        assert people.engine.sent == []


async def test_verifying_the_new_number_ends_a_key_change(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+4")
        await pilot.pause()
        await pilot.press("enter")  # Verify now has the focus
        await pilot.pause()
        assert isinstance(pilot.app.screen, Verify)
        await pilot.click("#match")
        await pilot.pause()
        assert people.engine.done == [("verify", people.alan)]
        assert pilot.app.screen.query_one(Composer).display


async def test_not_now_leaves_one_line_and_sending_blocked(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+4")
        await pilot.pause()
        await pilot.press("tab", "tab", "enter")
        await pilot.pause()
        assert "Sending is blocked until you choose" in text_of(pilot)
        assert not pilot.app.screen.query_one(Composer).display


async def test_no_notice_lies_over_the_answers_of_the_contact_that_is_shown(
    people, opened, settle
) -> None:
    async with opened(people.engine) as pilot:
        people.engine.change(people.ada, trust=Trust.CHANGED)
        await settle(pilot)
        assert pilot.app.screen.query_one(Banner).display
        assert not [one for one in pilot.app._notifications if "changed" in one.message]
        people.engine.change(people.grace, trust=Trust.CHANGED)
        await settle(pilot)
        assert [one for one in pilot.app._notifications if "changed" in one.message]


async def test_the_arrows_move_between_answers_and_stop_at_the_ends(people, opened) -> None:
    people.engine.change(people.ada, trust=Trust.CHANGED)
    async with opened(people.engine, size=(120, 36)) as pilot:
        first, accept, last = pilot.app.screen.query_one(Banner).query(Button)
        first.focus()
        for key, there in (
            ("right", accept),
            ("right", last),
            ("right", last),
            ("left", accept),
            ("left", first),
            ("left", first),
        ):
            await pilot.press(key)
            assert pilot.app.focused is there
        await pilot.press("right", "right", "enter")
        await pilot.pause()
        assert people.engine.done == []


async def test_answers_below_each_other_are_reached_by_up_and_down(people, opened) -> None:
    people.engine.change(people.ada, trust=Trust.CHANGED)
    async with opened(people.engine, size=(100, 30)) as pilot:
        first, accept, _ = pilot.app.screen.query_one(Banner).query(Button)
        first.focus()
        await pilot.press("down")
        assert pilot.app.focused is accept
        await pilot.press("up")
        assert pilot.app.focused is first


async def test_the_arrows_move_between_the_answers_of_a_sheet(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Verify)
        assert pilot.app.focused.id == "later"
        for key, there in (("right", "match"), ("left", "later"), ("left", "differ")):
            await pilot.press(key)
            assert pilot.app.focused.id == there


async def test_a_request_is_answered_before_anything_is_written(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+3")
        await pilot.pause()
        assert "Mallory wants to talk" in text_of(pilot)
        assert not pilot.app.screen.query_one(Composer).display
        await pilot.press("enter")  # no choice has the focus: nothing happens
        await pilot.pause()
        assert people.engine.done == []
        accept = pilot.app.screen.query(Button).filter(".-success").first()
        await pilot.click(accept)
        await pilot.pause()
        assert people.engine.done == [("accept", people.mallory)]
        assert pilot.app.screen.query_one(Composer).display


async def test_an_address_that_is_only_claimed_is_whole_and_said_to_be_a_claim(
    people, opened, text_of
) -> None:
    claimed = present.name(SimpleNamespace(name="", handle="", claim="bob@relay.example:8443"))
    people.engine.person(claimed, standing=Standing.REQUEST)
    async with opened(people.engine, size=(80, 24)) as pilot:
        await pilot.press("alt+5")
        await pilot.pause()
        assert "bob@relay.example:8443 wants to talk" in text_of(pilot)
        assert "That address is only what they say." in text_of(pilot)


async def test_a_blocked_contact_cannot_be_written_to(people, opened, text_of) -> None:
    people.engine.change(people.ada, standing=Standing.BLOCKED)
    async with opened(people.engine) as pilot:
        assert "You blocked Ada Lovelace" in text_of(pilot)
        assert not pilot.app.screen.query_one(Composer).display
        await pilot.press("tab", "enter")  # the first choice undoes it
        await pilot.pause()
        assert people.engine.done == [("accept", people.ada)]
        assert pilot.app.screen.query_one(Composer).display


async def test_the_details_of_a_blocked_contact_offer_to_accept_them_again(people, opened) -> None:
    people.engine.change(people.ada, standing=Standing.BLOCKED)
    async with opened(people.engine) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        buttons = [button.id for button in pilot.app.screen.query(Button)]
        assert buttons[-2:] == ["forget", "accept"]
        assert not {"block", "verify"} & set(buttons)
        await pilot.click("#accept")
        await pilot.pause()
        assert people.engine.done == [("accept", people.ada)]
        assert pilot.app.screen.query_one(Composer).display


async def test_deleting_asks_first(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        await pilot.click("#forget")
        await pilot.pause()
        assert "Delete Ada Lovelace?" in text_of(pilot)
        await pilot.press("enter")  # Keep has the focus
        await pilot.pause()
        assert people.engine.done == []
        await pilot.press("f3")
        await pilot.pause()
        await pilot.click("#forget")
        await pilot.pause()
        await pilot.click("#yes")
        await pilot.pause()
        assert people.engine.done == [("forget", people.ada)]
        assert "Ada Lovelace" not in text_of(pilot)


async def test_while_an_answer_is_carried_out_no_key_gives_another(
    people, opened, monkeypatch, text_of
) -> None:
    go_on = asyncio.Event()

    async def slow(conversation: bytes) -> None:
        people.engine.change(conversation, name=safe_line("mallory, looked up"))
        await go_on.wait()
        people.engine.change(conversation, standing=Standing.CONTACT)

    monkeypatch.setattr(people.engine, "accept", slow)
    async with opened(people.engine) as pilot:
        await pilot.press("alt+3")
        await pilot.pause()
        await pilot.press("tab", "enter")  # Accept
        await pilot.press(*"hi", "enter", "enter", "space")
        assert people.engine.done == []  # neither blocked nor deleted
        assert people.engine.sent == []  # nothing leaves before they are accepted
        await pilot.pause()
        assert "looked up" in text_of(pilot)
        go_on.set()
        await pilot.pause()
        composer = pilot.app.screen.query_one(Composer)
        assert composer.has_focus
        assert people.engine.chats()[2].standing is Standing.CONTACT
        assert [text for _, text in people.engine.sent] == ["hi"]


async def test_what_is_typed_right_after_accept_is_written_and_sent(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+3")
        await pilot.pause()
        await pilot.press("tab")
        for key in ("enter", *"hi", "space", *"you", "enter"):  # at once, as a burst comes
            pilot.app.post_message(events.Key(key, {"enter": "\r", "space": " "}.get(key, key)))
        await pilot.pause()
        assert people.engine.done == [("accept", people.mallory)]
        assert people.engine.sent == [(people.mallory, "hi you")]


async def test_what_was_written_stays_when_accepting_is_refused(
    people, opened, monkeypatch
) -> None:
    async def refuse(conversation: bytes) -> None:
        raise RefusedError("not now")

    monkeypatch.setattr(people.engine, "accept", refuse)
    async with opened(people.engine) as pilot:
        await pilot.press("alt+3")
        await pilot.pause()
        await pilot.press("tab")
        for key in ("enter", *"hi", "enter"):
            pilot.app.post_message(events.Key(key, {"enter": "\r"}.get(key, key)))
        await pilot.pause()
        composer = pilot.app.screen.query_one(Composer)
        assert (composer.display, composer.text) == (False, "hi")
        assert people.engine.sent == []


@pytest.mark.parametrize("chat", ["alt+3", "alt+4"])
async def test_every_answer_can_be_read_whole_beside_the_x_ray(
    people, opened, settle, text_of, chat
) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await pilot.press(chat)
        await settle(pilot)
        question = pilot.app.screen.query_one(Banner).question
        assert question is not None
        for choice in question.choices:
            assert choice.label in text_of(pilot)
