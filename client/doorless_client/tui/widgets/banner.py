"""A question that stands where the composer would be: it waits for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message as Told
from textual.widgets import Button, Static

from doorless_client.tui.plain import plain

Variant = Literal["default", "primary", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what it is called, and what it does."""

    id: str
    label: str
    variant: Variant = "default"


@dataclass(frozen=True, slots=True)
class Question:
    """A title, one line that explains, and the answers, the safest first."""

    title: str
    text: str
    choices: Sequence[Choice]
    alarming: bool = False


class Banner(Vertical):
    """Shows a Question; tells the choice."""

    class Chosen(Told):
        """The person answered, with the choice of this id."""

        def __init__(self, choice: str) -> None:
            self.choice = choice
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question: Question | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="banner-text")
        yield Horizontal(id="banner-choices")

    async def ask(self, question: Question | None) -> None:
        """Show `question`, or nothing. The same choices stay where they are, with the focus."""
        if question == self.question:
            return
        before, self.question = self.question, question
        self.display = question is not None
        if question is None:
            return
        self.border_title = plain(question.title)
        self.set_class(question.alarming, "-alarming")
        self.query_one("#banner-text", Static).update(plain(question.text))
        if before is not None and before.choices == question.choices:
            return
        choices = self.query_one("#banner-choices", Horizontal)
        await choices.remove_children()
        await choices.mount_all(
            Button(plain(choice.label), choice.variant, name=choice.id, compact=True)
            for choice in question.choices
        )

    def focus_first(self) -> None:
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Chosen(event.button.name or ""))
