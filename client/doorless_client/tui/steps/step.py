"""One thing that is asked before there is an engine, and how to get to the next and back."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message as Told
from textual.widgets import Button, Input, Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.tui.answers import move
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.widgets.line import Line


class Step(Vertical):
    """Asks in `content`; Enter in its last field, or its button, does `go_on`.

    Attributes:
        TITLE: what it is about, in the line above it.
        GO: what its button says; "": it has none.
        BACK: whether one may go back from here.
    """

    TITLE: ClassVar[str] = ""
    GO: ClassVar[str] = "Next"
    BACK: ClassVar[bool] = True

    class Next(Told):
        """Another step comes on top of this one; Esc comes back to this one."""

        def __init__(self, step: "Step") -> None:
            self.step = step
            super().__init__()

    class Done(Told):
        """There is an engine, unlocked.

        Args:
            tour: the person wants to be shown around.
            lines: what to tell beside the conversations, a line each.
        """

        def __init__(
            self, engine: Engine, *, tour: bool = False, lines: Sequence[str] = ()
        ) -> None:
            self.engine, self.tour, self.lines = engine, tour, lines
            super().__init__()

    class Back(Told):
        """To the step before, or to one further back."""

        def __init__(self, steps: int = 1) -> None:
            self.steps = steps
            super().__init__()

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs) -> None:
        super().__init__(classes="step")
        self.onboarding, self.glyphs = onboarding, glyphs
        self._busy = self._complained = False

    def compose(self) -> ComposeResult:
        if self.TITLE:
            yield Static(plain(self.TITLE), classes="title")
        yield from self.content()
        yield Static(classes="told")
        with Horizontal(classes="buttons"):
            if self.BACK:
                yield Button("Back", classes="back", compact=True)
            if self.GO:
                yield Button(plain(self.GO), "success", classes="go", compact=True)

    def content(self) -> ComposeResult:
        yield from ()

    def begin(self) -> None:
        """Put the cursor where something is missing. Also when the person comes back to it."""
        self.tell("")
        fields = list(self.query(Line))
        if fields:
            next((field for field in fields if not field.value), fields[0]).focus()
        elif self.GO:
            self.query_one(".go", Button).focus()

    def complaint(self) -> str:
        """What cannot be right of what was entered; "" when it may be."""
        return ""

    async def go_on(self) -> None:
        """Do what this step is for. Raises RefusedError: it is told, and nothing happened."""

    # --- the same for all --------------------------------------------------------------------

    def value(self, name: str) -> str:
        return self.query_one(f"#{name}", Line).value

    def tell(self, words: str) -> None:
        self.query_one(".told", Static).update(plain(words))

    @on(Input.Changed)
    def mend(self) -> None:
        """What was complained of may be right by now."""
        if self._complained:
            self._complain()

    def _complain(self) -> bool:
        """Tell what cannot be right, or that nothing is wrong any more."""
        complaint = self.complaint()
        self.tell(complaint)
        self._complained = bool(complaint)
        return self._complained

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        event.stop()
        fields = list(self.query(Line))
        if event.input is fields[-1]:
            self.press_go()
        else:
            fields[fields.index(event.input) + 1].focus()  # type: ignore[arg-type]

    def on_key(self, event: events.Key) -> None:
        move(self, event)

    @on(Button.Pressed, ".go")
    def press_go(self) -> None:
        if not self._busy and not self._complain():
            self.run_worker(self._go_on(), exclusive=True)

    async def _go_on(self) -> None:
        self._busy = True
        try:
            await self.go_on()
        except RefusedError as refused:
            self.tell(in_a_sentence(str(refused)))
        finally:
            self._busy = False

    @on(Button.Pressed, ".back")
    def go_back(self) -> None:
        """Not while it is at work: what a relay was asked cannot be taken back."""
        if self.BACK and not self._busy:
            self.post_message(self.Back())

    async def leave(self) -> None:
        """The person goes back: give up what waits."""


def in_a_sentence(words: str) -> str:
    """An error begins in small letters, in the middle of a line of output."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")
