"""`doorless-lab run`: scenarios without a screen, for researchers and continuous integration."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from doorless_lab import batch
from doorless_lab.catalogue import UnknownScenarioError, catalogue, find
from doorless_lab.commands.base import (
    DONE,
    FAILED,
    USAGE,
    CommandError,
    Sources,
    check_writable,
    counted,
    write,
)
from doorless_lab.results import Observed, Result, as_object, junit
from doorless_lab.runner import Conditions, SettingError
from doorless_lab.scenario import Outcome, Scenario
from doorless_lab.stamps import INVALID_SIGN, SIGNS
from doorless_lab.web.provenance import commit, versions

HELP = "play scenarios, compute every verdict, and compare it with what it has to be"

MOST = 10_000
"""Repetitions."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenarios", metavar="ID", nargs="*", help="as `list` names them")
    parser.add_argument("--all", action="store_true", help="every scenario that there is")
    parser.add_argument("--json", action="store_true", help="one object a line, the last a summary")
    parser.add_argument("--junit", type=Path, metavar="F", help="also as JUnit's XML")
    parser.add_argument("--seed", type=int, default=Conditions().seed, metavar="N")
    parser.add_argument("--repeat", type=_count, default=1, metavar="N", help="from N seeds")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="a parameter, a whole number; may be given again for another",
    )


def run(chosen: argparse.Namespace, sources: Sources) -> int:  # noqa: ARG001
    scenarios = chosen_scenarios(chosen.scenarios, everything=chosen.all)
    conditions = Conditions(chosen.seed, dict(chosen.set))
    try:
        todo = batch.jobs(scenarios, conditions, chosen.repeat)
    except SettingError as error:
        raise CommandError(str(error), USAGE) from None
    if chosen.junit is not None:
        check_writable(chosen.junit)
    began = perf_counter()
    results = []
    for result in batch.played(todo):
        results.append(result)
        _tell(result, json_lines=chosen.json)
    if chosen.junit is not None:
        _keep(chosen.junit, junit(results))
    _sum_up(_summary(results, conditions, perf_counter() - began), json_lines=chosen.json)
    return DONE if all(result.agrees for result in results) else FAILED


def chosen_scenarios(ids: Sequence[str], *, everything: bool) -> tuple[Scenario, ...]:
    """Raises CommandError: none was named, or one that there is not."""
    if everything == bool(ids):
        raise CommandError("name scenarios, or give --all", USAGE)
    try:
        return catalogue() if everything else tuple(find(each) for each in ids)
    except UnknownScenarioError as error:
        raise CommandError(str(error), USAGE) from None


def lines(result: Result) -> list[str]:
    """What a person reads of a result."""
    head = f"{result.scenario:<4}{result.product:<9}"
    if result.failed:
        return [f"{head}FAILED  {result.failed}"]
    took = f"{result.seconds:.1f} s"
    return [f"{head}{_verdict(verdict)}  {took}" for verdict in result.verdicts]


def _verdict(verdict: Observed) -> str:
    known = verdict.observed != "invalid"
    sign = SIGNS[Outcome(verdict.observed)] if known else INVALID_SIGN
    number = "" if verdict.number is None else f"{verdict.number:g}"
    text = f"{sign} {verdict.observed:<10}{number:>6}  {verdict.what.en}"
    return text if verdict.agrees else f"{text}  ** expected {verdict.expected} **"


def _tell(result: Result, *, json_lines: bool) -> None:
    if json_lines:
        write(json.dumps(as_object(result), ensure_ascii=False))
        return
    for line in lines(result):
        write(line)


def _summary(results: Sequence[Result], conditions: Conditions, seconds: float) -> dict[str, Any]:
    verdicts = [verdict for result in results for verdict in result.verdicts]
    return {
        "event": "finished",
        "scenarios": len({result.scenario for result in results}),
        "runs": len(results),
        "failed": sum(bool(result.failed) for result in results),
        "verdicts": len(verdicts),
        "differ": sum(not verdict.agrees for verdict in verdicts),
        "seconds": round(seconds, 3),
        "seed": conditions.seed,
        "settings": dict(conditions.settings or {}),
        "versions": versions(),
        "commit": commit(),
    }


def _sum_up(summary: dict[str, Any], *, json_lines: bool) -> None:
    if json_lines:
        write(json.dumps(summary))
        return
    write(
        f"{counted(summary['scenarios'], 'scenario')}, {counted(summary['runs'], 'run')},"
        f" {counted(summary['verdicts'], 'verdict')}: {summary['differ']} differ,"
        f" {counted(summary['failed'], 'run')} failed;"
        f" {summary['seconds']:.1f} s, seed {summary['seed']}"
    )


def _keep(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"1 to {MOST:,}")
    return int(text)


def _setting(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    if not (name and equals and value.isascii() and value.isdigit() and len(value) <= 12):
        raise argparse.ArgumentTypeError(f"NAME=VALUE with a whole number, not {text!r}")
    return name, int(value)
