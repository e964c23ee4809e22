"""Before there is a messenger: make an account, bring one here, or unlock the one that there is.

    Unlock ──────────────────────────────────────────────────────► ready
    Choose ─► Name ────► Seal ─► Words ──────────────────────────► ready
           ├► Link ────► Seal ─► Shown ─► Agree ─────────────────► ready
           └► Restore ─► Seal ───────────────────────────────────► ready

Esc goes one step back, with what was entered kept; from Words there is no way back.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message as Told
from textual.screen import Screen
from textual.widgets import Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.steps.choose import Choose
from doorless_client.tui.steps.step import Step
from doorless_client.tui.steps.unlock import Unlock


class Onboard(Screen[None]):
    """Ends by telling that an engine is ready."""

    CSS_PATH = "onboard.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "One step back", id="onboard.back"),
    ]

    class Ready(Told):
        """There is an engine, unlocked: what the last step told of it."""

        def __init__(self, done: Step.Done) -> None:
            self.engine, self.tour, self.lines = done.engine, done.tour, done.lines
            super().__init__()

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs) -> None:
        super().__init__()
        self._onboarding, self._glyphs = onboarding, glyphs
        self._steps: list[Step] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="onboard", can_focus=False):
            yield Static(plain(f"{self._glyphs.brand} doorless"), id="brand")

    async def on_mount(self) -> None:
        first = Unlock if self._onboarding.exists else Choose
        await self._show(first(self._onboarding, self._glyphs))

    @on(Step.Next)
    async def go_on(self, event: Step.Next) -> None:
        event.stop()
        await self._show(event.step)

    async def _show(self, step: Step) -> None:
        """On top of the one before, which keeps what was entered."""
        for below in self._steps:
            below.display = False
        self._steps.append(step)
        await self.query_one("#onboard").mount(step)
        step.begin()

    def action_back(self) -> None:
        self._steps[-1].go_back()

    @on(Step.Back)
    async def go_back(self, event: Step.Back) -> None:
        event.stop()
        for _ in range(event.steps):
            top = self._steps.pop()
            await top.leave()
            await top.remove()
        self._steps[-1].display = True
        self._steps[-1].begin()

    @on(Step.Done)
    def done(self, event: Step.Done) -> None:
        event.stop()
        self.post_message(self.Ready(event))
