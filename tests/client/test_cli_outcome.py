"""A command whose output goes nowhere says so in one line, and does nothing twice."""

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
CLOSED = 'exec "$@" >&-'
COMMAND = [sys.executable, "-m", "doorless_client"]

unix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
has_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


@unix
def test_with_standard_output_closed_nothing_is_done(tmp_path: Path) -> None:
    register = ["register", "--relay", "127.0.0.1:1", "--handle", "carol"]
    profile = tmp_path / "carol"
    ended = subprocess.run(
        ["sh", "-c", CLOSED, "sh", *COMMAND, "--profile", str(profile), *register],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("doorless: standard output is closed; nothing was done")
    assert not profile.exists()


@has_full
@pytest.mark.parametrize("lines", [1, 10_000], ids=["flushed at the end", "while it prints"])
def test_output_that_cannot_be_written_is_one_line_and_exits_1(lines: int) -> None:
    said = (
        "import sys\n"
        "from doorless_client.cli_outcome import exit_code\n"
        "from doorless_client.cli_output import line\n"
        f"sys.exit(exit_code(lambda: [line('said') for _ in range({lines})] and 0))"
    )
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", said],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr == "doorless: standard output: No space left on device\n"
