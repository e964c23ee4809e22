"""Killed at any write or request, a client loses nothing of the key log, and forks nothing."""

from collections.abc import Callable
from itertools import count

from doorless_client.core.registration import Newcomer, prepare
from doorless_client.store.memory import MemoryStore
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.manifest import Manifest
from logged import alarms, checks, own, pin


def killed_everywhere(story: Callable[[World, int], bool]) -> int:
    """Play it once for each point at which it can be killed; returns how many there are."""
    for at in count(1):
        with World(log=True) as world:
            if not story(world, at):
                return at - 1
    raise AssertionError


def was_killed(person: Person, at: int, work: Callable[[], None]) -> bool:
    crash = Crashing(person)
    crash.after(at)
    try:
        work()
    except Crashed:
        return True
    finally:
        crash.after(0)
    return False


def test_a_look_that_is_cut_short_is_done_again() -> None:
    def story(world: World, at: int) -> bool:
        alice = world.person("alice")
        killed = was_killed(alice, at, lambda: checks(alice))
        alice.reopen()
        checks(alice)
        assert alice.engine.log_status().own == 1
        assert own(alice).update is None
        assert alarms(alice) == []
        return killed

    assert killed_everywhere(story) >= 6


def test_a_registration_that_is_cut_short_claims_the_name_once() -> None:
    def story(world: World, at: int) -> bool:
        store, seed = MemoryStore(), world.random(32)

        def begin() -> tuple[Person, Newcomer]:
            newcomer = prepare(
                store,
                handle="alice",
                relay=RELAY,
                tls=True,
                pin=b"",
                seed=seed,
                now=int(world.now),
                random=world.random,
            )
            account = newcomer.manifest.account
            return Person(world, "alice", store, newcomer.keys, account), newcomer

        person, newcomer = begin()
        register = newcomer.register(int(world.now), world.random)
        killed = was_killed(person, at, lambda: person.run(register))
        if killed:
            world.now += 3_600  # the relay's promise is an hour old by then
            person, newcomer = begin()
            person.run(newcomer.register(int(world.now), world.random))
        person.reopen()
        checks(person)
        assert person.engine.log_status().own == 1
        assert alarms(person) == []
        return killed

    assert killed_everywhere(story) >= 12


def test_adding_somebody_is_whole_or_not_at_all() -> None:
    def story(world: World, at: int) -> bool:
        alice, bob = world.people("alice", "bob")
        killed = was_killed(alice, at, lambda: alice.add("bob") and None)
        if killed:
            alice.reopen()
            contacts, pins = alice.store.contacts.find(), alice.store.log_pins.find()
            assert bool(contacts) == bool(pins)  # in one transaction
        alice.add("bob")
        standing = pin(alice, "bob").standing
        assert standing is not None
        assert standing.account == bob.engine.me.account
        return killed

    assert killed_everywhere(story) >= 4


def test_a_change_of_our_devices_is_one_record_however_often_it_is_said() -> None:
    def story(world: World, at: int) -> bool:
        alice = world.person("alice")
        checks(alice)

        def change() -> None:
            state = alice.engine.state
            if state.manifest.version == 1:
                with state.change():
                    alice.engine.fleet.publishing.sign(state.manifest.entries)
            alice.run(alice.engine.fleet.publishing.publish())

        killed = was_killed(alice, at, change)
        if killed:
            alice.reopen()
        change()
        checks(alice)
        status = alice.engine.log_status()
        assert (status.own, status.awaited) == (2, 0)
        chain, held = own(alice), alice.store.own_manifests.last()
        assert chain.standing is not None
        assert held is not None
        assert chain.standing.manifest_hash == Manifest.decode(held.manifest).hash
        assert alarms(alice) == []
        return killed

    assert killed_everywhere(story) >= 6
