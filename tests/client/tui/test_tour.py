"""One message is followed, step by step, in words that its real envelope bears out."""

from dataclasses import replace

import pytest
from msgspec import structs
from textual.widgets import Button

from doorless_client.core.message_parts import BesideView, Sealing
from doorless_client.core.views import State, WireView
from doorless_client.text import safe_line
from doorless_client.tui.glyphs import ASCII, UNICODE
from doorless_client.tui.journey import Traveller, journey
from doorless_client.tui.screens.tour import Tour
from doorless_client.tui.touring import NOTHING_YET, follow, newest

NOW = 1_800_023_490


@pytest.fixture
def traveller(people) -> Traveller:
    engine = people.engine
    message = engine.history(people.ada).messages[-2]  # "See you there", delivered
    (wire,) = engine.wire([message])
    (chat,) = (one for one in engine.chats() if one.conversation == people.ada)
    return Traveller(message, chat, wire)


def stages(one: Traveller) -> dict[str, str]:
    return {stage.title: " ".join(stage.text.split()) for stage in journey(one, UNICODE)}


def test_it_is_told_of_this_very_envelope(traveller: Traveller) -> None:
    said = stages(traveller)
    assert "See you there" in said["Typed"]
    assert "13 B" in said["Padded"]
    assert "2 KiB" in said["Padded"]
    assert traveller.wire.head[:20].hex(" ") in said["Sealed"]
    assert traveller.wire.mailbox.hex()[:8] in said["What the relay keeps"]
    assert "not the minute" in said["What the relay keeps"]
    assert "a receipt" in said["Opened there"]


def test_the_steps_say_what_the_relay_does_learn(traveller: Traveller) -> None:
    said = stages(traveller)["What the relay sees"]
    for learnt in ("network address", "mailbox", "size", "guess who talks to whom"):
        assert learnt in said
    assert "delay or delete" in stages(traveller)["What it cannot do"]


def test_copies_are_as_many_as_the_devices_they_are_for(traveller: Traveller) -> None:
    copies = [
        Sealing(bytes([at] * 16), safe_line(name), own, bytes(16), 2048, True)
        for at, (name, own) in enumerate([("", False), ("", False), ("laptop", True)])
    ]
    said = stages(replace(traveller, sealings=copies))["Sealed"]
    assert "2 devices of Ada Lovelace" in said
    assert "and another device of yours" in said


def test_of_what_never_left_nothing_is_said_to_have_been_seen(traveller: Traveller) -> None:
    stayed = replace(traveller, wire=replace(traveller.wire, stays=True))
    said = stages(stayed)
    assert "Nothing was sent" in said["What a relay would see"]
    assert "What a relay would keep" in said
    assert "What the relay sees" not in said


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.SENT, "has not said yet"),
        (State.READ, "said so: a receipt"),
        (State.FAILED, "was given up"),
    ],
)
def test_how_far_it_came_is_what_is_known(traveller: Traveller, state: State, told: str) -> None:
    moved = replace(traveller, message=structs.replace(traveller.message, state=state))
    assert told in stages(moved)["Opened there"]


def test_the_receipt_is_shown_as_the_relay_had_it(traveller: Traveller) -> None:
    receipt = BesideView("receipt", mine=False, head=bytes(range(64)), size=2048, at=NOW)
    known = replace(traveller, wire=replace(traveller.wire, beside=(receipt,)))
    assert bytes(range(20)).hex(" ") in stages(known)["Opened there"]


def test_a_first_contact_says_why_it_is_so_large(traveller: Traveller) -> None:
    large = replace(traveller, wire=WireView(bytes(64), 32 * 1024, bytes(16), NOW, 1))
    assert "handshake" in stages(large)["Padded"]
    assert "handshake" not in stages(traveller)["Padded"]


def test_a_console_without_signs_gets_plain_letters(traveller: Traveller) -> None:
    assert all(stage.text.isascii() for stage in journey(traveller, ASCII))


async def start(pilot, engine, glyphs=UNICODE) -> None:
    follow(pilot.app.screen_stack[0], engine, glyphs)
    await pilot.pause()


async def test_every_step_fits_and_is_one_key_away(people, opened, text_of) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await start(pilot, people.engine)
        for number in range(1, 8):
            assert f"Step {number} of 7" in text_of(pilot)
            assert "See you there" in text_of(pilot)  # the message stays in view
            assert not pilot.app.screen.query_one("#sheet-box").max_scroll_y
            await pilot.press("right")
            await pilot.pause()
        assert not isinstance(pilot.app.screen, Tour)


async def test_one_goes_back_and_ends_it_with_escape(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        before = pilot.app.screen.xray
        await start(pilot, people.engine)
        await pilot.press("left")  # there is none before the first
        await pilot.press("enter", "enter", "left")
        await pilot.pause()
        assert "Step 2 of 7" in text_of(pilot)
        pilot.app.screen.query_one("#tour-back", Button).press()
        await pilot.pause()
        assert "Step 1 of 7" in text_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Tour)
        assert pilot.app.screen.xray == before


async def test_without_a_message_it_says_what_to_do(engine, opened, text_of) -> None:
    engine.person("Ada")
    async with opened(engine) as pilot:
        await start(pilot, engine)
        assert NOTHING_YET[:40] in text_of(pilot)
        assert newest(engine, None) is None
