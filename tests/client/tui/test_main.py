"""What a person can do with keys and mouse, and what comes of it."""

import pytest
from textual.events import Key, Paste

from doorless_client.core.api import KeyChangedError
from doorless_client.core.views import Connection, Link, Standing
from doorless_client.tui.screens.add import AddContact
from doorless_client.tui.screens.details import ContactDetails
from doorless_client.tui.screens.help import Help
from doorless_client.tui.screens.message_info import MessageInfo
from doorless_client.tui.screens.palette import Palette
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.screens.verify import Verify
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer

SIZES = [(80, 24), (120, 36), (200, 50)]


async def test_enter_sends_and_other_keys_begin_a_line(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(*"one", "ctrl+j", *"two", "alt+enter", *"three", "enter")
        await pilot.pause()
        assert people.engine.sent == [(people.ada, "one\ntwo\nthree")]
        assert "three" in text_of(pilot)
        assert pilot.app.screen.query_one(Composer).text == ""


async def test_texts_leave_in_the_order_they_were_written(people, opened) -> None:
    async with opened(people.engine) as pilot:
        for number in range(9):
            await pilot.press(str(number), "enter")
        await pilot.pause()
        assert [text for _, text in people.engine.sent] == list("012345678")


async def test_nothing_but_space_is_not_sent(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("space", "ctrl+j", "space", "enter")
        await pilot.pause()
        assert people.engine.sent == []


async def test_a_refused_text_comes_back_to_the_composer(people, opened, monkeypatch) -> None:
    async def refuse(*_: object) -> None:
        raise KeyChangedError("their keys changed")

    monkeypatch.setattr(people.engine, "send", refuse)
    async with opened(people.engine) as pilot:
        await pilot.press(*"hello", "enter")
        await pilot.pause()
        assert pilot.app.screen.query_one(Composer).text == "hello"


async def test_a_draft_stays_with_its_chat(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(*"later")
        await pilot.press("alt+down")
        await pilot.pause()
        composer = pilot.app.screen.query_one(Composer)
        assert composer.text == ""
        assert people.engine.drafts[people.ada] == "later"
        await pilot.press("alt+up")
        await pilot.pause()
        assert composer.text == "later"
        await pilot.press("ctrl+z")
        assert composer.text == "later"  # nothing of another chat comes back


async def test_quitting_keeps_the_draft(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(*"later", "ctrl+q")
    assert people.engine.drafts[people.ada] == "later"


async def test_a_paste_is_made_harmless_and_never_sends(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        composer.post_message(Paste("one\n\x1b[201~two\x1b]52;c;aGk=\x07\r\n"))
        await pilot.pause()
        assert composer.text == "one\n␛[201~two␛]52;c;aGk=␇\n"
        assert people.engine.sent == []


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        ("f1", Help),
        ("f3", ContactDetails),
        ("f4", Verify),
        ("f8", SettingsSheet),
        ("ctrl+n", AddContact),
        ("ctrl+p", Palette),
    ],
)
async def test_keys_open_sheets_and_escape_closes_them(people, opened, key, screen) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, screen)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.focused, Composer)


async def test_f2_goes_from_beside_to_whole_to_off(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        assert "what the relay has" in text_of(pilot)
        assert "See you there" in text_of(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert "See you there" not in text_of(pilot)
        assert "2 KiB" in text_of(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert "14:31:10" not in text_of(pilot)
        assert "See you there" in text_of(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_xray_shows_the_envelope_on_the_row_of_its_message(
    people, opened, text_of, size
) -> None:
    async with opened(people.engine, size=size) as pilot:
        if size == (80, 24):
            await pilot.press("f2")
            await pilot.pause()
        message = people.engine.history(people.ada).messages[-2]
        (wire,) = people.engine.wire([message])
        (row,) = [line for line in text_of(pilot).splitlines() if "See you there" in line]
        assert f"14:31:10   2 KiB {wire.head[:4].hex(' ')}" in row
        rows = text_of(pilot).splitlines()
        assert any("Bringing" in row and "nothing yet, still here" in row for row in rows)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_typed_shows_its_size_on_the_wire(people, opened, text_of, size) -> None:
    async with opened(people.engine, size=size) as pilot:
        await pilot.press(*["x"] * 27)
        await pilot.pause()
        assert "27 B typed → 2 KiB on the wire" in text_of(pilot)
        pilot.app.screen.query_one(Composer).text = "x" * 70_000
        await pilot.pause()
        assert "too long to send" in text_of(pilot)


async def test_a_picked_message_tells_its_facts(people, opened, text_of) -> None:
    async with opened(people.engine, size=(200, 50)) as pilot:
        await pilot.press("up", "up", "up")
        await pilot.pause()
        screen = text_of(pilot)
        for words in (
            "The relay sees, as it happens",
            "It keeps, until delivered",
            "It cannot see",
        ):
            assert words in screen
        assert "when it came there" in screen  # the hour is what it keeps
        await pilot.press("i")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MessageInfo)
        assert "by their clock" in text_of(pilot)


async def test_y_copies_the_picked_message(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("up", "up", "y")
        await pilot.pause()
        assert pilot.app.clipboard == "See you there"
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Composer)


async def test_the_palette_goes_to_a_chat_and_does_things(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *"grhop", "enter")
        await pilot.pause()
        assert "I found a moth" in text_of(pilot)
        await pilot.press("ctrl+p", *"light", "enter")
        await pilot.pause()
        assert pilot.app.theme == "doorless-light"
        await pilot.press("ctrl+p", *"screenshot")
        await pilot.pause()
        assert "creenshot" not in text_of(pilot).replace("screenshot", "", 1)


async def test_the_next_unread_chat_is_one_key_away(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+u")
        await pilot.pause()
        assert "I found a moth" in text_of(pilot)
        assert "2 new messages" in text_of(pilot)
        assert people.engine.history(people.grace).first_unread() is None


async def test_a_chat_that_is_read_elsewhere_is_not_marked_before_it_is_seen(
    people, opened
) -> None:
    async with opened(people.engine) as pilot:
        pilot.app.app_focus = False
        people.engine.arrive(people.ada, "are you there?")
        await pilot.pause()
        assert people.engine.chats()[0].unread


async def test_every_pane_is_reached_by_tab_and_by_mouse(people, opened) -> None:
    async with opened(people.engine) as pilot:
        reached = set()
        for _ in range(4):
            await pilot.press("tab")
            reached.add(type(pilot.app.focused))
        assert {ChatList, ChatLog, Composer} <= reached
        await pilot.click(ChatList, offset=(3, 4))
        await pilot.pause()
        assert pilot.app.screen.query_one("#conversation").chat.name == "Grace Hopper"
        await pilot.click(ChatLog, offset=(4, 6))
        await pilot.pause()
        assert pilot.app.screen.query_one(ChatLog).picked is not None


@pytest.mark.parametrize(
    ("size", "rail", "list_width"),
    [((80, 24), True, 7), ((120, 36), False, 29), ((200, 50), False, 36)],
)
async def test_the_layout_follows_the_window(
    people, opened, settle, size, rail, list_width
) -> None:
    async with opened(people.engine, size=(120, 36)) as pilot:
        await pilot.resize_terminal(*size)
        await settle(pilot)
        chats = pilot.app.screen.query_one(ChatList)
        assert chats.size.width == list_width
        assert chats._rail is rail


@pytest.mark.parametrize("size", [(20, 6), (40, 12)])
async def test_no_size_is_too_small_to_survive(people, opened, settle, size) -> None:
    async with opened(people.engine) as pilot:
        await pilot.resize_terminal(*size)
        await settle(pilot)
        await pilot.press(*"hi")
        for key in ("f4", "ctrl+n"):
            await pilot.press(key)
            await pilot.press("escape")


async def test_the_connection_is_told_in_words(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        assert "● connected · relay.example · 24 ms" in text_of(pilot)
        people.engine.connect(Connection(Link.OFFLINE, "relay.example", 2, retry_in=8))
        await pilot.pause()
        assert "▲ offline · next try in 8 s" in text_of(pilot)
        assert "2 waiting" in text_of(pilot)
        people.engine.connect(Connection(Link.CONNECTING, "relay.example", 2))
        await pilot.pause()
        assert "◌ connecting" in text_of(pilot)


async def test_an_empty_messenger_says_what_to_do(engine, opened, text_of) -> None:
    async with opened(engine) as pilot:
        assert "Press Ctrl+N to add somebody" in text_of(pilot)
        await pilot.press("ctrl+n", *"bob@relay.example", "enter")
        await pilot.pause()
        assert "Say something to Bob" in text_of(pilot)
        await pilot.press(*"hi", "enter")
        await pilot.pause()
        assert "Say something to Bob" not in text_of(pilot)
        assert [text for _, text in engine.sent] == ["hi"]


async def test_the_first_who_writes_is_one_key_away(engine, opened, text_of) -> None:
    async with opened(engine) as pilot:
        mallory = engine.person("Mallory", standing=Standing.REQUEST)
        engine.arrive(mallory, "Hi")
        await pilot.pause()
        assert "Choose a chat" in text_of(pilot)
        assert engine.chats()[0].unread  # nothing is opened unasked
        await pilot.press("enter")
        await pilot.pause()
        assert "Mallory wants to talk" in text_of(pilot)


async def test_text_and_enter_in_one_burst_are_one_message(people, opened) -> None:
    async with opened(people.engine) as pilot:
        for key in (*"quick", "enter"):
            pilot.app._driver.send_message(Key(key, None if key == "enter" else key))
        await pilot.pause()
        assert [text for _, text in people.engine.sent] == ["quick"]


async def test_adding_tells_why_it_was_refused(engine, opened, text_of) -> None:
    async with opened(engine) as pilot:
        await pilot.press("ctrl+n", *"http:nobody", "enter")
        await pilot.pause()
        assert "neither handle@relay nor an invite link" in text_of(pilot)
        assert isinstance(pilot.app.screen, AddContact)


async def test_ctrl_c_twice_quits_and_once_does_not(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app._exit is False
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app._exit is True


async def test_screenshots_are_off(people, opened) -> None:
    async with opened(people.engine) as pilot:
        with pytest.raises(PermissionError):
            pilot.app.save_screenshot("/tmp/never.svg")


async def test_blank_lines_around_a_message_are_not_sent(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+j", "space", "ctrl+j", "space", *"a", "ctrl+j", "ctrl+j", *"b")
        await pilot.press("ctrl+j", "enter")
        await pilot.pause()
        assert [text for _, text in people.engine.sent] == [" a\n\nb"]
