"""P10: a command is started in a folder that somebody else filled, or with a hostile environment.

Whoever chooses our environment is us, or runs as us. But people stand in folders with what others
sent them, and a program that takes its modules from there runs it.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from doorless_client import decoding

ROOT = Path(__file__).parents[2]
TRAPPED = ("secrets", "struct", "json", "msgspec", "nacl", "PIL", "sitecustomize", "sqlite3")
"""Modules that our programs import early, or late."""

COMMANDS = {
    "doorless": ["--help"],
    "doorless-relay": ["--help"],
    "doorless-verify": ["--help"],
}


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, each module of which writes down that it was run."""
    for name in TRAPPED:
        marker = str(tmp_path / "sprung")
        (tmp_path / f"{name}.py").write_text(f"open({marker!r}, 'a').write('{name} ')")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sprung(trap: Path) -> str:
    marker = trap / "sprung"
    return marker.read_text() if marker.exists() else ""


@pytest.mark.attack(
    "P10",
    "what decodes the pictures of others takes no module from the folder or the environment",
    weaken={
        "doorless_client.decoding.ISOLATED": (),
        "doorless_client.decoding.surroundings": dict,
    },
)
def test_the_decoder_of_pictures_stands_apart(trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(trap))
    decoding.decode("pixels", b"no picture", 100)
    assert sprung(trap) == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_no_module_from_the_folder(trap: Path, command: str) -> None:
    program = Path(sys.executable).parent / command
    if not program.exists():
        pytest.skip(f"{command} is not installed beside this interpreter")
    subprocess.run([program, *COMMANDS[command]], capture_output=True, check=False, timeout=60)
    assert sprung(trap) == ""


def test_the_trap_would_spring(trap: Path) -> None:
    subprocess.run([sys.executable, "-c", "import secrets"], capture_output=True, check=False)
    assert "secrets" in sprung(trap)


def interpreters(source: str) -> list[str]:
    """What stands behind each `sys.executable` in a command."""
    if "sys.executable" not in source:
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List | ast.Tuple):
            parts = [ast.unparse(each) for each in node.elts]
            if "sys.executable" in parts:
                found.append(" ".join(parts[parts.index("sys.executable") + 1 :]))
    return found


def test_the_product_starts_no_interpreter_that_looks_around() -> None:
    """-I and -P leave the folder out; a name of ours stands for the first."""
    loose = {}
    for package in ("client", "server", "verifier"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for behind in interpreters(path.read_text()):
                if not behind.startswith(("*ISOLATED", "'-I'", "'-P'")):
                    loose[path.relative_to(ROOT).as_posix()] = behind
    assert loose == {}


def test_the_search_sees_an_interpreter_that_looks_around() -> None:
    assert interpreters("run([sys.executable, '-m', 'x'])") == ["'-m' 'x'"]
    assert os.environ.get("PYTHONSAFEPATH") is None
