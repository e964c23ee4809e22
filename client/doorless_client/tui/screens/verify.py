"""Comparing safety numbers: aloud, by a code, or by what the other person sent or photographed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Compared, SafetyNumber
from doorless_client.pictures import looks_like_path, read_code
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.qr import QrCode
from doorless_client.tui.wrapping import in_a_sentence

DIGITS, WORDS = 60, 20
"""Of a safety number."""

AROUND_WORDS = 47
"""Cells of the sheet beside a code: the words, and what frames both."""

AROUND_CODE = 5
"""Rows of the sheet above and below a code."""

_VERDICTS = {
    Compared.SAME: "The same number. Choose They match.",
    Compared.KNOWN: "The number that you knew before: the new keys are not theirs. "
    "Choose They match to keep the known ones.",
    Compared.OTHER: "Another number. Someone may sit between you.",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """The person found both screens to show the same; `number` is what the other one shows."""

    number: str


@dataclass(frozen=True, slots=True)
class Differed:
    """The person found them to differ."""


class SeenThere(Line):
    """What their screen shows, typed or pasted: of several lines, all."""

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        super().on_paste(events.Paste(" ".join(event.text.split())))


class Verify(Sheet[Matched | Differed]):
    """Shows `number`; answers what came of the comparison, or None for not now.

    Args:
        compare: what the other screen shows, beside ours; raises RefusedError.
    """

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "verify.tcss"]

    def __init__(
        self, number: SafetyNumber, compare: Callable[[str], Compared], glyphs: Glyphs
    ) -> None:
        super().__init__(f"Verify {in_a_sentence(number.name)}")
        self._number, self._compare, self._glyphs = number, compare, glyphs
        self._seen = number.digits
        """What the person says that the other screen shows: ours, unless they gave another."""

    def content(self) -> ComposeResult:
        code = QrCode(self._number.qr, id="code")
        size = self.app.size
        fits = size.width >= code.columns + AROUND_WORDS and size.height >= code.rows + AROUND_CODE
        shown = self._glyphs.blocks and fits
        self.set_class(shown, "-code")
        with Horizontal(id="compare"):
            if shown:
                yield code
            with Vertical(id="words"):
                name = in_a_sentence(self._number.name)
                yield Static(plain(f"Does {name} see the same?"), id="ask")
                with Vertical(id="number") if shown else Horizontal(id="number"):
                    digits = _in_rows(self._number.digits.split(), 3, "   ")
                    yield Static(plain(digits), id="digits", classes="sealed")
                    words = _in_rows([f"{word:<8}" for word in self._number.words], 4, " ")
                    yield Static(plain(words), id="spoken", classes="sealed")
                how = "Read either aloud, or scan." if shown else "Read either aloud."
                yield Static(
                    plain(f"{how} Never in this chat: who sits between you would change it."),
                    classes="quiet gap",
                )
                if not shown:
                    yield Static("A larger window also shows a code to scan.", classes="quiet")
                yield SeenThere("theirs, or a picture's path", id="pasted")
                yield Static(id="verdict")
        with Horizontal(classes="buttons"):
            yield Button("They differ", "error", id="differ", compact=True)
            yield Button("Not now", id="later", compact=True)
            yield Button("They match", "success", id="match", compact=True)

    def on_mount(self) -> None:
        for code in self.query(QrCode):
            self.query_one("#sheet-box").styles.width = code.columns + AROUND_WORDS
        self.query_one("#pasted", SeenThere).select_on_focus = False  # or the first key is lost
        self.query_one("#later", Button).focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed while a button has the focus is theirs as well: nothing else is asked.

        Of somebody who types fast that is more than the first letter.
        """
        begun = bool(self.query_one("#pasted", SeenThere).value)
        if event.is_printable and event.character and (begun or event.character.strip()):
            event.stop()
            pasted = self._take_focus()
            pasted.insert_text_at_cursor(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._take_focus().on_paste(event)

    def _take_focus(self) -> SeenThere:
        pasted = self.query_one("#pasted", SeenThere)
        self.set_focus(pasted)
        return pasted

    @on(Input.Changed, "#pasted")
    def look(self, event: Input.Changed) -> None:
        """Say at once what it is; only the person marks anything."""
        self._seen = self._number.digits
        try:
            compared = self._compare(event.value)
        except RefusedError:
            self._say(_missing(event.value))
            return
        self._say(_VERDICTS[compared], told=True)
        if compared is not Compared.OTHER:
            self._seen = event.value
        button = "#differ" if compared is Compared.OTHER else "#match"
        self.query_one(button, Button).focus()

    @on(Input.Submitted, "#pasted")
    def read_picture(self, event: Input.Submitted) -> None:
        if looks_like_path(event.value):
            self._say("Reading the picture…")
            self.run_worker(
                lambda: self._read(Path(event.value.strip())), thread=True, exclusive=True
            )

    def _read(self, path: Path) -> None:
        """In a thread: it waits for the process that decodes."""
        try:
            code = read_code(path)
        except RefusedError as refused:
            self.app.call_from_thread(self._say, f"{refused}.", told=True)
        else:
            self.app.call_from_thread(setattr, self.query_one("#pasted", Line), "value", code)

    def _say(self, words: str, *, told: bool = False) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.set_class(told, "-told")
        verdict.update(plain(words))

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        if event.button.id == "match":
            self.dismiss(Matched(self._seen))
        else:
            self.dismiss(Differed() if event.button.id == "differ" else None)


def _in_rows(parts: list[str], in_a_row: int, between: str) -> str:
    starts = range(0, len(parts), in_a_row)
    return "\n".join(between.join(parts[start : start + in_a_row]).rstrip() for start in starts)


def _missing(typed: str) -> str:
    """What is still to come of something that is not a whole number yet."""
    if looks_like_path(typed):
        return "Press Enter to read this picture."
    parts = typed.split()
    digits = "".join(parts)
    if digits.isdecimal() and len(digits) < DIGITS:
        return f"{DIGITS - len(digits)} digits to go"
    if digits.isalpha() and len(parts) < WORDS:
        return f"{WORDS - len(parts)} words to go"
    return "This is no safety number: 60 digits, 20 words, or a code." if parts else ""
