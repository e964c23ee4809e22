"""`doorless-lab play ID`: one scenario in a terminal, as plain text that can be read aloud."""

import argparse
import asyncio
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from doorless_client.text import safe
from doorless_lab.catalogue import UnknownScenarioError, find, where_it_broke
from doorless_lab.commands.base import DONE, FAILED, USAGE, CommandError, Sources, write
from doorless_lab.commands.texts import add_language, coloured, comparison, stamp
from doorless_lab.results import file_name
from doorless_lab.runner import Conditions, Played, play
from doorless_lab.scenario import Line, Product, Question, Scenario, Seat, Step
from doorless_lab.stamps import PRODUCTS, SEATS, TONES
from doorless_lab.words import Language, Words

HELP = "one scenario, step by step, against each of its products"

WIDEST = 100
"""Columns: longer lines are hard to read."""

LETTERS = "ABCDEFGH"
"""Of the answers to a question."""

LIMIT = Words("Grenze", "Limit")
GO_ON = Words("[Enter: weiter]", "[Enter: go on]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="ID", help="as `doorless-lab list` names it")
    parser.add_argument("--product", choices=list(Product), help="only this one; default: all")
    parser.add_argument("--step", action="store_true", help="wait for Enter before each step")
    parser.add_argument(
        "--evidence", type=Path, metavar="DIR", help="keep what the evidence has attached"
    )
    parser.add_argument("--seed", type=int, default=Conditions().seed, metavar="N")
    add_language(parser)


def run(chosen: argparse.Namespace, sources: Sources) -> int:  # noqa: ARG001
    try:
        scenario = find(chosen.scenario)
    except UnknownScenarioError as error:
        raise CommandError(str(error), USAGE) from None
    products = scenario.products if chosen.product is None else (Product(chosen.product),)
    if not set(products) <= set(scenario.products):
        known = ", ".join(scenario.products)
        raise CommandError(f"{scenario.id} is played against {known}", USAGE)
    screen = Screen(chosen.lang, waits=chosen.step)
    if chosen.evidence is not None:
        _make(chosen.evidence)
    screen.opening(scenario)
    agrees = True
    for product in products:
        screen.product(product)
        played = _played(scenario, product, Conditions(chosen.seed), screen)
        screen.verdicts(played)
        if chosen.evidence is not None:
            _keep(chosen.evidence / product, played)
        agrees &= all(judged.agrees for judged in played.judged)
    screen.limit(scenario)
    return DONE if agrees else FAILED


def _played(
    scenario: Scenario, product: Product, conditions: Conditions, screen: "Screen"
) -> Played:
    """Raises CommandError: it broke, or nobody can be told of it."""
    try:
        return asyncio.run(play(scenario, product, conditions, screen.step))
    except (CommandError, BrokenPipeError):
        raise
    except Exception as error:  # a scenario is anybody's file
        told = where_it_broke(error)
        raise CommandError(f"{scenario.id} broke, against {product}: {told}") from error


def _make(folder: Path) -> None:
    """Before anything is played. Raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot make the folder {folder}: {error.strerror}") from None


def _keep(folder: Path, played: Played) -> None:
    """Under the names by which `reproduce` calls them. Raises CommandError."""
    _make(folder)
    try:
        for evidence in played.evidence.values():
            if evidence.data:
                (folder / file_name(evidence)).write_bytes(evidence.data)
    except OSError as error:
        raise CommandError(f"cannot write to {folder}: {error.strerror}") from None


class Screen:
    """Prints in one language. Whatever is shown is harmless text, whoever chose it."""

    def __init__(self, language: Language, *, waits: bool) -> None:
        self._language: Language = language
        self._waits = waits
        self._colour = coloured()
        self._width = min(WIDEST, shutil.get_terminal_size().columns)
        self._number = 0

    def opening(self, scenario: Scenario) -> None:
        self._paragraph(f"{scenario.id}  {self._text(scenario.title)}")
        self._paragraph(f"«{self._text(scenario.claim)}»", "    ")
        for precedent in scenario.precedents:
            self._paragraph(f"{precedent.when}: {self._text(precedent.what)}", "    ")

    def product(self, product: Product) -> None:
        self._number = 0
        write()
        write(f"=== {product}: {self._text(PRODUCTS[product])}")

    def step(self, step: Step) -> None:
        """A question first; what happened, and with it the answer, once somebody goes on."""
        self._number += 1
        write()
        question = step.question
        if question is not None:
            self._question(question)
        if self._waits:
            self._wait()
        self._paragraph(f"{self._number}. {self._text(step.caption)}")
        for seat, lines in step.views.items():
            self._pane(seat, lines)
        for evidence in step.evidence:
            self._paragraph(f"= {self._text(evidence.caption)}", "    ")
            if evidence.reproduce:
                self._paragraph(f"$ {evidence.reproduce}", "      ")
        if question is not None:
            right = LETTERS[question.right]
            self._paragraph(
                self._text(Words(f"Richtig war {right}.", f"{right} was right.")), "    "
            )

    def verdicts(self, played: Played) -> None:
        write()
        for judged in played.judged:
            mark = stamp(judged, self._language, colour=self._colour)
            write(f"  {mark}   {self._text(judged.cell.what)}")
            if judged.verdict is not None:
                self._paragraph(self._text(judged.verdict.because), "      ")
            self._paragraph(f"({comparison(judged, self._language)})", "      ")

    def limit(self, scenario: Scenario) -> None:
        if scenario.limit is not None:
            write()
            self._paragraph(f"{self._text(LIMIT)}: {self._text(scenario.limit)}")
        if scenario.law_as_of:
            law = Words("Rechtsstand", "Law as of")
            write(f"{self._text(law)}: {scenario.law_as_of}")

    def _question(self, question: Question) -> None:
        self._paragraph(f"? {self._text(question.text)}")
        for letter, answer in zip(LETTERS, question.answers, strict=False):
            self._paragraph(f"{letter}: {self._text(answer)}", "    ")

    def _pane(self, seat: Seat, lines: tuple[Line, ...]) -> None:
        write(f"  ┌ {self._text(SEATS[seat])}")
        for line in lines:
            for row in self._rows(self._text(line.text), 6):
                write(f"  │ {TONES[line.tone]} {row}")

    def _paragraph(self, text: str, margin: str = "") -> None:
        for row in self._rows(text, len(margin)):
            write(margin + row)

    def _rows(self, text: str, taken: int) -> Iterator[str]:
        for line in text.splitlines() or [""]:
            yield from wrap(safe(line), max(20, self._width - taken)) or [""]

    def _text(self, words: Words) -> str:
        return words.text(self._language)

    def _wait(self) -> None:
        """Where nobody can press Enter, it goes on by itself. Ctrl+C ends it here and now: asyncio
        would have it wait for Enter first."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            input(self._text(GO_ON))
        except EOFError:
            write()
        finally:
            signal.signal(signal.SIGINT, before)
