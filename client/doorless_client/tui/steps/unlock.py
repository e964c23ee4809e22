"""A profile that is there: its passphrase opens it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from doorless_client.tui.passphrase import WRONG
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import WrongPassphraseError
from doorless_client.tui.steps.step import Step
from doorless_client.tui.widgets.line import Line


class Unlock(Step):
    GO: ClassVar[str] = "Unlock"
    BACK: ClassVar[bool] = False

    def content(self) -> ComposeResult:
        words = "Sealed. Your passphrase opens it, and nothing else does."
        yield Static(plain(words), classes="quiet gap")
        yield Line("Passphrase", id="passphrase", password=True)

    async def go_on(self) -> None:
        self.tell("Opening…")
        try:
            engine = await self.onboarding.unlock(self.value("passphrase"))
        except WrongPassphraseError:
            self.query_one("#passphrase", Line).clear()
            self.tell(WRONG)
        else:
            self.post_message(self.Done(engine))
