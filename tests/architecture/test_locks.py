"""Only what is locked by its hash is installed, and nothing gets into a lock unseen."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
LOCKS += ("requirements-fuzz.txt", "requirements-mutation.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

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


def locked(name: str) -> dict[str, list[Requirement]]:
    """The requirements of a lock, by name; what is no requirement with hashes is an error.

    There are two of a name where two versions of Python need two versions of it.
    """
    text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
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


def declared(*extras: str) -> list[Requirement]:
    project = PROJECT["project"]
    texts = list(project["dependencies"])
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    found = [Requirement(text) for text in texts]
    ours = [one for one in found if one.name == project["name"]]  # an extra that takes in others
    inner = [need for one in ours for need in declared(*sorted(one.extras))]
    return [one for one in found if one not in ours] + inner


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pinned_hashed_requirements_and_no_address(lock: str) -> None:
    assert locked(lock)
    assert "://" not in (ROOT / lock).read_text()


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        (LOCKS[0], ()),
        (LOCKS[1], ("dev",)),
        (LOCKS[2], ("bench",)),
        (LOCKS[3], ("fuzz",)),
        (LOCKS[4], ("mutation",)),
    ],
)
def test_a_lock_holds_what_the_project_declares(lock: str, extras: tuple[str, ...]) -> None:
    pins = locked(lock)
    for requirement in declared(*extras):
        found = [pin.specifier for pin in pins[canonicalize_name(requirement.name)]]
        versions = [specifier.version for specifiers in found for specifier in specifiers]
        assert any(map(requirement.specifier.contains, versions)), requirement


def test_the_run_lock_brings_what_builds_the_project() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(locked(LOCKS[0]))


def test_no_distribution_comes_along_unseen() -> None:
    assert set(locked(LOCKS[0])) == WE_RUN


def test_one_environment_can_hold_all_locks() -> None:
    first = locked(LOCKS[0])
    for lock in LOCKS[1:]:
        for name, pins in locked(lock).items():
            versions = {str(pin.specifier) for pin in first.get(name, pins)}
            assert {str(pin.specifier) for pin in pins} == versions, (lock, name)
