"""X06: a device goes back to before its session, by a clock behind, and nothing tells it so."""

import pytest

from doorless_client.core.resync import FORGOTTEN
from doorless_lab.world import World
from doorless_lab.world_person import copy_store


@pytest.mark.attack(
    "X06",
    "a device that forgot a session and begins below its number is heard, and is spoken to again",
    weaken={"doorless_client.core.resync.is_forgotten": lambda *_: False},
)
def test_who_forgot_the_session_that_sends_is_told_by_a_new_one() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        bob.add("alice")
        before = copy_store(alice.store)
        bob.says("alice", "the first words")
        world.advance(10)
        alice.says("bob", "heard")
        world.advance(10)
        alice.goes(online=False)
        (own,) = alice.store.own.find()
        alice.restore(before)
        with alice.store.transaction():  # the copy was made and put back between two sign-ins
            alice.store.own.put(own)
        world.now += 700
        alice.clock_error = -80_000.0
        alice.goes(online=True)
        alice.says("bob", "who are you?")
        world.advance(30)
        assert bob.texts("alice")[-1] == "who are you?"
        assert FORGOTTEN in bob.notes("alice")
        bob.says("alice", "the one you spoke to")
        world.advance(30)
        assert alice.texts("bob") == ["the one you spoke to"]  # what it had heard, it had confirmed
