"""Each key has an id, means one thing in one place, and is told where it is told at all."""

import importlib
import pkgutil
from dataclasses import replace

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot

import doorless_client.tui
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.key_file import decode
from doorless_client.tui.key_profiles import DEFAULT, PROFILES, VIM
from doorless_client.tui.keymap import Keys
from doorless_client.tui.places import places
from doorless_client.tui.screens.help import Help
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer
from doorless_protocol.errors import MalformedError

PLACES = places(DoorlessApp)
EDITING = {f"ctrl+{letter}" for letter in "kuwaeyzdxcv"}


def every_binding() -> list[tuple[type, Binding]]:
    package = doorless_client.tui
    found = []
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for owner in vars(importlib.import_module(module.name)).values():
            is_ours = isinstance(owner, type) and owner.__module__ == module.name
            if is_ours and issubclass(owner, DOMNode):
                found += [(owner, one) for one in vars(owner).get("BINDINGS", ())]
    return found


def test_every_binding_has_an_id_of_its_own() -> None:
    bindings = every_binding()
    assert len(bindings) > 30
    for owner, binding in bindings:
        assert isinstance(binding, Binding), owner
        assert binding.id, (owner, binding.key)
    ids = [binding.id for _, binding in bindings]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_names_what_there_is_and_adds_no_second_meaning(name: str) -> None:
    keys = Keys(PLACES, PROFILES[name])
    assert PROFILES[name].keys() <= keys.ids
    shadows = {("escape", "back", "composer.leave")} if name == "vim" else set()
    assert keys.collisions() == shadows


@pytest.mark.parametrize("name", PROFILES)
def test_every_action_has_a_key_in_every_profile(name: str) -> None:
    keys = Keys(PLACES, PROFILES[name])
    for id in keys.ids:
        assert keys.of(id), id


def test_no_key_of_the_messenger_is_one_by_which_text_is_edited() -> None:
    for name in ("default", "vim"):
        keys = Keys(PLACES, PROFILES[name])
        for place in PLACES:
            if place.title in ("Anywhere", "Writing", "Always"):
                for _, binding in every_binding():
                    if binding.id in keys.ids and binding.priority:
                        assert not set(keys.of(binding.id)) & EDITING, binding.id


async def test_vim_leaves_and_returns_by_its_keys(people, opened) -> None:
    async with opened(people.engine) as pilot:
        pilot.app.change_settings(with_keys(pilot, "vim"))
        await pilot.press(*"draft", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.focused, ChatLog)
        await pilot.press("k", "i")
        await pilot.pause()
        assert isinstance(pilot.app.focused, Composer)
        assert pilot.app.focused.text == "draft"


async def test_emacs_moves_lists_and_its_other_keys_are_told(people, opened, text_of) -> None:
    async with opened(people.engine, size=(120, 36)) as pilot:
        pilot.app.change_settings(with_keys(pilot, "emacs"))
        await pilot.pause()
        assert "Alt+X go to" in text_of(pilot)
        await pilot.press("alt+x")
        await pilot.pause()
        assert "Ada Lovelace" in text_of(pilot)
        await pilot.press("ctrl+n", "enter")
        await pilot.pause()
        assert "I found a moth" in text_of(pilot)


async def test_emacs_gives_up_by_its_key_wherever_esc_does(people, opened) -> None:
    async with opened(people.engine) as pilot:
        pilot.app.change_settings(with_keys(pilot, "emacs"))
        await pilot.pause()
        for sheet in ("f1", "f8", "f4", "alt+x", "alt+s", "alt+a"):
            await pilot.press(sheet)
            await pilot.pause()
            assert len(pilot.app.screen_stack) == 2, sheet
            await pilot.press("ctrl+g")
            await pilot.pause()
            assert len(pilot.app.screen_stack) == 1, sheet


