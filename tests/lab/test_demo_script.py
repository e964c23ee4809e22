"""`doorless-lab demo` without a terminal: a conversation as text, figures, an exit code."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doorless_client.core.views import Message
from doorless_lab.leak_watch import Look, Place
from doorless_lab.leakscan import Finding
from doorless_lab.person import Person
from doorless_lab.script import BrokenPromiseError, Script, check_look

COMMAND = [sys.executable, "-m", "doorless_lab", "demo"]
WITHIN = 100


@pytest.fixture(autouse=True)
def _hear_interrupts() -> Iterator[None]:
    """A shell has what it starts in the background ignore them, and that is inherited."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )


def test_without_a_terminal_it_plays_as_text_and_ends_well(tmp_path: Path) -> None:
    demo = start(tmp_path)
    out, errors = demo.communicate(timeout=WITHIN)
    assert (demo.returncode, errors) == (0, "")
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "5 messages, each once, in order, on both sides" in out
    assert re.search(r"leaks   0 found in [\d,]{8,} bytes", out)
    assert "a marker planted in each place was found there" in out
    for table in ("accounts", "devices", "one_time_pairs"):
        assert re.search(rf"{table} +[1-9]\d*  ", out)
    assert len(re.findall(r"^ {8}(?:[0-9a-f]{2} ){20}", out, re.MULTILINE)) == 4
    assert "What the relay does learn, all the same" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_neither_process_nor_file(
    tmp_path: Path, number: signal.Signals
) -> None:
    demo = start(tmp_path, "--script")
    assert demo.stdout is not None
    relay = next(match for line in demo.stdout if (match := re.search(r"process (\d+)", line)))
    demo.send_signal(number)
    demo.communicate(timeout=WITHIN)
    assert demo.returncode == 130
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(relay[1]), 0)


def test_a_reader_that_had_enough_is_no_error_message(tmp_path: Path) -> None:
    demo = start(tmp_path, "--script")
    assert demo.stdout is not None
    assert demo.stderr is not None
    demo.stdout.readline()
    demo.stdout.close()
    assert demo.stderr.read() == ""
    demo.stderr.close()
    demo.wait(timeout=WITHIN)
    assert list(tmp_path.iterdir()) == []


def test_a_usage_error_exits_2(tmp_path: Path) -> None:
    demo = start(tmp_path, "--nothing-like-that")
    demo.communicate(timeout=WITHIN)
    assert demo.returncode == 2


CLEAN = Place("its files", 10, (), 1)
BLIND = Place("its files", 10, (), 0)


def test_a_leak_fails() -> None:
    leaked = Place("its log", 10, (Finding("a message", "raw", "relay.log", 1, 0),), 1)
    with pytest.raises(BrokenPromiseError, match="1 secrets were found"):
        check_look(Look((CLEAN, leaked), 1, 0.1))


def test_a_control_that_is_not_found_fails() -> None:
    with pytest.raises(BrokenPromiseError, match="planted was not found"):
        check_look(Look((CLEAN, BLIND), 1, 0.1))


@pytest.mark.parametrize(
    "twist", [lambda said: said + said[-1:], lambda said: said[::-1]], ids=["doubled", "disordered"]
)
async def test_a_message_that_came_twice_or_too_early_fails(
    monkeypatch: pytest.MonkeyPatch, twist: Callable[[list[Message]], list[Message]]
) -> None:
    truly = Person.messages
    monkeypatch.setattr(Person, "messages", lambda self, other: twist(truly(self, other)))
    with pytest.raises(BrokenPromiseError, match="sees"):
        await Script(time.time, os.urandom, lambda _: None).play()
