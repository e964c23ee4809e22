"""Where the messenger binds keys: what help shows, and within which no key means two things."""

from textual.app import App

from doorless_client.tui.keymap import Place
from doorless_client.tui.screens.help import Help
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.palette import Palette
from doorless_client.tui.screens.saved import SavedSheet
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.screens.sheet import Sheet
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.setting_row import Chooser


def places(app: type[App[None]]) -> tuple[Place, ...]:
    """All of them, in the order of help."""
    here = (MainScreen, app)
    return (
        Place("Anywhere", MainScreen, (app,)),
        Place("Writing", Composer, here),
        Place("In the conversation", ChatLog, here),
        Place("In the list of chats", ChatList, here),
        Place("In a sheet", Sheet, (app,)),
        Place("In the palette", Palette, (app,)),
        Place("In the saved replies", SavedSheet, (app,)),
        Place("In this list of keys", Help, (app,)),
        Place("In the settings", SettingsSheet, (app,)),
        Place("On a setting", Chooser, (SettingsSheet, app)),
        Place("Always", app),
    )
