"""Before there is a messenger: make an account, or unlock the one that there is."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message as Told
from textual.screen import Screen
from textual.widgets import Button, Checkbox, Input, Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.passphrase import SHORTEST, strength_hint
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Created, Onboarding, WrongPassphraseError
from doorless_client.tui.screens.returning import HaveAccount
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.tick import Tick

WRONG = "That is not the passphrase, or the profile is damaged."
"""Whichever it is: nothing is told to who tries."""


class Onboard(Screen[None]):
    """Ends by telling that an engine is ready."""

    CSS_PATH = "onboard.tcss"

    class Ready(Told):
        """There is an engine, unlocked."""

        def __init__(self, engine: Engine) -> None:
            self.engine = engine
            super().__init__()

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs) -> None:
        super().__init__()
        self._onboarding, self._glyphs = onboarding, glyphs
        self._created: Created | None = None
        self._complained = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="onboard", can_focus=False):
            yield Static(plain(self._glyphs.brand), id="brand")
            yield Static("doorless", id="name")
            with Vertical(id="form"):
                yield from self._unlock() if self._onboarding.exists else self._create()

    def _unlock(self) -> ComposeResult:
        yield Static("Sealed. Your passphrase opens it, and nothing else does.", classes="quiet")
        yield Line("Passphrase", id="passphrase", password=True)
        yield Static(id="told")
        yield Static("Enter unlock   Ctrl+Q quit", classes="quiet")

    def _create(self) -> ComposeResult:
        yield Static(
            "A new account. The relay learns the name you choose, and never what you say.",
            classes="quiet",
        )
        yield Line("Relay: host, or host:port", id="relay")
        yield Line("Handle: how others find you there", id="handle")
        yield Line("Passphrase: seals everything on this computer", id="passphrase", password=True)
        yield Static(id="strength", classes="quiet")
        yield Line("The same passphrase again", id="again", password=True)
        yield Static(id="told")
        with Horizontal(classes="buttons"):
            yield Button("I have an account", id="have", compact=True)
            yield Button("Create", "success", id="create", compact=True)

    def on_mount(self) -> None:
        if not self._onboarding.exists:
            self.query_one("#relay", Line).value = self._onboarding.relay
        fields = self.query(Line)
        next((field for field in fields if not field.value), fields.first()).focus()

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(plain(words))

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Line).value

    @on(Input.Changed, "#passphrase")
    def judge(self, event: Input.Changed) -> None:
        if not self._onboarding.exists:
            self.query_one("#strength", Static).update(plain(strength_hint(event.value)))

    @on(Input.Changed)
    def mend(self) -> None:
        """What was complained of may be right by now."""
        if self._complained:
            self._complain()

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        if self._onboarding.exists or event.input.id == "again":
            self.begin()
        else:
            self.focus_next(Line)

    @on(Button.Pressed, "#create")
    def begin(self) -> None:
        """Do it, if what was entered can be right."""
        if self._onboarding.exists:
            self._tell("Opening…")
            self.run_worker(self._open(self._value("passphrase")), exclusive=True)
        elif not self._complain():
            self._tell("Making keys, and asking the relay…")
            self.run_worker(self._make(), exclusive=True)

    @on(Button.Pressed, "#have")
    def come_back(self) -> None:
        """Link this computer, or restore the account from its words."""
        self.app.push_screen(HaveAccount(self._onboarding, self._glyphs), self._take)

    def _take(self, engine: Engine | None) -> None:
        if engine is not None:
            self.post_message(self.Ready(engine))

    def _complain(self) -> bool:
        """Tell what cannot be right, or that nothing is wrong any more."""
        complaint = self._complaint()
        self._tell(complaint)
        self._complained = bool(complaint)
        return self._complained

    def _complaint(self) -> str:
        if not self._value("relay").strip():
            return "Which relay? Whoever invited you can say."
        if not self._value("handle").strip():
            return "Choose a handle."
        if len(self._value("passphrase")) < SHORTEST:
            return f"A passphrase has at least {SHORTEST} characters."
        if self._value("passphrase") != self._value("again"):
            return "The two passphrases differ."
        return ""

    async def _open(self, passphrase: str) -> None:
        try:
            engine = await self._onboarding.unlock(passphrase)
        except WrongPassphraseError:
            self._tell(WRONG)
            self.query_one("#passphrase", Line).clear()
        except RefusedError as refused:
            self._tell(str(refused))
        else:
            self.post_message(self.Ready(engine))

    async def _make(self) -> None:
        relay, handle = self._value("relay").strip(), self._value("handle").strip()
        try:
            created = await self._onboarding.create(relay, handle, self._value("passphrase"))
        except RefusedError as refused:
            self._tell(str(refused))
            return
        self._created = created
        form = self.query_one("#form", Vertical)
        await form.remove_children()
        words = [f"{number:>2} {word:<9}" for number, word in enumerate(created.words, 1)]
        rows = ["  ".join(words[start : start + 4]) for start in range(0, len(words), 4)]
        await form.mount(
            Static("Your recovery words. They are the account: write them on paper.", id="title"),
            Static(plain("\n".join(rows)), id="words"),
            Static(
                "They are shown this once. Without them, a lost computer is a lost account.",
                classes="quiet",
            ),
            Tick("I wrote them down", id="written"),
            Horizontal(
                Button("Start", "success", id="start", compact=True, disabled=True),
                classes="buttons",
            ),
        )
        self.query_one("#written", Checkbox).focus()

    @on(Checkbox.Changed, "#written")
    def allow(self, event: Checkbox.Changed) -> None:
        self.query_one("#start", Button).disabled = not event.value

    @on(Button.Pressed, "#start")
    def start(self) -> None:
        if self._created is not None:
            try:
                self._created.written()
            except RefusedError as refused:
                self.notify(str(refused), severity="error", markup=False)
            self.post_message(self.Ready(self._created.engine))
