"""The passphrase under which everything on this computer is sealed."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.passphrase import SHORTEST, strength_hint
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.steps.step import Step
from doorless_client.tui.widgets.line import Line

WHY = (
    "A passphrase seals what is kept on this computer. It is asked for at each start and never "
    "leaves: nobody can reset it."
)


class Seal(Step):
    """Asks for a passphrase twice, then does `work` with it."""

    TITLE: ClassVar[str] = "A passphrase for this computer"
    GO: ClassVar[str] = "Go on"

    def __init__(
        self,
        onboarding: Onboarding,
        glyphs: Glyphs,
        work: Callable[[Step, str], Awaitable[None]],
        *,
        meanwhile: str,
    ) -> None:
        """`meanwhile`: what is told while `work` works."""
        super().__init__(onboarding, glyphs)
        self._work, self._meanwhile = work, meanwhile

    def content(self) -> ComposeResult:
        yield Static(plain(WHY), classes="quiet gap")
        yield Line("Passphrase", id="passphrase", password=True)
        yield Static(id="strength", classes="quiet")
        yield Line("The same again", id="again", password=True)

    @on(Input.Changed, "#passphrase")
    def judge(self, event: Input.Changed) -> None:
        self.query_one("#strength", Static).update(plain(strength_hint(event.value)))

    def complaint(self) -> str:
        if len(self.value("passphrase")) < SHORTEST:
            return f"A passphrase has at least {SHORTEST} characters."
        if self.value("passphrase") != self.value("again"):
            return "The two passphrases differ."
        return ""

    async def go_on(self) -> None:
        self.tell(self._meanwhile)
        await self._work(self, self.value("passphrase"))
