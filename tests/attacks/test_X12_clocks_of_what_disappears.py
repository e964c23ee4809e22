"""X12: a clock is set while messages count down."""

import pytest

from acting import said
from doorless_client.core.steady import Steady
from doorless_lab.world import Person, World


def by_the_computers_clock(self: Steady) -> float:
    return self._clock()


def counting(world: World) -> tuple[Person, Person]:
    """Two who said something for an hour, both seen."""
    alice, bob = world.friends("alice", "bob")
    alice.engine.messages.set_timer(alice.chat("bob").conversation, 3600)
    alice.says("bob", "for an hour")
    world.settle()
    bob.engine.mark_read(bob.chat("alice").conversation)
    world.settle()
    return alice, bob


def has(person: Person, whom: str) -> bool:
    return any(one.text == "for an hour" for one in person.messages(whom))


@pytest.mark.attack(
    "X12",
    "a clock that is set ends no message early and prolongs none",
    weaken={"doorless_client.core.steady.Steady.now": by_the_computers_clock},
)
@pytest.mark.parametrize("jump", [-86_400, 80_000])
def test_a_clock_that_is_set_changes_no_countdown(jump: int) -> None:
    with World() as world:
        alice, bob = counting(world)
        bob.clock_error = jump
        world.advance(3000)
        assert has(bob, "alice")
        assert abs(said(bob, "alice", "for an hour").gone_at - (world.now + jump + 600)) < 60
        world.advance(700)
        assert not has(bob, "alice")
        assert not has(alice, "bob")


@pytest.mark.attack(
    "X12",
    "who sets the clock back while the program is closed keeps nothing longer than that",
    weaken={"doorless_client.core.steady.latest": lambda clock, last: clock},
)
def test_a_clock_that_was_set_back_meanwhile_prolongs_nothing() -> None:
    with World() as world:
        _, bob = counting(world)
        world.advance(3000)
        bob.clock_error = -86_400
        bob.reopen()
        world.advance(3600)
        assert not has(bob, "alice")


@pytest.mark.attack(
    "X12",
    "what ended while the program was closed is gone when it opens, before anybody can look",
    weaken={"doorless_client.core.talking.Talking.open": lambda self: None},
)
def test_what_ended_while_the_program_was_closed_is_gone_when_it_opens() -> None:
    """Also for a command that only looks, and does nothing by the clock."""
    with World() as world:
        _, bob = counting(world)
        bob.goes(online=False)
        world.now += 7200
        bob.reopen()
        assert not has(bob, "alice")