async def test_enter_can_begin_a_line_and_another_key_send(people, opened) -> None:
    preferences = Unwritten()
    preferences.keys = lambda: b'composer.send = "ctrl+s"\ncomposer.newline = "enter"'
    async with opened(people.engine, preferences=preferences) as pilot:
        await pilot.press(*"one", "enter", *"two", "ctrl+s")
        await pilot.pause()
        assert [text for _, text in people.engine.sent] == ["one\ntwo"]


async def test_help_tells_the_keys_in_force(people, opened, text_of) -> None:
    preferences = Unwritten()
    preferences.keys = lambda: b'chat.unread = "ctrl+t"'
    async with opened(people.engine, size=(120, 60), preferences=preferences) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Help)
        (line,) = [line for line in text_of(pilot).splitlines() if "Next unread" in line]
        assert "Ctrl+T" in line
        assert "chat.unread" in line


async def test_help_that_is_longer_than_the_window_is_read_by_keys(people, opened, text_of) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert "What the signs mean" not in text_of(pilot)
        await pilot.press("end")
        await pilot.pause()
        assert "delivered" in text_of(pilot)
        for key in ("home", "down", "pagedown", "pageup", "up"):
            await pilot.press(key)
            await pilot.pause()
        assert "Anywhere" in text_of(pilot)


async def test_a_file_that_is_refused_is_told_and_the_profiles_keys_hold(people, opened) -> None:
    preferences = Unwritten()
    preferences.keys = lambda: b'help = "f2"'
    async with opened(people.engine, preferences=preferences) as pilot:
        await pilot.pause()
        (note,) = pilot.app._notifications
        assert note.message == "keys.toml is not used: F2 would be both help and xray"
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Help)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("help =", "it is not TOML (end of document)"),
        ('help = "f1"\nadd ctrl+t', "it is not TOML (line 2, column 5)"),
        ('hlep = "f1"', "unknown action 'hlep'; do you mean help?"),
        ('composer.sned = "f1"', "unknown action 'composer.sned'; do you mean composer.send?"),
        ('"\\u001b[2J" = "f1"', "unknown action '␛[2J'"),
        ("help = 1", "help is a key in quotes, or a list of at most 8"),
        ("help = []", "help is a key in quotes, or a list of at most 8"),
        ('help = ["f1", 2]', "help is a key in quotes, or a list of at most 8"),
        ('help = ""', "help: there is no key ''"),
        ('help = "f1,f2"', "help: there is no key 'f1,f2'"),
        ('help = "hyperspace+f1"', "help: there is no key 'hyperspace+f1'"),
        ('help = "\\u001b"', "help: there is no key '␛'"),
        ('add = "ctrl+p"', "Ctrl+P would be both add and palette"),
        ('log.copy = "f1"', "F1 would be both help and log.copy"),
        ('[a.b.c.d.e]\nf = "x"', "unknown action 'a.b.c'"),
        ("# " + "x" * 20_000, "keys of 20002 bytes or more, at most 16384"),
    ],
)
def test_what_is_wrong_with_a_file_of_keys_is_said_in_a_line(text: str, line: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode(text.encode(), PLACES, DEFAULT)
    assert str(refused.value) == line


def test_keys_are_named_one_by_one_in_lists_or_by_their_sign() -> None:
    taken = decode(b'chat.unread = ["ctrl+t", "?"]\n"add" = "f10"', PLACES, DEFAULT)
    keys = Keys(PLACES, taken)
    assert keys.spelled("chat.unread") == "Ctrl+T, ?"
    assert keys.short("add") == "F10"
    assert keys.short("palette") == "^P"
    assert keys.hints(("add", "add"), ("nothing", "never")) == (("F10", "add"),)


def test_two_actions_may_change_places() -> None:
    taken = decode(b'help = "f2"\nxray = "f1"', PLACES, VIM)
    assert Keys(PLACES, taken).short("help") == "F2"


def with_keys(pilot: Pilot[None], name: str) -> ProfileSettings:
    return replace(pilot.app.settings, keys=name)
