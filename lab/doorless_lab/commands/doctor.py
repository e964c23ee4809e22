"""`doorless-lab doctor`: whether a lesson can be held on this computer."""

import argparse
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

from doorless_lab import readiness
from doorless_lab.catalogue import catalogue
from doorless_lab.commands.base import DONE, FAILED, Sources, write
from doorless_server.doctor.base import Finding, Verdict, ok

HELP = "what a lesson needs of this computer, and what to do about what is missing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one object a check")


def run(chosen: argparse.Namespace, sources: Sources) -> int:
    faults = 0
    for finding in findings(sources.clock()):
        faults += finding.verdict is Verdict.FAULT
        _tell(finding, as_json=chosen.json)
    return FAILED if faults else DONE


def findings(now: float) -> Iterator[Finding]:
    scenarios = catalogue()
    yield readiness.python()
    yield readiness.port()
    yield readiness.screen(*shutil.get_terminal_size())
    yield readiness.disk()
    yield readiness.memory(readiness.available_memory())
    yield readiness.passphrase()
    yield ok("scenarios", f"{len(scenarios)}: {', '.join(one.id for one in scenarios)}")
    yield from readiness.laws(scenarios, datetime.fromtimestamp(now, UTC).date())


def _tell(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        told = {"check": finding.check, "verdict": finding.verdict.value}
        write(json.dumps({**told, "says": finding.says, "do": finding.do}))
        return
    write(f"{finding.verdict.value:8} {finding.check:12} {finding.says}")
    if finding.do:
        write(f"{'':21} {finding.do}")
