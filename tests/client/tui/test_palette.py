"""Everything is a few letters away; the likeliest stands first, and nothing of it is a command
of the toolkit."""

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.shelf_api import Found
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.chosen import SETTINGS
from doorless_client.tui.keymap import declared
from doorless_client.tui.providers.commands import MOVES
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.providers.fuzzy import match, ranked
from doorless_client.tui.providers.messages import Messages
from doorless_client.tui.providers.settings import NOW
from doorless_client.tui.screens.devices import Devices
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.palette import Palette
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.widgets.chat_log import ChatLog


def entry(text: str) -> Entry:
    return Entry(text, lambda: None)


def order(query: str, *texts: str) -> list[str]:
    return [hit.entry.text for hit in ranked(query, [entry(text) for text in texts], 100)]


def test_the_likeliest_stands_first() -> None:
    assert order("he", "The other", "Theme: light", "Help", "Ada Hehn") == [
        "Help",
        "Ada Hehn",
        "The other",
        "Theme: light",
    ]
    assert order("gh", "Change", "Grace Hopper", "light") == ["light", "Grace Hopper"]


def test_every_word_counts_in_any_order() -> None:
    assert order("light theme", "Theme: light", "Theme: dark", "light") == ["Theme: light"]
    assert order("", "b", "a") == ["b", "a"]
    assert order("  ", "b", "a") == ["b", "a"]


def test_the_letters_that_fit_are_marked() -> None:
    hit = match("grhop", entry("Grace Hopper"))
    assert hit is not None
    assert [hit.entry.text[place] for place in hit.places] == list("GrHop")
    assert match("zz", entry("Grace Hopper")) is None


@pytest.mark.parametrize("text", ["", "İstanbul", "ﬀ", "👩‍🔬 Ada", "x" * 100_000])
@pytest.mark.parametrize("query", ["", "i", "x" * 5_000, "İ", " \t ", "👩"])
def test_no_name_and_no_query_is_too_odd(text: str, query: str) -> None:
    hit = match(query, entry(text))
    if hit is not None:
        assert all(0 <= place < len(text) for place in hit.places)


async def test_every_action_is_in_the_palette(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("up", "ctrl+p")
        await pilot.pause()
        offered = {one.text for one in pilot.app.screen._listed}
        for owner in (MainScreen, DoorlessApp, ChatLog):
            for binding in declared(owner):
                if binding.description and binding.id not in MOVES:
                    assert binding.description in offered, binding.id
        assert not {one for one in offered if "creenshot" in one or "Maximize" in one}


async def test_a_command_is_done_where_it_is_bound_and_shows_its_key(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("up", "up", "ctrl+p", *"copy")
        await pilot.pause()
        (line,) = [line for line in text_of(pilot).splitlines() if "│" in line and "Copy" in line]
        assert " y " in line
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.clipboard == "See you there"


async def test_what_cannot_be_done_now_is_not_offered(engine, opened) -> None:
    async with opened(engine) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        offered = {one.text for one in pilot.app.screen._listed}
        assert "Settings" in offered
        assert not {"Compare safety numbers", "Details of the contact"} & offered


@pytest.mark.parametrize("typed", ["my devices", "link a device", "remove a device"])
async def test_devices_are_found_by_what_one_does_with_them(people, opened, typed) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *typed)
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Devices)


async def test_a_name_that_looks_like_markup_is_a_name(people, opened, text_of) -> None:
    name = "[@click=app.exit]x[/] [bold"
    people.engine.person(name)
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert name in text_of(pilot)
        await pilot.press(*"zzzz", "enter")
        await pilot.pause()
        assert "Nothing fits." in text_of(pilot)
        assert isinstance(pilot.app.screen, Palette)


async def test_messages_are_searched_when_the_typing_rests(people, opened, text_of) -> None:
    asked, gone_to = [], []
    message = people.engine.history(people.grace).messages[0]
    chat = next(c for c in people.engine.chats() if c.conversation == people.grace)

    def search(words: str) -> list[Found]:
        asked.append(words)
        return [Found(message, chat, ((10, 14),))]

    async with opened(people.engine) as pilot:
        await pilot.app.push_screen(Palette([Messages(search, gone_to.append)]))
        await pilot.press(*"moth")
        await pilot.pause()
        assert asked == ["moth"]
        assert "Grace Hopper: I found a moth" in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert gone_to == [message]


def test_two_letters_search_nothing() -> None:
    def never(words: str) -> list[Found]:
        raise AssertionError(words)

    assert list(Messages(never, print).entries(" ab ")) == []


async def test_the_palette_opens_by_the_key_that_was_given_to_it(people, opened) -> None:
    preferences = Unwritten()
    preferences.keys = lambda: b'palette = "f7"'
    async with opened(people.engine, preferences=preferences) as pilot:
        await pilot.press("up", "f7")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Palette)


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("vim keys", "keys", "vim"),
        ("rail", "density", "rail"),
        ("density dense", "density", "dense"),
        ("theme light", "theme", "light"),
        ("bell off", "bell", False),
        ("lock never", "lock_after", 0),
    ],
)
async def test_a_setting_is_found_by_its_name_and_choice_and_chosen_there(
    people, opened, text_of, typed: str, name: str, value: object
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *typed, "enter")
        await pilot.pause()
        assert getattr(pilot.app.settings, name) == value
        title = next(one.title for one in SETTINGS if one.name == name)
        assert f"{title}: " in text_of(pilot)


async def test_the_accounts_settings_are_chosen_there_too(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *"typing on", "enter")
        await pilot.pause()
        assert people.engine.settings.typing


async def test_every_setting_is_in_the_palette_and_says_what_holds(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p")
        offered = {one.text: one.aside for one in pilot.app.screen._listed}
        for setting in SETTINGS:
            mine = [text for text in offered if text.startswith(setting.title)]
            now = [text for text in mine if offered[text] == NOW]
            assert now == [f"{setting.title}: {setting.spelled(setting.default)}"] or (
                mine == [f"{setting.title}…"]
            )


async def test_a_setting_in_ones_own_words_is_written_on_the_sheet(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *"name you", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsSheet)
        await pilot.press(*"Bo", "enter")
        await pilot.pause()
        assert people.engine.settings.name == "Bo"


async def test_a_setting_that_is_refused_says_why(people, opened, text_of, monkeypatch) -> None:
    def refuse(settings: object) -> None:
        raise RefusedError("no room on the disk")

    monkeypatch.setattr(people.engine, "change_settings", refuse)
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+p", *"typing on", "enter")
        await pilot.pause()
        assert "no room on the disk" in text_of(pilot)
