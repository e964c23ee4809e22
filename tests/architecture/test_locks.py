"""Only what is locked by its hash is installed, and nothing gets into a lock unseen."""

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from requirement_locks import LOCKS, ROOT, WE_RUN, locked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


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
