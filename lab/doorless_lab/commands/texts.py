"""What several commands print, and in which language."""

import argparse
import os
import sys

from doorless_lab.runner import Judged
from doorless_lab.scenario import Outcome
from doorless_lab.stamps import INVALID, INVALID_SIGN, SIGNS, WORDS
from doorless_lab.words import LANGUAGES, Language, Words

COLOURS = {
    Outcome.PREVENTED: "32",
    Outcome.DETECTED: "36",
    Outcome.HEALED: "34",
    Outcome.LIMITED: "33",
    Outcome.EXPOSED: "31",
}
"""Of the terminal's own sixteen; they only repeat what sign and word say."""

AS_EXPECTED = Words("wie erwartet", "as expected")


def add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="default: en")


def coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def stamp(judged: Judged, language: Language, *, colour: bool) -> str:
    """Sign and word of a verdict."""
    verdict = judged.verdict
    if verdict is None:
        return f"{INVALID_SIGN} {INVALID.text(language)}"
    text = f"{SIGNS[verdict.outcome]} {WORDS[verdict.outcome].text(language)}"
    return f"\x1b[1;{COLOURS[verdict.outcome]}m{text}\x1b[0m" if colour else text


def comparison(judged: Judged, language: Language) -> str:
    """Whether a verdict is the one that has to be, in words."""
    if judged.agrees:
        return AS_EXPECTED.text(language)
    cell = judged.cell
    expected = WORDS[cell.expected].text(language)
    if judged.verdict is not None and judged.verdict.outcome is cell.expected:
        bounds = f"{cell.at_least:g} … {cell.at_most:g}"
        number = f"{judged.verdict.number:g}"
        return Words(
            f"ANDERS ALS ERWARTET: die Zahl muss {bounds} sein, nicht {number}",
            f"NOT AS EXPECTED: the number has to be {bounds}, not {number}",
        ).text(language)
    return Words(f"ANDERS ALS ERWARTET: {expected}", f"NOT AS EXPECTED, which is {expected}").text(
        language
    )
