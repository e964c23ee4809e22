"""make sets everything up in a clone whose path has spaces, says what is missing, and is quick
when nothing changed. Played with a Python that only writes down what it is asked to do."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INPUTS = ("Makefile", "pyproject.toml", *(f"requirements{kind}.txt" for kind in ("", "-dev")))

STUB = """\
#!/bin/sh
case "$*" in
    *version_info*) exit $OLD ;;
    *ensurepip*) exit $BARE ;;
    *"-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    *"-m pip install"* | *"-m pytest"*) echo "$*" >> asked ;;
    *--version*) echo "Python 3.x" ;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = tmp_path / "a clone in a path with spaces"
    clone.mkdir()
    for name in INPUTS:
        shutil.copy(ROOT / name, clone)
    return clone


def make(
    clone: Path, *arguments: str, old: int = 0, bare: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run make with nothing on the path but basic tools and the stub as python3."""
    tools = clone.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("cat", "cp", "echo", "mkdir", "sh", "touch"):
        if not (tools / name).exists():
            (tools / name).symlink_to(str(shutil.which(name)))
    stub = tools / "python3"
    stub.write_text(STUB)
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": str(tools), "OLD": str(old), "BARE": str(bare)}
    command = [str(shutil.which("make")), *arguments]
    return subprocess.run(
        command, cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


def asked(clone: Path) -> list[str]:
    """What Python was asked since the last time."""
    path = clone / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def later(path: Path) -> None:
    stamp = path.stat().st_mtime + 60
    os.utime(path, (stamp, stamp))


def test_the_locked_requirements_come_first_and_the_project_without_any(clone: Path) -> None:
    result = make(clone, "test")
    assert result.returncode == 0, result.stderr
    run, project, dev, tests = asked(clone)
    assert "--require-hashes -r requirements.txt" in run
    assert "--no-deps --no-build-isolation -e ." in project
    assert "--require-hashes -r requirements-dev.txt" in dev
    assert "-m pytest" in tests


def test_the_demo_needs_no_development_tools(clone: Path) -> None:
    make(clone, "demo")
    assert not [line for line in asked(clone) if "dev" in line]


def test_the_second_run_installs_nothing(clone: Path) -> None:
    make(clone, "test")
    asked(clone)
    assert make(clone, "test").returncode == 0
    assert ["pytest" in line for line in asked(clone)] == [True]


@pytest.mark.parametrize("name", INPUTS[1:])
def test_a_changed_requirement_is_installed(clone: Path, name: str) -> None:
    make(clone, "test")
    asked(clone)
    later(clone / name)
    make(clone, "test")
    assert any("requirements" in line for line in asked(clone))


def test_an_environment_that_was_moved_is_made_anew(clone: Path) -> None:
    make(clone, "test")
    asked(clone)
    moved = clone.with_name("elsewhere")
    clone.rename(moved)
    make(moved, "test")
    assert any("-e ." in line for line in asked(moved))


def test_a_python_that_is_too_old_is_one_clear_line(clone: Path) -> None:
    result = make(clone, "test", old=1)
    assert result.returncode != 0
    assert "doorless needs Python 3.11 or newer" in result.stderr.splitlines()[0]


def test_a_missing_venv_is_one_line_that_names_the_package(clone: Path) -> None:
    result = make(clone, "test", bare=1)
    assert result.returncode != 0
    assert "sudo apt install python3-venv" in result.stderr.splitlines()[0]
    assert not (clone / ".venv").exists()
