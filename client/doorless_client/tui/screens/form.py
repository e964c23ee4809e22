"""A sheet that asks for a few lines and does one thing with them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from doorless_client.core.api import RefusedError
from doorless_client.tui.passphrase import strength_hint
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import WrongPassphraseError
from doorless_client.tui.screens.sheet import Sheet
from doorless_client.tui.widgets.line import Line


@dataclass(frozen=True, slots=True)
class Field:
    """One line to fill in.

    Attributes:
        secret: not shown as it is typed; emptied when it turns out to be wrong.
        judged: how good a passphrase it makes is said while it is typed.
    """

    name: str
    says: str
    value: str = ""
    secret: bool = False
    judged: bool = False


Act = Callable[[Mapping[str, str]], Awaitable[str]]


class Form(Sheet[str]):
    """Answers the line that the deed ended with; a refusal is told in the sheet, which stays."""

    def __init__(
        self,
        title: str,
        words: str,
        fields: Sequence[Field],
        button: str,
        act: Act,
        *,
        meanwhile: str,
    ) -> None:
        """`act` gets the lines by name; raises RefusedError: nothing was done."""
        super().__init__(title)
        self._words, self._fields, self._button = words, fields, button
        self._act, self._meanwhile = act, meanwhile

    def content(self) -> ComposeResult:
        yield Static(plain(self._words), classes="quiet")
        for field in self._fields:
            yield Line(field.says, id=field.name, password=field.secret, value=field.value)
            if field.judged:
                yield Static(id="strength", classes="quiet")
        yield Static(id="told", classes="wrong")
        with Horizontal(classes="buttons"):
            yield Button(plain(self._button), "success", id="do", compact=True)

    def on_mount(self) -> None:
        (self.query(Line).first() if self._fields else self.query_one("#do", Button)).focus()

    @on(Input.Changed)
    def judge(self, event: Input.Changed) -> None:
        self._tell("")
        if any(field.judged and field.name == event.input.id for field in self._fields):
            self.query_one("#strength", Static).update(plain(strength_hint(event.value)))

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        if event.input.id == self._fields[-1].name:
            self.do()
        else:
            self.focus_next(Line)

    @on(Button.Pressed, "#do")
    def do(self) -> None:
        self._tell(self._meanwhile)
        self.query_one("#do", Button).disabled = True
        values = {
            field.name: self.query_one(f"#{field.name}", Line).value for field in self._fields
        }
        self.run_worker(self._do(values), exclusive=True)

    async def _do(self, values: Mapping[str, str]) -> None:
        try:
            done = await self._act(values)
        except RefusedError as refused:
            self._tell(str(refused))
            self.query_one("#do", Button).disabled = False
            if isinstance(refused, WrongPassphraseError):
                self._empty_secrets()
        else:
            self.dismiss(done)

    def _empty_secrets(self) -> None:
        with self.prevent(Input.Changed):  # which would take the complaint away
            for field in self._fields:
                if field.secret:
                    self.query_one(f"#{field.name}", Line).clear()

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(plain(words))
