"""What a person chose, all of it on one sheet, made from the declared settings."""

from dataclasses import replace
from itertools import groupby
from typing import Any, ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from doorless_client.core import settings as account
from doorless_client.core.api import Engine, RefusedError
from doorless_client.settings import profile
from doorless_client.settings.schema import Setting, Value
from doorless_client.tui.base import app_of
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.theme import PREFIX
from doorless_client.tui.widgets.setting_row import Chooser, Reached, Wanted, row_of
from doorless_protocol.errors import MalformedError


class SettingsSheet(Sheet[None]):
    """Shows every setting; what is changed holds at once, and is kept."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "settings.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "app.focus_previous", "Setting above", id="settings.up"),
        Binding("down,j", "app.focus_next", "Setting below", id="settings.down"),
    ]

    def __init__(self, engine: Engine) -> None:
        super().__init__("Settings")
        self._engine = engine

    def content(self) -> ComposeResult:
        app = app_of(self)
        themes = sorted(
            name.removeprefix(PREFIX) for name in app.available_themes if name.startswith(PREFIX)
        )
        handle = self._engine.me.handle
        with VerticalScroll(id="rows", can_focus=False):
            for section, settings in groupby(_all(), key=lambda one: one.section):
                yield Static(section, classes="sealed", markup=False)
                for setting in settings:
                    yield row_of(setting, self._value(setting), themes=themes, empty=handle)
        yield Static(id="explained", classes="quiet")

    def on_mount(self) -> None:
        self.query_one("#sheet-box").border_subtitle = "Left and Right change, Esc closes"
        app_of(self).read_preferences()  # files that were edited meanwhile
        self.query(Chooser).first().focus()

    def _value(self, setting: Setting) -> Value:
        value: Value = getattr(self._home(setting), setting.name)
        return value

    def _home(self, setting: Setting) -> Any:
        return app_of(self).settings if setting in profile.SETTINGS else self._engine.settings

    @on(Reached)
    def explain(self, event: Reached) -> None:
        self._tell(event.setting.help)

    def _tell(self, words: str, *, wrong: bool = False) -> None:
        explained = self.query_one("#explained", Static)
        explained.set_class(wrong, "wrong")
        explained.update(plain(words))

    @on(Wanted)
    def change(self, event: Wanted) -> None:
        setting = event.setting
        try:
            changed = {setting.name: setting.check(event.value)}
            if setting in profile.SETTINGS:
                app = app_of(self)
                app.change_settings(replace(app.settings, **changed))  # type: ignore[arg-type]
            else:
                self._engine.change_settings(
                    msgspec.structs.replace(self._engine.settings, **changed)
                )
        except (MalformedError, RefusedError) as error:
            self._tell(str(error), wrong=True)
        else:
            self._tell(setting.help)


def _all() -> tuple[Setting, ...]:
    """Those of this computer first, then those of the account."""
    return (*profile.SETTINGS, *account.SETTINGS)
