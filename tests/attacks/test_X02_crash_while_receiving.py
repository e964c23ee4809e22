"""X02: the program ends anywhere between receiving, decrypting, storing and acknowledging."""

from typing import Any

import pytest

from doorless_client.core.effects import Effect
from doorless_client.core.state import State
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import World

MORE_THAN_ALL_POINTS = 60


def lets_effects_out_at_once(self: State, effect: Effect) -> None:
    """The relay is told to forget what is not durable yet."""
    self._emit(effect)


@pytest.mark.attack(
    "X02",
    "wherever receiving crashes, each message is shown once and none is lost",
    weaken={"doorless_client.core.state.State.emit": lets_effects_out_at_once},
)
def test_wherever_receiving_crashes_each_message_is_shown_once(record: Any) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        crash = Crashing(bob)
        for point in range(1, MORE_THAN_ALL_POINTS):
            alice.says("bob", f"{point}")
            alice.live()
            world.now += 700
            bob.engine.upkeep.tick()  # what the clock asks for is no part of receiving
            crash.after(point)
            crashed = False
            try:
                bob.live()
                world.now += 10
                bob.live()  # the receipt that is due by now
            except Crashed:
                crashed = True
            crash.after(0)
            bob.reopen()
            world.advance(10)
            if not crashed:
                break
        else:
            pytest.fail("there are more points than were tried")
        assert point > 4
        assert bob.texts("alice") == ["hello", *map(str, range(1, point + 1))]
        assert bob.mail() == []
        record("X02", "places where receiving crashed", point - 1)


@pytest.mark.attack(
    "X02",
    "wherever the first contact's reader crashes, it is shown once and its prekey used once",
    weaken={"doorless_client.core.state.State.emit": lets_effects_out_at_once},
)
def test_wherever_the_first_contacts_reader_crashes_it_is_shown_once() -> None:
    for point in range(1, MORE_THAN_ALL_POINTS):
        with World(seed=bytes([point])) as world:
            alice, bob = world.people("alice", "bob")
            bob.add("alice")
            alice.add("bob")
            alice.says("bob", "hello")
            alice.live()
            crash = Crashing(bob)
            crash.after(point)
            crashed = False
            try:
                bob.live()
            except Crashed:
                crashed = True
            crash.after(0)
            bob.reopen()
            world.advance(10)
            assert bob.texts("alice") == ["hello"]
            assert bob.chat("alice").confirmed
        if not crashed:
            return
    pytest.fail("there are more points than were tried")
