"""P09: a dependency that is not the one meant: another file, another name, another place.

That `make` installs by these locks alone, with --require-hashes, is held by
tests/architecture/test_make.py; what else a lock must not hold, by test_locks.py.
"""

import pytest

from requirement_locks import LOCKS, WE_RUN, locked, read

SQUATTED = f"{read(LOCKS[0])}\ncryptografy==50.0.2 --hash=sha256:{'0' * 64}\n"
UNHASHED = f"{read(LOCKS[0])}\nmsgspec==0.20.0\n"
ELSEWHERE = f"{read(LOCKS[0])}\nmsgspec @ file:///tmp/msgspec.whl --hash=sha256:{'0' * 64}\n"


@pytest.mark.parametrize("planted", [SQUATTED, UNHASHED, ELSEWHERE], ids=["name", "hash", "place"])
def test_each_kind_is_seen(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requirement_locks.read", lambda _name: planted)
    with pytest.raises(AssertionError):
        check()


@pytest.mark.attack(
    "P09",
    "whoever runs doorless installs files that are known by their hashes, of names on a list",
    weaken={"requirement_locks.read": lambda _name: SQUATTED},
)
def test_only_what_was_chosen_is_installed() -> None:
    check()


def check() -> None:
    assert set(locked(LOCKS[0])) == WE_RUN
