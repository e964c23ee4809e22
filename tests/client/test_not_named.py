"""A list that the key log does not name is asked for again soon, and then less and less often."""

from collections.abc import Iterator

import pytest

from doorless_client.core.effects import Anonymously
from doorless_client.core.not_named import FIRST_WAIT, LONGEST_WAIT, Waits
from doorless_client.core.views import Notice, State
from doorless_lab.world import World
from doorless_protocol.content import Profile
from doorless_protocol.frames import Lookup
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest
from logged import Asked


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


@pytest.mark.parametrize(("drawn", "end"), [(bytes(4), 0), (b"\xff" * 4, 1)])
def test_each_wait_is_drawn_twice_as_long_up_to_the_longest(drawn: bytes, end: int) -> None:
    waits = Waits(lambda _: drawn)
    told = [waits.next(b"alice") for _ in range(40)]
    first, longest = FIRST_WAIT[end], LONGEST_WAIT[end]
    assert told[:3] == pytest.approx([first, 2 * first, 4 * first])
    assert told[-1] == pytest.approx(longest)
    assert waits.next(b"bob") == pytest.approx(first)
    waits.over(b"alice")
    assert waits.next(b"alice") == pytest.approx(first)


def test_a_list_that_never_enters_the_log_is_asked_for_some_times_an_hour(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.says("alice", "looked up a moment ago")
    world.advance(10)
    state = alice.engine.state
    entries = [*state.manifest.entries, DeviceEntry.of(DeviceKeys.draw(world.random), state.now())]
    never = Manifest.sign(state.signing, entries, state.now(), after=state.manifest.head)
    with state.change():
        profile = Profile("Alice", state.own.token, never.encode())
        alice.engine.upkeep._outbox.say(alice._contact("bob"), profile)
    world.advance(10)
    asked = Asked(bob)
    bob.says("alice", "to whom?")

    def lookups() -> int:
        wanted = [ask.request for ask in asked.asks if isinstance(ask, Anonymously)]
        return sum(isinstance(one, Lookup) and one.handle == "alice" for one in wanted)

    for _ in range(12):
        world.advance(10)
    assert 2 <= lookups() <= 5
    for _ in range(120):
        world.advance(30)
    assert 8 <= lookups() <= 18
    assert bob.messages("alice")[-1].state is State.WAITING
    told = [event.text for event in bob.shown if isinstance(event, Notice)]
    assert any("does not name their newest devices yet" in words for words in told)
