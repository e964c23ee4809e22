"""Nothing is lost, shown twice or sealed twice under one key, in every order of every crash.

Checked by Spin on `delivery.pml`, and so are its seeded bugs, each of which must be found: one
rule of docs/spec/08-state.md §1 broken at a time.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("delivery.pml")

CRASHES = int(os.environ.get("DOORLESS_MODEL_CRASHES", "1"))
"""Crashes and broken connections, of all sides together. Each one more takes ten times as long."""

BUGS = {
    "SEND_BEFORE_PERSIST": "lost",
    "CHAIN_STORED_LATER": "key_used_twice",
    "FORGET_BEFORE_DONE": "lost",
    "NOT_SENT_AGAIN": "acceptance cycle",
    "ANSWER_BEFORE_KEEPING": "lost",
    "DELETE_ON_PUSH": "lost",
    "ACKNOWLEDGE_BEFORE_PERSIST": "lost",
    "FORGET_WHAT_WAS_SEEN": "shown_twice",
    "TWO_TRANSACTIONS": "shown_twice",
}
"""A rule that is broken, and what comes of it."""

pytestmark = pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("gcc") is None,
    reason="Spin or gcc is not installed (.ci/run installs both)",
)


def verify(folder: Path, *options: str) -> str:
    """What the verifier says. Fairness is weak: who can always go on, goes on."""
    for command in (
        ["spin", "-a", *options, str(MODEL)],
        ["gcc", "-O0", "-w", "-o", "pan", "pan.c"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    command = [str(folder / "pan"), "-a", "-f", "-m1000000"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    said = verify(tmp_path, f"-DCRASHES={CRASHES}")
    assert "errors: 0" in said, said
    assert "Search not completed" not in said
    assert "max search depth too small" not in said


@pytest.mark.parametrize("bug", BUGS)
def test_a_broken_rule_is_found(bug: str, tmp_path: Path) -> None:
    said = verify(tmp_path, f"-DBUG_{bug}")
    assert "errors: 1" in said, said
    assert BUGS[bug] in said


def test_each_seeded_bug_is_one_of_the_model() -> None:
    for bug in BUGS:
        assert f"BUG_{bug}\n" in MODEL.read_text()
    assert MODEL.read_text().count("def BUG_") == len(BUGS)
