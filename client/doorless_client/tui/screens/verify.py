"""Comparing safety numbers: by voice, by camera, or by pasting what the other person sent."""

from enum import Enum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from doorless_client.core.views import SafetyNumber
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.qr import QrCode
from doorless_client.tui.wrapping import in_a_sentence

DIGITS = 60
"""Of a safety number."""

AROUND_WORDS = 47
"""Cells of the sheet beside a code: the words, and what frames both."""

AROUND_CODE = 12
"""Rows of the sheet above and below a code."""


class Outcome(Enum):
    """What the person found."""

    MATCH = "match"
    DIFFER = "differ"


class Verify(Sheet[Outcome]):
    """Shows the number of `number`; answers what came of the comparison, or None for not now."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "verify.tcss"]

    def __init__(self, number: SafetyNumber, glyphs: Glyphs) -> None:
        super().__init__(f"Verify {in_a_sentence(number.name)}")
        self._number, self._glyphs = number, glyphs

    def content(self) -> ComposeResult:
        groups = self._number.digits.split()
        rows = ["   ".join(groups[start : start + 3]) for start in range(0, len(groups), 3)]
        code = QrCode(self._number.qr, id="code")
        size = self.app.size
        fits = size.width >= code.columns + AROUND_WORDS and size.height >= code.rows + AROUND_CODE
        shown = self._glyphs.blocks and fits
        with Horizontal(id="compare"):
            if shown:
                yield code
            with Vertical(id="words"):
                yield Static(
                    plain(f"Does {in_a_sentence(self._number.name)} see the same?"), id="ask"
                )
                yield Static(plain("\n".join(rows)), id="digits", classes="sealed")
                how = "Read them aloud, or scan the code." if shown else "Read them aloud."
                yield Static(
                    plain(
                        f"{how} Never compare in this chat: who sits "
                        "in the middle would change it on the way."
                    ),
                    classes="quiet gap",
                )
                if not shown:
                    yield Static(
                        "In a larger window this sheet also shows a code to scan.",
                        classes="quiet gap",
                    )
        yield Line("or paste the number that they see", id="pasted")
        yield Static(id="verdict")
        with Horizontal(classes="buttons"):
            yield Button("They differ", "error", id="differ", compact=True)
            yield Button("Not now", id="later", compact=True)
            yield Button("They match", "success", id="match", compact=True)

    def on_mount(self) -> None:
        for code in self.query(QrCode):
            self.query_one("#sheet-box").styles.width = code.columns + AROUND_WORDS
        self.query_one("#later", Button).focus()

    @on(Input.Changed, "#pasted")
    def compare(self, event: Input.Changed) -> None:
        """Say at once what a pasted number is; only the person marks anything."""
        digits = "".join(filter(str.isdecimal, event.value))
        verdict = self.query_one("#verdict", Static)
        missing = DIGITS - len(digits)
        verdict.set_class(missing <= 0, "-told")
        if not digits or missing > 0:
            verdict.update(plain(f"{missing} digits to go" if digits else ""))
        elif digits == "".join(self._number.digits.split()):
            verdict.update(plain("The same number. Choose They match."))
            self.query_one("#match", Button).focus()
        else:
            verdict.update(plain("Another number. Someone may sit between you."))
            self.query_one("#differ", Button).focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss({"match": Outcome.MATCH, "differ": Outcome.DIFFER}.get(event.button.id or ""))
