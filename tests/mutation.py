"""Break the protocol in every small way, and see that a test of tests/protocol notices.

    make mutation                            all of it, anew
    make mutation ARGS=--resume              what was not played so far, or has changed since
    make mutation ARGS=--again               what no test noticed so far
    make mutation ARGS=--report              nothing: what was played so far, by the reasons of now
    make mutation ARGS="--modules keys"      all of these modules (with --resume, --again: of them,
                                             those); the page is left as it is
    make mutation ARGS="--sample 7"          the tenth whose number ends in 7; the page, too

mutmut makes the mutants and runs, for each, the tests that reach it. It wants a tree of its own,
`.mutation/`, where verdicts stay: Ctrl-C ends a run, and --resume goes on with it, with the code
and the tests of now. A verdict stands until its function changes; only the first form asks again
what was noticed by a test that is gone, or through a function that has changed.

Writes docs/reference/mutation.md. What no test notices must have its reason in survivors.toml,
and each reason there its mutant, else the exit status is 1. Text of errors and names for people
are not mutated (NOT_MUTATED). What is only another way to write the same thing, in whatever
function, has its reason once (`alike` in survivors.toml).
"""

import argparse
import filecmp
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
    "ratchet.header",
    "ratchet.hop",
    "ratchet.late",
    "ratchet.triple",
    "log.tree",
    "log.map",
    "log.note",
    "log.cosignature",
    "log.checkpoint",
    "log.policy",
    "log.config",
    "log.vrf",
    "log.chain",
    "log.record",
    "log.epoch",
    "log.signed_leaf",
    "log.head",
    "log.view",
    "log.sighting",
    "log.label",
    "log.entry",
    "log.proofs",
    "log.standing",
    "log.resets",
    "log.pin",
    "log.lookup",
    "log.staple",
    "log.gossip",
    "log.receipt",
    "log.owner",
    "log.own_check",
    "log.own_anchors",
    "log.displaced",
    "log.misplaced",
    "log.replay",
    "log.replayed",
    "log.accuse",
    "log.verdict",
    "linking.link",
    "linking.meeting",
    "linking.messages",
    "content",
    "file_primitives",
    "attachment",
    "backup",
    "backup_records",
)
NOT_MUTATED = (r"^\s*raise ", r"= Reader\(", r"^\s*return f?\"")
"""Lines that hold words for people: what an error says, what a decoder calls itself, a repr."""

NOTICED = ("killed", "timeout", "segfault", "caught by type check")
NOT_PLAYED = "not checked"
LEFT = ("survived", "no tests", "suspicious", "check was interrupted by user")

NO_CHANCE = """
from hypothesis import Phase, settings

settings.register_profile(
    "mutation", deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("mutation")
"""
"""For conftest.py: every mutant meets the same examples, and none is made smaller."""

