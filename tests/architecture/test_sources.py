"""What the sources of the four packages never do."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol", "server", "client", "lab")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BESIDE = ("tests", "benchmarks", "fuzz")
ALL = sorted([*SOURCES, *(path for folder in BESIDE for path in (ROOT / folder).rglob("*.py"))])

CHOSEN_IN_MAIN = (
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
    "random",
    "secrets",
    "time.clock_gettime",
    "time.clock_gettime_ns",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
)
"""The clock and randomness: arguments everywhere else. Durations (`time.monotonic`) are free."""

NEVER = (
    "builtins.eval",
    "builtins.exec",
    "cPickle",
    "dill",
    "marshal",
    "pickle",
    "shelve",
    "tempfile.mktemp",
    "yaml",
    "os.system",
    "os.popen",
)
"""What runs or decodes more than it should, or races."""


def used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each name that the module imports or reads, as its full dotted name, and its line.

    A built-in is `builtins.eval`; a name that an import bound is what it was imported as.
    """
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield f"{node.module}.{alias.name}", node.lineno
    for node in ast.walk(tree):
        parts: list[str] = []
        root: ast.AST = node
        while isinstance(root, ast.Attribute):
            parts.append(root.attr)
            root = root.value
        if isinstance(root, ast.Name) and root.id in bound:
            yield ".".join([bound[root.id], *reversed(parts)]), root.lineno
        elif isinstance(node, ast.Name) and hasattr(builtins, node.id):
            yield f"builtins.{node.id}", node.lineno


CONVERSIONS = ("time.gmtime", "time.localtime", "time.ctime", "time.asctime")
"""They read the clock where they are given no time to convert."""


def conversions_of_now(tree: ast.AST) -> list[str]:
    """Calls of CONVERSIONS that name no time."""
    bare = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and not n.args and not n.keywords]
    lines = {call.lineno for call in bare}
    return [
        f"line {line}: {name}()"
        for name, line in used(tree)
        if name in CONVERSIONS and line in lines
    ]


def breaches(tree: ast.AST, banned: tuple[str, ...]) -> list[str]:
    names = tuple(f"{name}." for name in banned)
    found = {
        f"line {line}: {name}"
        for name, line in used(tree)
        if name in banned or f"{name}.".startswith(names)
    }
    return sorted(found)


def shell_calls(tree: ast.AST) -> list[str]:
    return [
        f"line {node.value.lineno}: shell=True"
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
        if not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]


def asserts(tree: ast.AST) -> list[str]:
    """Checks that `python -O` takes away. `assert_never` and friends are not statements."""
    return [
        f"line {node.lineno}: assert" for node in ast.walk(tree) if isinstance(node, ast.Assert)
    ]


def over_all(check: object) -> dict[str, list[str]]:
    assert callable(check)
    found = {str(path.relative_to(ROOT)): check(ast.parse(path.read_text())) for path in SOURCES}
    return {path: lines for path, lines in found.items() if lines}


def test_the_clock_and_randomness_are_chosen_in_main_alone() -> None:
    found = over_all(lambda tree: breaches(tree, CHOSEN_IN_MAIN) + conversions_of_now(tree))
    assert {path: at for path, at in found.items() if not path.endswith("__main__.py")} == {}


def test_nothing_is_unpickled_or_evaluated() -> None:
    assert over_all(lambda tree: breaches(tree, NEVER)) == {}


def test_no_command_goes_through_a_shell() -> None:
    assert over_all(shell_calls) == {}


def test_no_check_disappears_under_python_o() -> None:
    assert over_all(asserts) == {}


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
    ],
)
def test_the_check_sees_the_clock_and_randomness_by_any_name(code: str) -> None:
    assert breaches(ast.parse(code), CHOSEN_IN_MAIN)


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.monotonic()",
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
