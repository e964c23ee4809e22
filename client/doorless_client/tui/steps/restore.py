"""An account whose devices are gone, from its recovery words."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from doorless_client.tui.plain import plain
from doorless_client.tui.steps.seal import Seal
from doorless_client.tui.steps.step import Step
from doorless_client.tui.widgets.line import Line

WHAT = (
    "The words bring back the account and its name, with this computer as its only device: every "
    "other one is cut off, and your contacts see it. Who they are and what was said is not in "
    "the words: a backup has it, if you made one."
)


class Restore(Step):
    TITLE: ClassVar[str] = "The account from its words"

    def content(self) -> ComposeResult:
        yield Static(plain(WHAT), classes="quiet gap")
        yield Line("Relay: host, or host:port", id="relay", value=self.onboarding.relay)
        yield Line("Your handle there", id="handle")
        yield Line("The 24 recovery words", id="words", password=True)

    def complaint(self) -> str:
        if not self.value("relay").strip():
            return "Which relay?"
        if not self.value("handle").strip():
            return "Which handle?"
        count = len(self.value("words").split())
        return "" if count == 24 else f"There are 24 recovery words; these are {count}."

    async def go_on(self) -> None:
        relay, handle = self.value("relay").strip(), self.value("handle").strip()
        words = self.value("words")

        async def restore(step: Step, passphrase: str) -> None:
            engine = await self.onboarding.restore(relay, handle, words, passphrase)
            step.post_message(self.Done(engine))

        meanwhile = "Asking the relay…"
        self.post_message(
            self.Next(Seal(self.onboarding, self.glyphs, restore, meanwhile=meanwhile))
        )
