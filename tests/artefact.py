"""The sources as somebody else has them, to build what is published of them."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "doorless_protocol": "protocol",
    "doorless_server": "server",
    "doorless_client": "client",
    "doorless_lab": "lab",
    "doorless_verify": "verifier",
}
BESIDE = ("LICENSE", "README.md")

_made = iter(range(1_700_000_000, 2_000_000_000, 86_400))


def project() -> str:
    """What the wheel is built by."""
    return (ROOT / "pyproject.toml").read_text()


def irreproducible() -> str:
    """The same, with the times of the files in the wheel."""
    return f"{project_as_it_is()}\n[tool.hatch.build]\nreproducible = false\n"


project_as_it_is = project


def copy(folder: Path, origin: Path | None = None) -> None:
    """What of the sources a wheel is made of, or another such copy; made at some other time."""
    files = (*_tracked(), *BESIDE) if origin is None else _inside(origin)
    when = next(_made)
    for inside in files:
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy((origin or ROOT) / inside, target)
        os.utime(target, (when, when))
    (folder / "pyproject.toml").write_text(project())


def source_of(name: str) -> Path:
    """The source of a file in the wheel, in a copy."""
    return Path(PACKAGES[name.partition("/")[0]]) / name


def _inside(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _tracked() -> list[str]:
    command = ["git", "ls-files", "-z", *PACKAGES.values()]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [
            path.relative_to(ROOT).as_posix()
            for package, folder in PACKAGES.items()
            for path in (ROOT / folder / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ]
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
