"""Which file to send: a path, completed with Tab. Nothing of it is opened before it is chosen."""

import os
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doorless_client.text import safe_line
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.line import Line
from doorless_client.typed_paths import path_of

MOST = 60
"""Names shown at once; typing finds the others."""


class Attach(Sheet[Path]):
    """Answers the path of a file that is there."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "choose.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete the path", id="attach.complete", priority=True),
        Binding("up", "move(-1)", "Name above", id="attach.up", priority=True),
        Binding("down", "move(1)", "Name below", id="attach.down", priority=True),
    ]

    def __init__(self, begin: Path) -> None:
        super().__init__("Send a file")
        self._begin = begin
        self._names: list[str] = []

    def content(self) -> ComposeResult:
        yield Line("Path of a file", id="path", value=f"{self._begin}{os.sep}")
        entries = OptionList(id="entries", markup=False)
        entries.can_focus = False
        yield entries
        yield Static(
            plain("It is sealed here, piece by piece. The relay sees its padded size alone."),
            classes="quiet gap",
        )
        yield Static(id="wrong", classes="wrong")

    def on_mount(self) -> None:
        line = self.query_one("#path", Line)
        line.focus()
        line.cursor_position = len(line.value)
        self._show(line.value)

    @on(Input.Changed, "#path")
    def narrow(self, event: Input.Changed) -> None:
        self.query_one("#wrong", Static).update("")
        begun_anew = anew(event.value)
        if begun_anew != event.value:
            line = self.query_one("#path", Line)
            line.value = begun_anew
            line.cursor_position = len(begun_anew)
        else:
            self._show(event.value)

    def _show(self, typed: str) -> None:
        folder, _, begun = typed.rpartition(os.sep)
        self._names = names_in(path_of(folder + os.sep), begun)
        entries = self.query_one("#entries", OptionList)
        entries.clear_options()
        entries.add_options(
            Option(plain(_row(path_of(folder + os.sep) / name))) for name in self._names
        )
        entries.highlighted = 0 if self._names else None

    def action_move(self, step: int) -> None:
        entries = self.query_one("#entries", OptionList)
        entries.action_cursor_up() if step < 0 else entries.action_cursor_down()

    def action_complete(self) -> None:
        place = self.query_one("#entries", OptionList).highlighted
        if place is not None and place < len(self._names):
            self._take(self._names[place])

    def _take(self, name: str) -> None:
        """Put it behind the folder that is typed; of a folder, what is in it is next."""
        line = self.query_one("#path", Line)
        folder = line.value.rpartition(os.sep)[0] + os.sep
        path = path_of(folder) / name
        line.value = f"{folder}{name}{os.sep if path.is_dir() else ''}"
        line.cursor_position = len(line.value)

    @on(OptionList.OptionSelected)
    def click(self, event: OptionList.OptionSelected) -> None:
        self._take(self._names[event.option_index])

    @on(Input.Submitted, "#path")
    def take(self, event: Input.Submitted) -> None:
        path = path_of(event.value)
        if path.is_file():
            self.dismiss(path)
        elif self._names:
            self.action_complete()
        else:
            self.query_one("#wrong", Static).update(plain("There is no such file."))


def anew(typed: str) -> str:
    """`typed` from where a path of its own begins in it: who types `/` or `~` behind the folder
    that stands there already means another one."""
    for begin in (f"{os.sep}{os.sep}", f"{os.sep}~{os.sep}"):
        if (at := typed.rfind(begin)) >= 0:
            typed = typed[at + 1 :]
    return typed


def names_in(folder: Path, begun: str) -> list[str]:
    """Names in `folder` that begin so, folders first. Hidden ones only for a dot."""
    try:
        with os.scandir(folder) as found:
            names = [
                (not one.is_dir(), one.name)
                for one in found
                if one.name.lower().startswith(begun.lower())
                and (begun.startswith(".") or not one.name.startswith("."))
            ]
    except OSError:
        return []
    return [name for _, name in sorted(names)][:MOST]


def _row(path: Path) -> str:
    """Its name, made harmless, and its size."""
    name = safe_line(path.name)
    try:
        return f"{name}{os.sep}" if path.is_dir() else f"{name}  {in_words(path.stat().st_size)}"
    except OSError:
        return name
