"""What the sources of the five packages never do."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from lint import (
    CHOSEN_IN_MAIN,
    NEVER,
    asserts,
    breaches,
    conversions_of_now,
    hasty_comparisons,
    shell_calls,
    unseeded,
)

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol", "server", "client", "lab", "verifier")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BESIDE = ("tests", "benchmarks", "fuzz")
ALL = sorted([*SOURCES, *(path for folder in BESIDE for path in (ROOT / folder).rglob("*.py"))])


CHECKS: dict[str, Callable[[ast.AST], list[str]]] = {
    "choices": lambda tree: breaches(tree, CHOSEN_IN_MAIN) + conversions_of_now(tree),
    "never": lambda tree: breaches(tree, NEVER),
    "unseeded": unseeded,
    "shells": shell_calls,
    "hasty comparisons": hasty_comparisons,
    "asserts": asserts,
}


@cache
def breached() -> dict[str, dict[str, list[str]]]:
    """What each check found, by file. Together, for to parse them all is most of the work."""
    found: dict[str, dict[str, list[str]]] = {check: {} for check in CHECKS}
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        for name, check in CHECKS.items():
            if lines := check(tree):
                found[name][str(path.relative_to(ROOT))] = lines
    return found


def test_the_clock_and_randomness_are_chosen_in_main_alone() -> None:
    found = breached()["choices"]
    assert {path: at for path, at in found.items() if not _may_choose(path, at)} == {}


def _may_choose(path: str, lines: list[str]) -> bool:
    """Where the program begins; and experiments of the lab, which a seed makes repeatable."""
    seeded = path.startswith("lab/") and all(line.endswith(": random.Random") for line in lines)
    return path.endswith("__main__.py") or seeded


def test_an_experiment_has_a_seed() -> None:
    assert breached()["unseeded"] == {}
    assert unseeded(ast.parse("Random()"))
    assert not unseeded(ast.parse("Random(seed)"))


def test_nothing_is_unpickled_or_evaluated() -> None:
    assert breached()["never"] == {}


def test_no_command_goes_through_a_shell() -> None:
    assert breached()["shells"] == {}


def test_no_secret_is_compared_in_a_time_that_tells_of_it() -> None:
    """Outside the lab, whose thieves and models have nobody to hide from, and of the key log,
    whose commitments everybody sees."""
    public = ("lab/", "protocol/doorless_protocol/log/", "server/doorless_server/directory/")
    found = breached()["hasty comparisons"]
    assert {path for path in found if not path.startswith(public)} == set()


def test_no_check_disappears_under_python_o() -> None:
    assert breached()["asserts"] == {}


@pytest.mark.parametrize(
    "code",
    [
        "import time\nnow = time.time()",
        "import time as clock\nnow = clock.time()",
        "from time import time",
        "from time import time as now\nnow()",
        "import os\nrandom = os.urandom",
        "from os import urandom as noise",
        "import secrets",
        "import secrets as s\ns.token_bytes(4)",
        "from secrets import token_bytes",
        "from random import Random",
        "import random",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\ndatetime.now()",
        "from datetime import datetime as d\nd.utcnow()",
        "def f():\n    import time\n    return time.time_ns()",
        "import time\ntime.clock_gettime(time.CLOCK_REALTIME)",
        "import time\ntime.clock_gettime(0)",
    ],
)
def test_the_check_sees_the_clock_and_randomness_by_any_name(code: str) -> None:
    assert breaches(ast.parse(code), CHOSEN_IN_MAIN)


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.monotonic()",
        "import time\ntime.clock_gettime(time.CLOCK_BOOTTIME)",
        "def f(random, now):\n    return random(now)",
        "self.time.time()",
    ],
)
def test_the_check_lets_durations_and_arguments_pass(code: str) -> None:
    assert breaches(ast.parse(code), CHOSEN_IN_MAIN) == []


@pytest.mark.parametrize(
    "code", ["import pickle", "from yaml import load", "eval('1')", "x = exec"]
)
def test_the_check_sees_what_evaluates(code: str) -> None:
    assert breaches(ast.parse(code), NEVER)


def test_the_check_sees_a_conversion_of_no_given_time() -> None:
    assert conversions_of_now(ast.parse("from time import localtime\nlocaltime()"))
    assert not conversions_of_now(ast.parse("from time import localtime\nlocaltime(now)"))


@pytest.mark.parametrize(
    "code", ["mac == expected", "self.token != b", "sha(token) == row.token_hash", "x.raw == y"]
)
def test_the_check_sees_a_hasty_comparison(code: str) -> None:
    assert hasty_comparisons(ast.parse(code))
    assert not hasty_comparisons(ast.parse("token == b''"))
    assert not hasty_comparisons(ast.parse("version == 1"))


def test_the_checks_see_a_shell_and_an_assert() -> None:
    assert shell_calls(ast.parse("run('ls', shell=True)"))
    assert asserts(ast.parse("assert mac == expected"))


def test_a_package_is_one_docstring() -> None:
    """An import here would run, and be loaded into the relay, whatever of the package is used."""
    for path in SOURCES:
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text())
            assert len(tree.body) == 1, path
            assert ast.get_docstring(tree), path


def test_a_file_holds_one_idea() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in ALL}
    assert {path: lines for path, lines in sizes.items() if lines > 400} == {}
