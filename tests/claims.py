"""Which test shows what: read from the marks of the tests, without running any.

    @pytest.mark.attack("S07", "a flooded mailbox costs the others nothing", weaken={...})
    @pytest.mark.claim("P4", "mail waits in the order in which it came")

`attack` has a twin (conftest.py). `claim` marks what has none: a test of a promise of the relay
(docs/spec/07-relay.md §6), and one that measures an attack at its full size.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARKS = {"pytest.mark.attack": True, "pytest.mark.claim": False}
PROMISE = re.compile(r"^\| (P\d) \| ([^|]+) \|", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One mark.

    Attributes:
        test: as pytest names it, without parameters, from the root of the repository.
        twin: whether it is played without its defence, too.
    """

    id: str
    test: str
    words: str
    twin: bool

    @property
    def file(self) -> str:
        return self.test.partition("::")[0]


@cache
def claims(root: Path = ROOT / "tests") -> tuple[Claim, ...]:
    found: set[Claim] = set()
    for path in sorted(root.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if any(mark in text for mark in MARKS):
            file = path.relative_to(root.parent).as_posix()
            found.update(_marked(file, ast.parse(text)))
    return tuple(sorted(found))


def promises() -> dict[str, str]:
    """P1 to P8, in the words of the specification."""
    page = (ROOT / "docs/spec/07-relay.md").read_text(encoding="utf-8")
    return dict(PROMISE.findall(page))


def _marked(file: str, tree: ast.Module) -> Iterator[Claim]:
    named = dict(_constants(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) in MARKS:
                    of, words = (_said(argument, named) for argument in mark.args)
                    yield Claim(of, f"{file}::{node.name}", words, MARKS[ast.unparse(mark.func)])


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Strings that have a name in this file."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, str(node.value.value)


def _said(argument: ast.expr, named: dict[str, str]) -> str:
    return named[argument.id] if isinstance(argument, ast.Name) else ast.literal_eval(argument)
