"""An adversary has the powers that it was given, and reaches nothing else."""

from pathlib import Path

import pytest

from doorless_lab.adversary import Adversary, PowerError, arm, check_reach, reached
from doorless_lab.powers import (
    CourtOrder,
    DirectoryWrite,
    Gag,
    Handle,
    LogEquivocate,
    NetObserve,
    ServerLogOn,
    ServerRead,
    ServerWrite,
    StateCopy,
)
from doorless_lab.scenario import Power, Product, Scene, Seat
from doorless_lab.world import World
from doorless_protocol.log.config import LogKeys, origin_of


@pytest.fixture(scope="module")
def world() -> World:
    """Alice and Bob, who talked."""
    world = World(b"adversary")
    world.friends("alice", "bob")
    return world


def test_a_power_that_was_given_is_there(tmp_path: Path) -> None:
    agency = Adversary(Seat.AGENCY, ServerRead(tmp_path), CourtOrder("produce"))
    assert agency.use(ServerRead).of == tmp_path
    assert agency.powers == {Power.SERVER_READ, Power.COURT_ORDER}


def test_a_power_that_was_not_given_is_refused(tmp_path: Path) -> None:
    agency = Adversary(Seat.AGENCY, ServerRead(tmp_path))
    with pytest.raises(PowerError, match="state-copy"):
        agency.use(StateCopy)


def test_every_power_has_a_handle_of_its_own_type() -> None:
    kinds = Handle.__subclasses__()
    assert sorted(kind.power for kind in kinds) == sorted(Power)


def test_an_adversary_on_the_wire_cannot_be_given_a_clients_memory(world: World) -> None:
    alice, _ = world.everybody
    with pytest.raises(PowerError, match="mallory reaches a "):
        Adversary(Seat.MALLORY, NetObserve(alice.store))
    assert Adversary(Seat.MALLORY, StateCopy(alice.store)).use(StateCopy).of is alice.store


def test_nor_through_a_closure_a_method_or_a_list(world: World) -> None:
    alice, _ = world.everybody
    roundabout: list[object] = [
        *(lambda: alice, alice.says, {"deep": [[alice.engine]]}),
        [alice].copy,  # a method of a built-in type
    ]
    for hidden in roundabout:
        with pytest.raises(PowerError):
            Adversary(Seat.AGENCY, ServerLogOn(hidden))


def test_without_server_read_there_is_no_servers_store(world: World) -> None:
    store = world.relay._store
    with pytest.raises(PowerError, match="MemoryStore"):
        Adversary(Seat.MALLORY, NetObserve(store))
    Adversary(Seat.RELAY, ServerRead(store))
    Adversary(Seat.RELAY, ServerWrite(world.relay))


def test_without_power_over_the_log_there_are_no_keys_of_it(world: World) -> None:
    keys = LogKeys.from_seed(origin_of("relay.test"), world.random(96))
    with pytest.raises(PowerError, match="LogKeys"):
        Adversary(Seat.RELAY, ServerRead({"log": keys}))
    for power in (DirectoryWrite, LogEquivocate):
        Adversary(Seat.RELAY, power(keys))


def test_what_it_is_handed_later_is_found_as_well(world: World) -> None:
    pile: list[object] = []
    agency = Adversary(Seat.AGENCY, Gag(pile))
    check_reach(agency)
    pile.append(world.everybody[1])
    with pytest.raises(PowerError):
        check_reach(agency)


def test_its_own_device_is_its_own(world: World) -> None:
    mallory = world.everybody[0]
    with pytest.raises(PowerError):
        Adversary(Seat.MALLORY, NetObserve(mallory))
    Adversary(Seat.MALLORY, NetObserve([mallory]), own=(mallory,))


def test_a_second_handle_of_a_power_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handles"):
        Adversary(Seat.AGENCY, Gag(1), Gag(2))


def test_in_a_scenario_nobody_is_given_a_power_that_it_does_not_name(tmp_path: Path) -> None:
    scene = Scene(Product.E2EE, {}, bytes, 0, tmp_path, frozenset({Power.GAG}))
    with pytest.raises(PowerError, match="court-order"):
        arm(scene, Seat.AGENCY, CourtOrder("produce"), Gag("a year"))
    assert scene.armed == set()


def test_a_power_counts_when_it_is_used(tmp_path: Path) -> None:
    scene = Scene(Product.E2EE, {}, bytes, 0, tmp_path)
    agency = arm(scene, Seat.AGENCY, CourtOrder("produce"), Gag("a year"))
    assert agency.powers == {Power.COURT_ORDER, Power.GAG}
    agency.use(CourtOrder)
    with pytest.raises(PowerError):
        agency.use(StateCopy)
    assert scene.armed == {Power.COURT_ORDER}


def test_the_walk_ends_and_does_not_follow_modules() -> None:
    loop: list[object] = [pytest]
    loop.append(loop)
    assert list(reached(loop)) == [loop]
