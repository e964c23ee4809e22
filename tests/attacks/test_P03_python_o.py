"""P03: `python -O`, which takes every `assert` away, and with it what it checked."""

import ast
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

import doorless_client
import doorless_protocol
import doorless_server

ROOT = Path(__file__).parents[2]
SAMPLE = (
    "tests/protocol/test_envelope.py",
    "tests/protocol/test_manifest.py",
    "tests/attacks/test_K05_points_of_small_order.py",
    "tests/attacks/test_K12_downgrade.py",
    "tests/attacks/test_R01_replay_in_a_session.py",
)
"""Each of its attacks with its twin: under -O, too, a missing defence must be seen."""


def modules() -> list[str]:
    packages = (doorless_protocol, doorless_server, doorless_client)
    return [
        module.name
        for package in packages
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith("__main__")
    ]


def same_code(one: CodeType, other: CodeType) -> bool:
    """The same instructions, all the way down; -O drops asserts and what hangs on __debug__."""
    if one.co_code != other.co_code or len(one.co_consts) != len(other.co_consts):
        return False
    inner = zip(one.co_consts, other.co_consts, strict=True)
    return all(same_code(a, b) for a, b in inner if isinstance(a, CodeType))


@pytest.mark.attack(
    "P03",
    "python -O runs the same instructions: no check of the product is an assert",
    weaken={"doorless_protocol.manifest.__file__": __file__},
)
def test_the_product_loses_nothing_under_o() -> None:
    for name in modules():
        path = importlib.import_module(name).__file__
        tree = ast.parse(Path(path or "").read_text())
        assert same_code(
            compile(tree, name, "exec", optimize=0), compile(tree, name, "exec", optimize=1)
        ), name


def test_the_tests_hold_under_o() -> None:
    command = [sys.executable, "-O", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    quiet = ["-W", "ignore:assertions not in test modules"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *quiet, *SAMPLE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
