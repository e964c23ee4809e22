"""Whom the words of a command mean."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import RefusedError
from doorless_lab.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_a_capital_is_no_other_person_and_no_riddle(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    with pytest.raises(RefusedError, match="small letters, 'bob'"):
        alice.engine.find("Bob")
    with pytest.raises(RefusedError, match="add them first"):
        alice.engine.find("Carol")
