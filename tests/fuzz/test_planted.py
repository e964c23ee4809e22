"""A hunt that finds nothing means something: each target finds the bug that is planted for it."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fuzz.harness import FindingError, Target, edit, mutations, play
from fuzz.planted import PLANTED, SUBTLE
from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


def inputs(target: Target) -> Iterator[bytes]:
    yield from target.seeds
    yield from mutations(target, 3000, seed=7)


def finds(target: Target) -> bool:
    for data in inputs(target):
        try:
            play(target, data)
        except Exception:  # whatever leaves a target is a finding
            return True
    return False


def test_there_is_a_bug_for_each_target() -> None:
    assert set(PLANTED) == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_the_planted_bug_is_found(name: str) -> None:
    assert finds_planted(name, PLANTED[name])


@pytest.mark.parametrize(
    ("name", "bug"), SUBTLE, ids=[f"{name}-{at}" for at, (name, _) in enumerate(SUBTLE)]
)
def test_a_bug_in_a_part_of_the_promise_is_found(name: str, bug: dict[str, Any]) -> None:
    assert finds_planted(name, bug)


def finds_planted(name: str, bug: dict[str, Any]) -> bool:
    with ExitStack() as defences:
        for place, replacement in bug.items():
            defences.enter_context(patch(place, replacement, create=place.endswith(".bytes")))
        return finds(TARGETS[name])


def test_what_takes_long_is_a_finding() -> None:
    def slow(_: bytes) -> None:
        sum(range(200_000))

    with pytest.raises(FindingError, match="of CPU"):
        play(Target("slow", "", slow, (b"",), seconds=0.0001), b"")


def test_an_empty_script_edits_nothing_and_no_script_goes_beyond_the_end() -> None:
    assert edit(b"honest", b"") == b"honest"
    for kind in range(256):
        for at in (0, 6, 0xFFFF):
            edit(b"honest", bytes((kind, *at.to_bytes(2, "big"), 255)))
            edit(b"", bytes((kind, *at.to_bytes(2, "big"), 255)))


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed (make fuzz installs it, where it has a wheel)",
)
def test_atheris_finds_a_planted_bug(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz.driver", "staple!", "again"]
    options = ["-max_total_time=60", f"-artifact_prefix={tmp_path}/", str(tmp_path)]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode != 0
    assert "an entry that nobody signed" in done.stdout + done.stderr
    assert list(tmp_path.glob("crash-*"))
