"""The locks of what is installed, and whom a person trusts who runs doorless."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
LOCKS += ("requirements-fuzz.txt", "requirements-mutation.txt")

WE_RUN = {
    "cffi",
    "cryptography",
    "editables",
    "emoji",
    "hatchling",
    "linkify-it-py",
    "markdown-it-py",
    "mdit-py-plugins",
    "mdurl",
    "mnemonic",
    "msgspec",
    "packaging",
    "pathspec",
    "platformdirs",
    "pluggy",
    "prometheus-client",
    "pycparser",
    "pygments",
    "pynacl",
    "rich",
    "segno",
    "sqlcipher3",
    "structlog",
    "textual",
    "tomlkit",
    "trove-classifiers",
    "typing-extensions",
    "uvloop",
    "websockets",
}
"""Every distribution that a person who runs doorless trusts. To add one is a decision."""


def read(name: str) -> str:
    return (ROOT / name).read_text()


def locked(name: str) -> dict[str, list[Requirement]]:
    """The requirements of a lock, by name; what is no requirement with hashes is an error.

    There are two of a name where two versions of Python need two versions of it.
    """
    text = re.sub(r"^\s*#.*\n", "", read(name), flags=re.MULTILINE)
    found: dict[str, list[Requirement]] = {}
    for entry in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        requirement, *hashes = re.split(r" --hash=", entry.strip())
        assert hashes, f"{name}: {requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement
        parsed = Requirement(requirement)
        assert re.fullmatch(r"==[^*]+", str(parsed.specifier)), requirement
        assert parsed.url is None
        found.setdefault(canonicalize_name(parsed.name), []).append(parsed)
    return found
