"""An alarm of the key log: what happened, whom it concerns, what to do, and the proof of it."""

from pathlib import Path
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.core.log_views import Alarm
from doorless_client.evidence_file import default_name
from doorless_client.tui import moments
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.line import Line
from doorless_client.typed_paths import path_of

Answer = Literal["read"] | Path
"""The person read it; or where the proof is to be written."""

NO_PROOF = "none: this device saw it, and could not prove it to others"


class AlarmSheet(Sheet[Answer]):
    """Shows one alarm. Answers "read", a path to export to, or None: it comes back."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "alarm.tcss"]

    def __init__(self, alarm: Alarm, mark: str) -> None:
        super().__init__(f"{mark} {alarm.title}")
        self._alarm = alarm

    def content(self) -> ComposeResult:
        alarm = self._alarm
        yield Static(facts_table(facts(alarm), self.app.size.width), classes="gap")
        if alarm.evidence:
            yield Line("where to write the evidence", value=default_name(alarm), id="path")
        with Horizontal(classes="buttons"):
            yield Button("Later", id="later", compact=True)
            yield Button("Understood", id="read", compact=True)
            if alarm.evidence:
                yield Button("Export evidence", "error", id="export", compact=True)

    def on_mount(self) -> None:
        self.query(Button).last().focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        if event.button.id == "export":
            self.dismiss(path_of(self.query_one("#path", Line).value))
        else:
            self.dismiss("read" if event.button.id == "read" else None)

    @on(Line.Submitted, "#path")
    def export(self) -> None:
        self.query_one("#export", Button).press()


def facts(alarm: Alarm) -> list[tuple[str, str]]:
    """Label and value."""
    proof = f"{in_words(alarm.evidence)}, checked by: doorless-verify" if alarm.evidence else ""
    return [
        ("what happened", plain(alarm.happened).plain),
        ("", ""),
        ("affected", plain(alarm.affected).plain),
        ("", ""),
        ("what to do", plain(alarm.todo).plain),
        ("", ""),
        ("seen", moments.full(alarm.at)),
        ("proof", proof or NO_PROOF),
    ]
