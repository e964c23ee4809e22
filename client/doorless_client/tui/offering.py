"""What the palette offers beside chats and keys, and what slash commands do."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from doorless_client.settings.schema import Setting
from doorless_client.tui import slash
from doorless_client.tui.base import app_of
from doorless_client.tui.chosen import Chosen
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.providers.settings import settings
from doorless_client.tui.screens.settings import SettingsSheet

if TYPE_CHECKING:
    from doorless_client.tui.screens.main import MainScreen

OWN_ACTIONS = frozenset({"details", "note", "notices", "saved", "settings", "help"})
"""Commands that are actions of the screen by the same name."""


def without_keys(screen: "MainScreen") -> Iterable[Entry]:
    """What else can be done here."""
    for words in ("My devices", "Link or remove a device"):
        yield Entry(words, screen.action_devices)
    yield Entry("Note to self", screen.action_note)
    if screen.conversation.chat is not None:
        for name, does in slash.COMMANDS.items():
            if name in slash.OF_A_CHAT:
                yield Entry(f"This chat: {does.split(':')[0]}", _doer(screen, name))
    yield from screen.saved.entries()
    yield from app_of(screen).entries()
    yield from _settings(screen)


def _settings(screen: "MainScreen") -> Iterable[Entry]:
    def write(setting: Setting) -> None:
        screen.app.push_screen(SettingsSheet(screen.engine, at=setting))

    app = app_of(screen)
    yield from settings(Chosen(app, screen.engine), app.say, write)


def _doer(screen: "MainScreen", name: str) -> Callable[[], None]:
    def do() -> None:
        if screen.conversation.chat is not None:
            screen.decide(name, screen.conversation.chat)

    return do


async def obey(screen: "MainScreen", command: slash.Command) -> None:
    """Do what was typed after a slash."""
    chat = screen.conversation.chat
    match command.name:
        case "find":
            screen.finding.here(command.words)
        case "everywhere":
            screen.finding.everywhere(command.words)
        case "attach" if chat is not None:
            screen.acting.files.send(chat, command.words)
        case "lock":
            await screen.app.run_action("lock")
        case name if name in OWN_ACTIONS:
            await screen.run_action(name)
        case name if chat is not None:
            screen.decide(name, chat, command.words)
