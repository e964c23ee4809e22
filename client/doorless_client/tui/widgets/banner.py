"""A question that stands where the composer would be: it waits for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message as Told
from textual.widgets import Button, Static

from doorless_client.tui import answers
from doorless_client.tui.plain import plain

Variant = Literal["default", "primary", "success", "warning", "error"]


SHORTEST_ANSWER = 12
"""Cells of the narrowest button, as the style sheet has it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what it is called, and what it does."""

    id: str
    label: str
    variant: Variant = "default"
    then_write: bool = False  # keys pressed after it are for the composer


@dataclass(frozen=True, slots=True)
class Question:
    """A title, one line that explains, and the answers, the safest first."""

    title: str
    text: str
    choices: Sequence[Choice]
    alarming: bool = False


class Answer(Button):
    """The button of a choice. Takes Enter in its turn, so that it knows which keys came after."""

    class Typed(Told):
        """A key that was pressed before the composer could stand there."""

        def __init__(self, key: events.Key) -> None:
            self.key = key
            super().__init__()

    def __init__(self, choice: Choice) -> None:
        super().__init__(plain(choice.label), choice.variant, name=choice.id, compact=True)
        self._then_write = choice.then_write
        self.given = False

    def on_key(self, event: events.Key) -> None:
        if self.given:
            event.prevent_default()
            event.stop()
            if event.is_printable or event.key == "enter":
                self.post_message(self.Typed(events.Key(event.key, event.character)))
        elif event.key == "enter":
            event.prevent_default()
            event.stop()
            self.given = self._then_write
            self.press()


class Banner(Vertical):
    """Shows a Question; tells the choice, and then what was typed too early for the composer."""

    class Chosen(Told):
        """The person answered, with the choice of this id."""

        def __init__(self, choice: str) -> None:
            self.choice = choice
            super().__init__()

    class Typed(Answer.Typed):
        """The same, told after the choice it followed."""

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
        choices.display = bool(question.choices)
        await choices.remove_children()
        await choices.mount_all(Answer(choice) for choice in question.choices)
        self.call_after_refresh(self.on_resize)

    def on_resize(self) -> None:
        """Answers that do not fit beside each other stand below each other."""
        shown = self.query(Answer)
        needed = sum(max(SHORTEST_ANSWER, len(str(one.label)) + 2) + 2 for one in shown) - 2
        choices = self.query_one("#banner-choices", Horizontal)
        choices.set_class(needed > self.content_size.width, "-stacked")

    def focus_first(self) -> None:
        self.query(Button).first().focus()

    def on_key(self, event: events.Key) -> None:
        choices = self.query_one("#banner-choices", Horizontal)
        answers.move(choices, event, stacked=choices.has_class("-stacked"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Chosen(event.button.name or ""))

    def on_answer_typed(self, event: Answer.Typed) -> None:
        event.stop()
        self.post_message(self.Typed(event.key))
