"""Follow one message: a sheet above X-ray, a step at a time."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.tui.journey import Stage
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets


class Tour(Sheet[None]):
    """Shows `stages` one after the other; what is behind it stays in view."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "tour.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,space", "step(1)", "Next step", id="tour.next"),
        Binding("left,p,backspace", "step(-1)", "Step before", id="tour.before"),
    ]

    def __init__(self, stages: Sequence[Stage]) -> None:
        super().__init__("Follow one message")
        self._stages, self._at = stages, 0

    def content(self) -> ComposeResult:
        yield Static(id="stage-title", classes="sealed")
        yield Static(id="stage", classes="gap")
        with Horizontal(classes="buttons"):
            yield Static(id="stage-number", classes="quiet")
            yield Button("Back", id="tour-back", compact=True)
            yield Button("Next", "success", id="tour-next", compact=True)

    def on_mount(self) -> None:
        self._show()
        self.query_one("#tour-next", Button).focus()

    def _show(self) -> None:
        stage, count = self._stages[self._at], len(self._stages)
        self.query_one("#stage-title", Static).update(plain(stage.title))
        self.query_one("#stage", Static).update(plain(stage.text))
        self.query_one("#stage-number", Static).update(plain(f"Step {self._at + 1} of {count}"))
        self.query_one("#tour-back", Button).disabled = self._at == 0
        last = self._at == count - 1
        self.query_one("#tour-next", Button).label = plain("Done" if last else "Next")

    def action_step(self, by: int) -> None:
        """Past the last one it ends; before the first one there is none."""
        if self._at + by >= len(self._stages):
            self.dismiss(None)
        elif self._at + by >= 0:
            self._at += by
            self._show()

    @on(Button.Pressed, "#tour-next")
    def go_on(self) -> None:
        self.action_step(1)

    @on(Button.Pressed, "#tour-back")
    def go_back(self) -> None:
        self.action_step(-1)
        self.query_one("#tour-next", Button).focus()
