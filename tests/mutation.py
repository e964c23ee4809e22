"""Break the protocol in every small way, and see that a test of tests/protocol notices.

    make mutation                        all of it, and docs/reference/mutation.md written anew
    make mutation ARGS="--sample 7"      the tenth whose number ends in 7; nothing is written
    make mutation ARGS="--again"         what no test noticed last time, with the tests of now

mutmut makes the mutants and runs, for each, the tests that reach it. It wants a tree of its own,
`.mutation/`. What no test notices must have its reason in survivors.toml, else the exit status
is 1. Text of errors and names for people are not mutated (NOT_MUTATED).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREE = ROOT / ".mutation"
REPORT = ROOT / "docs/reference/mutation.md"
REASONS = Path(__file__).with_name("survivors.toml")
PACKAGE = "doorless_protocol"

MODULES = (
    "primitives",
    "merkle",
    "keys",
    "manifest",
    "prekeys",
    "prekey_secrets",
    "handshake",
    "first_contact",
    "ratchet.chain",
    "ratchet.double",
    "ratchet.epochs",
    "ratchet.hop",
    "ratchet.late",
    "ratchet.triple",
)
NOT_MUTATED = (r"^\s*raise ", r"= Reader\(", r"^\s*return f?\"")
"""Lines that hold words for people: what an error says, what a decoder calls itself, a repr."""

NOTICED = ("killed", "timeout", "segfault", "caught by type check")
LEFT = ("survived", "no tests", "suspicious")

HEAD = """\
# Mutation testing

Made by `make mutation`; do not edit. Each function of these modules of `doorless_protocol` was
changed in every small way that mutmut knows (an operator, a bound, a constant, an argument, a
text, one at a time), and `tests/protocol` ran against each such mutant. Words for people (errors,
names in a repr) are not mutated.

A mutant that no test notices is either *equivalent*, so that nobody could tell the difference, or
a hole. Each one that is left stands below with the reason why it is no hole;
one without a reason fails the run (tests/survivors.toml).
"""


@dataclass(frozen=True)
class Mutant:
    name: str
    verdict: str

    @property
    def module(self) -> str:
        return self.name.removeprefix(f"{PACKAGE}.").rpartition(".")[0]

    @property
    def function(self) -> str:
        """As it is written: `manifest.Manifest.decode`."""
        place = self.name.rpartition(".")[2].rpartition("__mutmut_")[0]
        inner = place.removeprefix("xǁ").replace("ǁ", ".")
        return f"{self.module}.{inner if place.startswith('xǁ') else place.removeprefix('x_')}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/mutation.py", description=__doc__)
    parser.add_argument("--sample", type=int, choices=range(10), help="a tenth, by last digit")
    parser.add_argument("--again", action="store_true", help="only what was left last time")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    which = [] if chosen.sample is None else [f"{PACKAGE}.*__mutmut_*{chosen.sample}"]
    if chosen.again:
        _plant_tests()
        which = [mutant.name for mutant in _results() if mutant.verdict in LEFT]
    else:
        _plant()
    vectors = os.environ.get("DOORLESS_VECTORS", str(ROOT.parent / "shared" / "vectors"))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(chosen.children)]
    subprocess.run(
        [*command, *which],
        cwd=TREE,
        env={**os.environ, "DOORLESS_VECTORS": vectors},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return _judge(_results(), whole=chosen.sample is None)


def _plant() -> None:
    """A tree with the protocol under src/, as mutmut wants it, and its tests."""
    shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(ROOT / "protocol" / PACKAGE, TREE / "src" / PACKAGE)
    _plant_tests()
    settings = (ROOT / "pyproject.toml").read_text()
    pytest = settings[settings.index("[tool.pytest") : settings.index("[tool.coverage")]
    literals = ", ".join(f"'{pattern}'" for pattern in NOT_MUTATED)  # as TOML takes backslashes
    mutated = [f"src/{PACKAGE}/{module.replace('.', '/')}.py" for module in MODULES]
    (TREE / "pyproject.toml").write_text(
        f"[tool.mutmut]\nsource_paths = ['src']\nonly_mutate = {mutated}\n"
        f"do_not_mutate_patterns = [{literals}]\n"
        "pytest_add_cli_args = ['-p', 'no:cacheprovider', '-q', '-x']\n"
        f"pytest_add_cli_args_test_selection = ['tests/protocol']\n{pytest}"
    )


def _plant_tests() -> None:
    shutil.rmtree(TREE / "tests", ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "protocol", TREE / "tests" / "protocol")
    shutil.copy(ROOT / "tests" / "conftest.py", TREE / "tests")


def _results() -> list[Mutant]:
    said = _mutmut("results", "--all", "true")
    lines = re.findall(r"^\s*(\S+): (.+)$", said, re.MULTILINE)
    return [Mutant(name, verdict.strip()) for name, verdict in lines]


def _judge(mutants: list[Mutant], *, whole: bool) -> int:
    played = [mutant for mutant in mutants if mutant.verdict != "not checked"]
    if not played:
        print("mutmut played nothing: do the tests pass? `make test ARGS=tests/protocol` tells")
        return 1
    reasons = _reasons()
    left = [mutant for mutant in played if mutant.verdict not in NOTICED]
    rows, unexplained = [], 0
    for mutant in left:
        before, after = _change(mutant)
        reason = reasons.get((mutant.function, after))
        if reason is None:
            unexplained += 1
            print(f"UNEXPLAINED {mutant.function} ({mutant.verdict})\n  - {before}\n  + {after}")
        rows.append(f"| `{mutant.function}` | `{before}` | `{after}` | {reason or 'none'} |")
    print(f"{len(played) - len(left)} of {len(played)} noticed, {unexplained} unexplained")
    if whole:
        REPORT.write_text("\n".join((HEAD, *_table(mutants), "", *_survivors(rows))) + "\n")
    return 1 if unexplained else 0


def _table(mutants: list[Mutant]) -> list[str]:
    """Played is what the run came to before it was ended; a whole run plays all."""
    rows = [
        "| module | mutants | played | noticed | of those played |",
        "|---|---:|---:|---:|---:|",
    ]
    rows += [
        _row(f"`{module}`", [mutant for mutant in mutants if mutant.module == module])
        for module in MODULES
    ]
    return [*rows, _row("all", mutants)]


def _row(title: str, mutants: list[Mutant]) -> str:
    verdicts = Counter(mutant.verdict for mutant in mutants)
    played = len(mutants) - verdicts["not checked"]
    noticed = sum(verdicts[verdict] for verdict in NOTICED)
    score = f"{noticed / played:.1%}" if played else "none played"
    return f"| {title} | {len(mutants)} | {played} | {noticed} | {score} |"


def _survivors(rows: list[str]) -> list[str]:
    if not rows:
        return ["No mutant is left."]
    head = ["| function | line | becomes | why it is no hole |", "|---|---|---|---|"]
    return ["## What is left", "", *head, *sorted(rows)]


def _change(mutant: Mutant) -> tuple[str, str]:
    """The lines that were changed, before and after, each as one; a bar would end a cell."""
    diff = _mutmut("show", mutant.name).splitlines()
    sides = ([line[1:].strip() for line in diff if re.match(rf"\{sign}(?!\{sign})", line)]
             for sign in "-+")  # fmt: skip
    before, after = (" ".join(lines).replace("|", "¦") for lines in sides)
    return before, after


def _reasons() -> dict[tuple[str, str], str]:
    entries = tomllib.loads(REASONS.read_text())["survivor"]
    return {(entry["function"], entry["becomes"]): entry["reason"] for entry in entries}


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
