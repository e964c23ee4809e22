"""Figures as they are kept, so that no page that shows one was typed by hand.

docs/reference/figures/NAME.jsonl      line 1       of which run they are
                                       each other   one row, as `--json` prints it
"""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "reference" / "figures"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """The run that a file's rows are of.

    Attributes:
        command: what a reader types to have them anew.
        date: the day, in UTC.
    """

    name: str
    command: str
    date: str
    machine: str
    versions: Mapping[str, str]


def save(
    name: str,
    command: str,
    rows: Iterable[Row],
    packages: Sequence[str] = (),
    versions: Mapping[str, str] | None = None,
    folder: Path = FOLDER,
) -> Path:
    """Keep these rows in the place of those of an earlier run; says where.

    Args:
        packages: distributions whose versions belong beside the figures.
        versions: of what is no distribution, by name.
    """
    found = {"Python": platform.python_version()}
    found |= {package: version_of(package) for package in packages} | dict(versions or {})
    about = About(name, command, datetime.now(UTC).date().isoformat(), machine(), found)
    lines = [asdict(about), *rows]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


def read(path: Path) -> tuple[About, list[Row]]:
    first, *rows = (json.loads(line) for line in path.read_text().splitlines())
    return About(**first), rows


def machine() -> str:
    """Processor, cores, memory and system: what a figure depends on, and no name of a host."""
    parts = [_processor(), f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        parts.append(f"{size / 1e9:.0f} GB")
    release = ".".join(platform.release().split("-")[0].split(".")[:2])
    return ", ".join([*parts, f"{platform.system()} {release}"])


def version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
