"""Killed at any write or request, a client loses nothing of the key log, and forks nothing."""

import pytest
from logged import alarms, checks, days_pass, own, pin

from doorless_client.core.registration import prepare
from doorless_client.store.memory import MemoryStore
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person


@pytest.mark.parametrize("at", range(1, 25))
def test_a_look_that_is_cut_short_is_done_again(at: int) -> None:
    with World(log=True) as world:
        alice = world.person("alice")
        crash = Crashing(alice)
        crash.after(at)
        try:
            checks(alice)
        except Crashed:
            crash.after(0)
            alice.reopen()
            checks(alice)
        crash.after(0)
        assert alice.engine.log_status().own == 1
        assert own(alice).update is None
        days_pass(world, 1)
        assert alarms(alice) == []


@pytest.mark.parametrize("at", range(1, 25))
def test_a_registration_that_is_cut_short_claims_the_name_once(at: int) -> None:
    with World(log=True) as world:
        store = MemoryStore()
        seed = world.random(32)

        def begin() -> Person:
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
            person = Person(world, "alice", store, newcomer.keys, newcomer.manifest.account)
            person._newcomer = newcomer
            return person

        person = begin()
        crash = Crashing(person)
        crash.after(at)
        try:
            person.run(person._newcomer.register(int(world.now), world.random))
        except Crashed:
            crash.after(0)
            person = begin()
            person.run(person._newcomer.register(int(world.now), world.random))
        crash.after(0)
        person.reopen()
        world.everybody.append(person)
        checks(person)
        assert person.engine.log_status().own == 1
        days_pass(world, 1)
        assert alarms(person) == []


@pytest.mark.parametrize("at", range(1, 13))
def test_adding_somebody_is_whole_or_not_at_all(at: int) -> None:
    with World(log=True) as world:
        alice, bob = world.people("alice", "bob")
        crash = Crashing(alice)
        crash.after(at)
        try:
            alice.add("bob")
        except Crashed:
            crash.after(0)
            alice.reopen()
            contacts = alice.store.contacts.find()
            pins = alice.store.log_pins.find()
            assert bool(contacts) == bool(pins)  # in one transaction
            alice.add("bob")
        crash.after(0)
        assert pin(alice, "bob").standing.account == bob.engine.me.account
        days_pass(world, 2)
        assert alarms(alice) == []
