"""The lab's commands where the computer or a file fails them: one line, and an exit code."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_lab import catalogue, scenarios
from doorless_lab.__main__ import main

FULL = Path("/dev/full")
"""Where writing fails as on a disk that is full."""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Among the scenarios is a file that is no Python."""
    (tmp_path / "z9_broken.py").write_text("def x(:\n")
    monkeypatch.setattr(scenarios, "__path__", [*scenarios.__path__, str(tmp_path)])
    catalogue.catalogue.cache_clear()
    yield
    catalogue.catalogue.cache_clear()


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["play", "D1"],
        ["run", "--all"],
        ["rehearse", "15"],
        ["doctor"],
        ["serve", "--no-open"],
    ],
)
def test_a_broken_scenario_file_is_named_in_one_line(
    arguments: list[str], broken: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "scenarios/z9_broken.py" in line
    assert "line 1: SyntaxError" in line


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"]])
def test_a_full_disk_under_what_is_printed_is_said_in_one_line(arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "doorless_lab", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "No space left" in line


@pytest.mark.parametrize(
    "arguments", [["run", "D1", "--junit", "{}"], ["play", "D1", "--evidence", "{}"]]
)
def test_where_nothing_can_be_kept_nothing_is_played(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    nowhere = str(tmp_path / "file" / "below")
    assert main([each.format(nowhere) for each in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert nowhere in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_a_run_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "doorless_lab", "run", "D1", "--repeat", "99"],
        env={"TMPDIR": str(tmp_path), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not any(one.is_dir() for one in tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert err == ""
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_at_a_question_needs_no_enter() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "doorless_lab", "play", "D1", "--step"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while "[Enter: go on]" not in said:
            said += process.stdout.read(1)
        time.sleep(0.2)  # the prompt is written before it is waited for
        process.send_signal(signal.SIGINT)
        process.wait(10)
    finally:
        process.kill()
        _, err = process.communicate()
    assert process.returncode == 130
    assert err == ""