HEAD = """\
# Mutation testing

Made by `make mutation`; do not edit. Each function of these modules of `doorless_protocol` was
changed in every small way that mutmut knows (an operator, a bound, a constant, an argument, a
text, one at a time), and `tests/protocol` ran against each such mutant. Words for people (errors,
names in a repr) are not mutated. Of the key log, it is the modules that verify and decide; what
is left out makes what they check, or only writes and reads bytes.

Where fewer were played than there are, the run was ended before it came to the rest.

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
    parser = argparse.ArgumentParser(prog="tests/mutation.py")
    play = parser.add_mutually_exclusive_group()
    play.add_argument("--resume", action="store_true", help="what was not played, or has changed")
    play.add_argument("--again", action="store_true", help="what no test noticed so far")
    play.add_argument("--report", action="store_true", help="nothing: write the page")
    play.add_argument("--sample", type=int, choices=range(10), help="a tenth, and no page")
    parser.add_argument("--modules", nargs="+", choices=MODULES, help="of these, and no page")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    part = chosen.modules is not None or chosen.sample is not None
    if chosen.report and not TREE.exists():
        parser.error("nothing was played so far")
    if not chosen.report:
        _plant(anew=not (chosen.resume or chosen.again or part))
        which = _which(chosen)
        if which is not None and not _play(which, chosen.children):
            print("mutmut played nothing: do the tests pass? `make test ARGS=tests/protocol` tells")
            return 1
    return _judge(_results(), write=not part)


def _which(chosen: argparse.Namespace) -> list[str] | None:
    """Names or patterns; an empty list for whatever has no verdict, None for no mutant."""
    modules = chosen.modules or MODULES
    if chosen.again or (chosen.resume and chosen.modules):
        verdicts = LEFT if chosen.again else (NOT_PLAYED,)
        mutants = [mutant for mutant in _results() if mutant.module in modules]
        return [mutant.name for mutant in mutants if mutant.verdict in verdicts] or None
    if chosen.sample is not None:
        return [f"{PACKAGE}.{module}.*__mutmut_*{chosen.sample}" for module in modules]
    return [f"{PACKAGE}.{module}.*" for module in chosen.modules or ()]


def _play(which: list[str], children: int) -> bool:
    """Until all are played or Ctrl-C, which ends mutmut in good order. False: it did not begin."""
    vectors = os.environ.get("DOORLESS_VECTORS", str(ROOT.parent / "shared" / "vectors"))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children), *which]
    environment = {**os.environ, "DOORLESS_VECTORS": vectors}
    with subprocess.Popen(command, cwd=TREE, env=environment, stdout=subprocess.DEVNULL) as mutmut:
        try:
            return mutmut.wait() == 0
        except KeyboardInterrupt:
            return mutmut.wait() == 0


def _plant(*, anew: bool) -> None:
    """A tree with the protocol under src/, as mutmut wants it, and its tests.

    A file that did not change keeps its time, by which mutmut knows that its mutants stand.
    """
    if anew:
        shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(
        ROOT / "protocol" / PACKAGE,
        TREE / "src" / PACKAGE,
        ignore=shutil.ignore_patterns("__pycache__"),
        copy_function=_copy_changed,
        dirs_exist_ok=True,
    )
    for tests in (TREE / "tests", TREE / "mutants" / "tests"):
        shutil.rmtree(tests, ignore_errors=True)
    (TREE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # which test reaches what
    for module in MODULES:
        made = TREE / "mutants" / "src" / PACKAGE / f"{module.replace('.', '/')}.py"
        if not made.with_suffix(".py.meta").exists():
            made.unlink(missing_ok=True)  # it was not in MODULES, and has no mutants yet
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


def _copy_changed(source: str, target: str) -> None:
    if not Path(target).exists() or not filecmp.cmp(source, target, shallow=False):
        shutil.copy(source, target)


def _plant_tests() -> None:
    shutil.copytree(ROOT / "tests" / "protocol", TREE / "tests" / "protocol")
    for helper in (ROOT / "tests").glob("*.py"):
        shutil.copy(helper, TREE / "tests")
    conftest = (ROOT / "tests" / "conftest.py").read_text()
    (TREE / "tests" / "conftest.py").write_text(conftest + NO_CHANCE)


def _results() -> list[Mutant]:
    said = _mutmut("results", "--all", "true")
    lines = re.findall(r"^\s*(\S+): (.+)$", said, re.MULTILINE)
    return [Mutant(name, verdict.strip()) for name, verdict in lines]


def _judge(mutants: list[Mutant], *, write: bool) -> int:
    played = [mutant for mutant in mutants if mutant.verdict != NOT_PLAYED]
    if not played:
        print("no mutant has a verdict: nothing was played so far")
        return 1
    left = [mutant for mutant in played if mutant.verdict not in NOTICED]
    reasons, alike = _reasons(), _alike()
    rows, needed, unexplained = [], set(), 0
    for mutant in left:
        before, after = _change(mutant)
        reason = reasons.get((mutant.function, after))
        if reason is None:
            reason = next((each.reason for each in alike if each.hides(before, after)), None)
        needed.add((mutant.function, after))
        if reason is None:
            unexplained += 1
            print(f"UNEXPLAINED {mutant.function} ({mutant.verdict})\n  - {before}\n  + {after}")
        rows.append(f"| `{mutant.function}` | `{before}` | `{after}` | {reason or 'none'} |")
    unneeded = reasons.keys() - needed if len(played) == len(mutants) else set()
    for function, after in sorted(unneeded):
        print(f"UNNEEDED, for a test notices it by now: {function}\n  + {after}")
    print(
        f"{len(mutants)} mutants, {len(played)} played, {len(played) - len(left)} noticed, "
        f"{unexplained} unexplained"
    )
    if write:
        REPORT.write_text("\n".join((HEAD, *_table(mutants), "", *_survivors(rows))) + "\n")
    return 1 if unexplained or unneeded else 0


def _table(mutants: list[Mutant]) -> list[str]:
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
    played = len(mutants) - verdicts[NOT_PLAYED]
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


@dataclass(frozen=True)
class Alike:
    """Ways to write the same thing, wherever it is written."""

    pattern: str
    reads: str
    reason: str

    def hides(self, before: str, after: str) -> bool:
        return re.sub(self.pattern, self.reads, before) == re.sub(self.pattern, self.reads, after)


def _alike() -> list[Alike]:
    return [Alike(**entry) for entry in tomllib.loads(REASONS.read_text())["alike"]]


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
