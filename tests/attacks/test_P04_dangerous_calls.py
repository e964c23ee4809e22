"""P04: predictable randomness, hasty comparison of secrets, and calls that run what they read.

tests/architecture/test_sources.py searches all sources and shows that each search finds what it
is for; here they are one defence, and its twin a module that does all of it. The key log compares
commitments in the open: everybody sees them.
"""

import ast
import importlib
import pickle
import pkgutil
import random
from pathlib import Path

import pytest

import doorless_protocol
from lint import CHOSEN_IN_MAIN, NEVER, breaches, hasty_comparisons, shell_calls


def dangerous(mac: bytes, expected: bytes, path: str) -> object:
    """All of it. Never called: it is what the twin finds."""
    if mac == expected:
        return random.random()
    return pickle.loads(Path(path).read_bytes())


@pytest.mark.attack(
    "P04",
    "no module of the protocol predicts, unpickles, evaluates, shells out or compares in haste",
    weaken={"doorless_protocol.manifest.__file__": __file__},
)
def test_no_module_does_what_is_dangerous() -> None:
    found = {}
    for module in pkgutil.walk_packages(doorless_protocol.__path__, "doorless_protocol."):
        path = importlib.import_module(module.name).__file__
        tree = ast.parse(Path(path or "").read_text())
        banned = breaches(tree, CHOSEN_IN_MAIN + NEVER)
        public = module.name.startswith("doorless_protocol.log.")
        hasty = [] if public else hasty_comparisons(tree)
        if lines := [*banned, *shell_calls(tree), *hasty]:
            found[module.name] = lines
    assert found == {}
