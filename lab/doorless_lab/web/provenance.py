"""Which lab a run was made with: versions, and the commit where the lab runs from a checkout."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("cryptography", "PyNaCl", "msgspec", "websockets")
COMMIT = re.compile(r"[0-9a-f]{40}")


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "system": platform.system()}
    for name in ("doorless", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from sources that are not installed
            found[name] = ""
    return found


def commit(start: Path = Path(__file__)) -> str:
    """Of the checkout around `start`, read from its files; "" outside of one."""
    for folder in start.resolve().parents:
        if (folder / ".git").is_dir():
            return _head(folder / ".git")
    return ""


def _head(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text().strip()
        if head.startswith("ref: "):
            head = _branch(git, head.removeprefix("ref: "))
    except OSError:
        return ""
    return head if COMMIT.fullmatch(head) else ""


def _branch(git: Path, name: str) -> str:
    loose = git / name
    if loose.is_file():
        return loose.read_text().strip()
    for line in (git / "packed-refs").read_text().splitlines():
        if line.endswith(f" {name}"):
            return line.split(" ")[0]
    return ""
