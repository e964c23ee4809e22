"""Who links a device is told at once what can be known at once, and how long the rest may take."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from doorless_client.core.api import BadInputError, KeyChangedError, RefusedError, UnreachableError
from doorless_client.core.approving import FULL, SAME_AS_ANOTHER, check_form
from doorless_client.core.effects import Flow
from doorless_client.core.joining import Joining
from doorless_client.core.network import Network
from doorless_client.core.views import Wait
from doorless_client.own_fleet import FleetAtWork
from doorless_client.patience import NO_RELAY, Patience, in_words
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import AnonymousRequest, Answered
from doorless_protocol.linking.meeting import Challenging, Offering

T = TypeVar("T")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


class Direct(Network):
    """Every anonymous request goes straight to the relay of a World."""

    def __init__(self, world: World) -> None:
        self.world, self.away = world, False

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        if self.away:
            raise UnreachableError("nobody there")
        return self.world.ask_anonymously(request)


def at_work(alice: Person) -> FleetAtWork:
    return FleetAtWork(Direct(alice.world), alice.engine.fleet)


def show(world: World) -> Joining:
    return Joining("laptop", RELAY, b"", int(world.now), world.random)


async def met(alice: Person, joining: Joining) -> tuple[FleetAtWork, Offering, str]:
    """As far as the code; what the primary would type."""
    fleet, now = at_work(alice), int(alice.world.now)
    answering = asyncio.create_task(fleet.answer(joining.link))
    offering = await heard(alice, lambda: joining.hello(now))
    asked = await answering
    return fleet, offering, asked.code


async def heard(alice: Person, look: Callable[[], Flow[T | None]]) -> T:
    """What the primary left, as soon as it is there."""
    for _ in range(1000):
        found = alice.run(look())
        if found is not None:
            return found
        await asyncio.sleep(0)
    raise AssertionError("nothing was left")


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorless_client.patience.LOOK_EVERY", 0.0)


async def test_a_wrong_code_ends_the_wait_of_the_new_device_at_once(world: World) -> None:
    alice, joining = world.person("alice"), show(world)
    fleet, offering, code = await met(alice, joining)
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    with pytest.raises(KeyChangedError):
        await fleet.allow(wrong)
    with pytest.raises(RefusedError, match="gave up, or was given another code"):
        alice.run(joining.agree(offering, int(world.now)))
    assert len(alice.engine.fleet.listed()) == 1


async def test_what_is_no_code_may_be_typed_again(world: World) -> None:
    alice, joining = world.person("alice"), show(world)
    fleet, offering, code = await met(alice, joining)
    for nonsense in ("", "yes", "1234 567", "1234 56789", "١٢٣٤٥٦٧٨"):
        with pytest.raises(BadInputError):
            await fleet.allow(nonsense)
    check_form(code)
    allowing = asyncio.create_task(fleet.allow(code))
    agreeing = await heard(alice, lambda: joining.agree(offering, int(world.now)))
    await allowing
    assert alice.run(joining.welcome(agreeing, int(world.now))) is not None
    assert len(alice.engine.fleet.listed()) == 2


async def test_a_primary_that_refuses_says_so(world: World) -> None:
    alice, joining = world.person("alice"), show(world)
    fleet, offering, code = await met(alice, joining)
    await fleet.refuse()
    with pytest.raises(RefusedError, match="gave up"):
        alice.run(joining.agree(offering, int(world.now)))
    with pytest.raises(RefusedError, match="no device asks"):
        await fleet.allow(code)


async def test_a_new_device_that_gives_up_ends_the_wait_of_the_primary(world: World) -> None:
    alice, joining = world.person("alice"), show(world)
    alice.run(joining.give_up(met=False))
    with pytest.raises(RefusedError, match="gave up"):
        await at_work(alice).answer(joining.link)


async def test_a_no_on_the_new_device_ends_the_wait_of_the_primary(world: World) -> None:
    alice, joining = world.person("alice"), show(world)
    fleet, _, code = await met(alice, joining)
    alice.run(joining.give_up(met=True))
    with pytest.raises(RefusedError, match="gave up"):
        await fleet.allow(code)
    assert len(alice.engine.fleet.listed()) == 1


async def test_a_relay_that_goes_away_is_told_while_it_is_waited_for(world: World) -> None:
    network, seen = Direct(world), list[Wait]()
    patience = Patience(int(world.now) + 200, lambda: world.now)
    looks = iter([True, True, False])

    def look() -> Flow[bool | None]:
        seen.append(patience.wait)
        network.away = next(looks)
        world.now += 10
        joining = show(world)
        yield from joining.hello(int(world.now))
        return True

    assert await patience.hear(network, look)
    assert [(one.left, one.away) for one in seen] == [(200, False), (190, True), (180, True)]
    assert in_words(seen[0]) == "3:20 left"
    assert in_words(seen[1]) == "the relay cannot be reached, trying again; 3:10 left"


async def test_what_was_in_the_way_to_the_end_is_named(world: World) -> None:
    network = Direct(world)
    network.away = True
    patience = Patience(int(world.now), lambda: world.now)
    with pytest.raises(RefusedError, match=NO_RELAY):
        await patience.hear(network, lambda: show(world).hello(int(world.now)))


@pytest.mark.parametrize("spoilt", ["doorless:link1?", "nonsense", "doorless:v1?relay=relay.test"])
def test_what_is_no_link_is_bad_input(world: World, spoilt: str) -> None:
    alice = world.person("alice")
    with pytest.raises(BadInputError):
        alice.run(alice.engine.fleet.approving.begin(spoilt))


def test_links_that_are_over_used_or_of_elsewhere_are_bad_input(world: World) -> None:
    alice = world.person("alice")
    approving = alice.engine.fleet.approving
    used, elsewhere = show(world), Joining("x", "other.test", b"", int(world.now), world.random)
    alice.run(approving.begin(used.link))
    with pytest.raises(BadInputError, match="used before"):
        alice.run(approving.begin(used.link))
    with pytest.raises(BadInputError, match="you are at"):
        alice.run(approving.begin(elsewhere.link))
    old = show(world)
    world.advance(300)
    with pytest.raises(BadInputError, match="too old"):
        alice.run(approving.begin(old.link))


def test_a_seventh_device_is_told_that_there_are_six(world: World) -> None:
    alice = world.person("alice")
    for name in ("two", "three", "four", "five"):
        link(alice, name)
    late = show(world)
    offering, challenging = halfway(alice, late)
    link(alice, "six")
    alice.run(alice.engine.fleet.approving.allow(challenging, challenging.code))
    assert alice.run(late.agree(offering, int(world.now))) is not None
    with pytest.raises(RefusedError, match=FULL) as refused:
        alice.run(alice.engine.fleet.approving.finish(challenging))
    assert SAME_AS_ANOTHER not in str(refused.value)
    assert len(alice.engine.fleet.listed()) == 6


def halfway(alice: Person, joining: Joining) -> tuple[Offering, Challenging]:
    now = int(alice.world.now)
    answering = alice.run(alice.engine.fleet.approving.begin(joining.link))
    offering = alice.run(joining.hello(now))
    challenging = alice.run(alice.engine.fleet.approving.offered(answering))
    assert offering is not None
    assert challenging is not None
    return offering, challenging
