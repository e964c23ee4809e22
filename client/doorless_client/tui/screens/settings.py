"""What a person chose, all of it on one sheet, made from the declared settings."""

from itertools import groupby
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.settings.schema import Setting
from doorless_client.tui.base import app_of
from doorless_client.tui.chosen import SETTINGS, Chosen
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.setting_row import Chooser, Reached, Wanted, row_of
from doorless_protocol.errors import MalformedError


class SettingsSheet(Sheet[None]):
    """Shows every setting; what is changed holds at once, and is kept."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "settings.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "app.focus_previous", "Setting above", id="settings.up"),
        Binding("down,j", "app.focus_next", "Setting below", id="settings.down"),
    ]

    def __init__(self, engine: Engine, at: Setting | None = None) -> None:
        """`at`: the setting to begin with."""
        super().__init__("Settings")
        self._engine, self._at = engine, at

    def content(self) -> ComposeResult:
        chosen, handle = self._chosen, self._engine.me.handle
        with VerticalScroll(id="rows", can_focus=False):
            for section, settings in groupby(SETTINGS, key=lambda one: one.section):
                yield Static(section, classes="sealed", markup=False)
                for setting in settings:
                    value, options = chosen.value(setting), chosen.options(setting)
                    yield row_of(setting, value, options, empty=handle)
        yield Static(id="explained", classes="quiet")

    def on_mount(self) -> None:
        self.query_one("#sheet-box").border_subtitle = "Left and Right change, Esc closes"
        app_of(self).read_preferences()  # files that were edited meanwhile
        row = self.query_one(f"#set-{self._at.name}") if self._at is not None else None
        (self.query(Chooser).first() if row is None else row.query(Line).first()).focus()

    @property
    def _chosen(self) -> Chosen:
        return Chosen(app_of(self), self._engine)

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
            self._chosen.change(setting, event.value)
        except (MalformedError, RefusedError) as error:
            self._tell(str(error), wrong=True)
        else:
            self._tell(setting.help)
