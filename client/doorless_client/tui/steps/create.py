"""A new account: a name, a passphrase, and the words that are the account."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Checkbox, Static

from doorless_client.core.api import RefusedError
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Created, Onboarding
from doorless_client.tui.steps.named import wrong_handle, wrong_relay
from doorless_client.tui.steps.seal import Seal
from doorless_client.tui.steps.step import Step
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.tick import Tick

LEARNS = (
    "The relay learns: this name, your public keys, the day, and the network address that you "
    "connect from.\n"
    "It never gets your passphrase, your recovery words, or a word of what you write."
)

WHY_WORDS = (
    "These words are the account. With them you get it back on any computer, and so does whoever "
    "finds them; without them a lost computer is a lost account. Nobody else has them, so nobody "
    "can send them again: write them on paper, now. They are shown this once."
)


class Name(Step):
    """Where, and under which name."""

    TITLE: ClassVar[str] = "A new account: your name at a relay"

    def content(self) -> ComposeResult:
        yield Static(plain(LEARNS), classes="quiet gap")
        yield Line("Relay: host, or host:port", id="relay", value=self.onboarding.relay)
        yield Line("Handle: how others find you there", id="handle")

    def complaint(self) -> str:
        if not self.value("relay").strip():
            return "Which relay? Whoever invited you can say."
        if not self.value("handle").strip():
            return "Choose a handle."
        return wrong_relay(self.value("relay")) or wrong_handle(self.value("handle"), new=True)

    async def go_on(self) -> None:
        relay, handle = self.value("relay").strip(), self.value("handle").strip()

        async def create(step: Step, passphrase: str) -> None:
            created = await self.onboarding.create(relay, handle, passphrase)
            step.post_message(self.Next(Words(self.onboarding, self.glyphs, created)))

        meanwhile = "Making keys, and asking the relay…"
        self.post_message(
            self.Next(Seal(self.onboarding, self.glyphs, create, meanwhile=meanwhile))
        )


class Words(Step):
    """The recovery words, once."""

    TITLE: ClassVar[str] = "Your 24 recovery words"
    GO: ClassVar[str] = "Start"
    BACK: ClassVar[bool] = False

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs, created: Created) -> None:
        super().__init__(onboarding, glyphs)
        self._created = created

    def content(self) -> ComposeResult:
        words = [f"{number:>2} {word:<9}" for number, word in enumerate(self._created.words, 1)]
        rows = ["  ".join(words[start : start + 4]) for start in range(0, len(words), 4)]
        yield Static(plain("\n".join(rows)), id="recovery-words")
        yield Static(plain(WHY_WORDS), classes="quiet gap")
        yield Tick("I wrote them down", id="written")
        yield Tick("Then show me how a message travels (one minute)", id="tour", value=True)

    def begin(self) -> None:
        self.query_one(".go", Button).disabled = True
        self.query_one("#written", Checkbox).focus()

    @on(Checkbox.Changed, "#written")
    def allow(self, event: Checkbox.Changed) -> None:
        self.query_one(".go", Button).disabled = not event.value

    async def go_on(self) -> None:
        try:
            self._created.written()
        except RefusedError as refused:  # they will be shown once more: no reason to stay
            self.notify(plain(str(refused)).plain, severity="error", markup=False)
        tour = self.query_one("#tour", Checkbox).value
        self.post_message(self.Done(self._created.engine, tour=tour))
