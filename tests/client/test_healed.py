"""How old the keys of a conversation are is told, however much is said by one side alone."""

from collections.abc import Iterator

import pytest

from doorless_client.contact_facts import what_is_known
from doorless_lab.world import Person, World

DAY = 86_400


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def healed(person: Person, whom: str) -> int | None:
    return person.engine.details(person.chat(whom).conversation).healed


def test_it_is_told_when_fresh_keys_last_arrived(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    met = healed(alice, "bob")
    assert met is not None
    bob.goes(online=False)
    for _ in range(3):
        world.advance(DAY)
        alice.says("bob", "anybody there?")
        world.settle()
    assert healed(alice, "bob") == met
    bob.goes(online=True)
    for _ in range(4):
        bob.says("alice", "yes")
        world.settle()
        alice.says("bob", "good")
        world.settle()
    assert healed(alice, "bob") >= met + 3 * DAY
    assert healed(bob, "alice") >= met + 3 * DAY


def test_without_a_session_there_is_nothing_to_tell(world: World) -> None:
    alice, _ = world.people("alice", "bob")
    alice.add("bob")
    assert healed(alice, "bob") is None
    facts = what_is_known(alice.engine.details(alice.chat("bob").conversation), str)
    assert dict(facts)["last healed"] == "no session"
