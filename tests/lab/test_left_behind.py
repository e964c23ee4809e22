"""Whatever ends a lab: no process of it lives on, and no folder of it stays."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from doorless_lab import folders
from doorless_lab.__main__ import main
from doorless_lab.beside import beside

WITHIN = 20
"""Seconds for what takes one."""


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@contextmanager
def running(place: Path, *command: str) -> Iterator[psutil.Process]:
    """A lab whose temporary folders are made in `place`; what it starts is ended in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={"TMPDIR": str(place), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    lab = psutil.Process(process.pid)
    try:
        yield lab
    finally:
        for one in (*lab.children(recursive=True), lab) if lab.is_running() else ():
            one.kill()
        process.communicate()


def with_children(lab: psutil.Process, *wanted: str) -> list[psutil.Process]:
    """All that it started, once all these are among them."""
    found: list[psutil.Process] = []

    def are_there() -> bool:
        found[:] = lab.children(recursive=True)
        said = [" ".join(one.cmdline()) for one in found if one.status() != psutil.STATUS_ZOMBIE]
        return all(any(one in line for line in said) for one in wanted)

    until(are_there, f"{wanted} of the lab")
    return found


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def are_gone(processes: list[psutil.Process]) -> None:
    until(lambda: all(has_ended(one) for one in processes), "an end of all")


RELAY = "doorless_lab.relay"
WORKER = "multiprocessing.spawn"


def test_a_relay_ends_when_its_lab_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, "doorless_lab", "run", "A1", "--repeat", "9") as lab:
        children = with_children(lab, RELAY)
        lab.kill()
        are_gone(children)


def test_so_does_the_relay_of_the_demo(tmp_path: Path) -> None:
    with running(tmp_path, "doorless_lab", "demo", "--script") as lab:
        children = with_children(lab, "doorless_server serve")
        lab.kill()
        are_gone(children)


def test_and_the_second_process_of_a_run_of_many(tmp_path: Path) -> None:
    with running(tmp_path, "doorless_lab", "run", "A1", "D1", "--repeat", "9") as lab:
        children = with_children(lab, RELAY, WORKER)
        until(lambda: len(list(tmp_path.iterdir())) > 1, "the folders of both")
        lab.kill()
        are_gone(children)


@pytest.mark.parametrize("group", [False, True])
def test_sigterm_leaves_no_folder_of_the_second_process(tmp_path: Path, *, group: bool) -> None:
    """`timeout` sends one to the process, and another one to its group."""
    with running(tmp_path, "doorless_lab", "run", "A1", "D1", "--repeat", "9") as lab:
        children = with_children(lab, RELAY, WORKER)
        until(lambda: len(list(tmp_path.glob("doorless-lab-*"))) > 1, "the folders of both")
        lab.send_signal(signal.SIGTERM)
        if group:
            os.killpg(lab.pid, signal.SIGTERM)
        are_gone([lab, *children])
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_next_start_sweeps_what_a_killed_lab_left(temporary: Path) -> None:
    with running(temporary, "doorless_lab", "run", "D1", "--repeat", "99") as lab:
        until(lambda: any(temporary.glob("doorless-lab-*/here/*")), "a folder")
        lab.kill()
        are_gone([lab])
    assert list(temporary.iterdir())
    assert main(["list"]) == 0
    assert list(temporary.iterdir()) == []


def test_a_folder_in_use_or_just_being_made_is_not_swept(temporary: Path) -> None:
    making = temporary / "doorless-lab-making"
    making.mkdir()
    (making / folders.MAKING).touch()
    with folders.temporary() as place:
        (place / "file").write_text("kept")
        folders.sweep()
        assert (place / "file").read_text() == "kept"
    assert list(temporary.iterdir()) == [making]


def test_neither_is_what_is_somebody_elses(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = left_in(temporary)
    (temporary / "doorless-lab-link").symlink_to(left_in(temporary / "elsewhere"))
    (temporary / "other-lab-1").mkdir()
    (temporary / "other-lab-1" / folders.LOCK).touch()
    monkeypatch.setattr(os, "getuid", lambda: theirs.stat().st_uid + 1)
    folders.sweep()
    assert theirs.exists()
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folders.sweep()
    assert not theirs.exists()
    assert (temporary / "doorless-lab-link" / folders.LOCK).exists()
    assert (temporary / "other-lab-1" / folders.LOCK).exists()


def left_in(place: Path) -> Path:
    folder = place / "doorless-lab-left"
    folder.mkdir(parents=True)
    (folder / folders.LOCK).touch()
    return folder


def test_a_lock_that_a_folder_has_is_held_from_its_first_moment(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, rename = fcntl.flock, Path.rename
    order: list[str] = []
    monkeypatch.setattr(fcntl, "flock", lambda *a: order.append("held") or locked(*a))
    monkeypatch.setattr(Path, "rename", lambda *a: order.append("seen") or rename(*a))
    with folders.temporary():
        assert order == ["held", "seen"]


def test_the_second_process_makes_all_and_in_order() -> None:
    with beside(abs, [-1, -2, 3]) as second:
        assert [*second.ready(), *second.rest()] == [1, 2, 3]
