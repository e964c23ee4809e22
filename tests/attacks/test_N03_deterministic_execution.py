"""What leaves a device depends on its state and its draws, and on nothing else."""

import hashlib
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from conversations import losses, record, replay
from published import HERE, dumps, tapes, vectors

from doorless_lab.tape import Player

ONCE_MORE = (
    "import sys, hashlib; sys.path[:0] = sys.argv[1:];"
    "from published import dumps, vectors;"
    "print(hashlib.sha256(dumps(vectors()).encode()).hexdigest())"
)


def unlike_the_tape(player: Player, size: int) -> bytes:
    """Something off the tape decides: a clock, an address in memory, the order of a set."""
    return secrets.token_bytes(len(player._next("random")))


@pytest.mark.attack(
    "N03",
    "the same draws give the same bytes on the wire",
    weaken={"doorless_lab.tape.Player.random": unlike_the_tape},
)
def test_the_same_draws_give_the_same_bytes() -> None:
    said = record(losses, secrets.token_bytes)
    try:
        again = replay(losses, tapes(said))
    except (KeyError, ValueError) as other:
        pytest.fail(f"it ran another way: {other!r}")
    assert again["steps"] == said["steps"]


@pytest.mark.parametrize("flags", [["-O"], ["-B", "-X", "dev"]])
@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_says_the_same(flags: list[str], seed: str) -> None:
    """Other hash seeds, other flags: the published conversations come out byte for byte."""
    expected = hashlib.sha256(dumps(vectors()).encode()).hexdigest()
    path = [str(HERE)]
    done = subprocess.run(
        [sys.executable, *flags, "-c", ONCE_MORE, *path],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(HERE).parent,
    )
    assert done.stdout.strip() == expected
