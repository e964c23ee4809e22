"""Somebody else's keys under our name: proven, disputed, and taken by nobody meanwhile."""

from collections.abc import Callable, Iterator

import pytest

from doorless_client.core import own_entry
from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.effects import Ask
from doorless_client.core.recovery import prepare_return
from doorless_client.core.views import Trust
from doorless_client.store.memory import MemoryStore
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person, at_once
from doorless_protocol.errors import ProofError
from doorless_protocol.frames import Answered, Found, Lookup
from doorless_protocol.log.evidence import Evidence
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import Manifest
from doorless_server.directory.base import Change
from logged import alarm, alarms, checks, days_pass, own, pin


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


def displace(world: World, victim: Person, thief: Person) -> None:
    """The relay gives the thief the victim's name: a reset, signed by the thief alone."""
    state, chain = thief.engine.state, own(victim)
    record = Record.sign(
        state.signing,
        RecordKind.RESET,
        parse_label(victim.handle),
        chain.version + 1,
        chain.head,
        int(world.now * 1000),
        state.manifest.version,
        state.manifest.hash,
    )
    change = Change(record, world.random(16))
    at_once(world.directory.stage(change))
    at_once(world.directory.confirm(change, int(world.now)))


def showing_thief(thief: Person, label: str) -> Callable[[Ask, Answered], Answered]:
    """The relay hands out the thief's manifest with the proof, as its log has it."""
    return showing(thief.engine.state.manifest, label)


def showing(manifest: Manifest, label: str = "alice") -> Callable[[Ask, Answered], Answered]:

    def change(ask: Ask, answered: Answered) -> Answered:
        asked = getattr(ask, "request", None)
        if isinstance(answered, Found) and isinstance(asked, Lookup) and asked.handle == label:
            return Found(manifest.encode(), (), answered.proof)
        return answered

    return change


def test_the_owner_is_told_with_proof_and_disputes_it(world: World) -> None:
    alice, mallory = world.people("alice", "mallory")
    checks(alice)
    displace(world, alice, mallory)
    before = alice.store.log_own.find()
    with pytest.raises(LogProofError, match="other keys stand for your name"):
        checks(alice)
    assert alarms(alice) == ["E7"]
    assert alarm(alice, "E7").title == "Other keys stand for you"
    proof = alice.engine.evidence(alarm(alice, "E7").number)
    assert Evidence.decode(proof).kind.value == "E7"
    assert alice.store.log_own.find() == before  # nothing of it was taken over
    with pytest.raises(LogProofError):
        checks(alice)
    assert alarms(alice) == ["E7"]  # the same is no news


def test_who_looks_her_up_takes_the_new_keys_only_when_nobody_objected(world: World) -> None:
    alice, bob, mallory = world.people("alice", "bob", "mallory")
    checks(alice, bob)
    bob.add("alice")
    displace(world, alice, mallory)
    alice.online = False  # she cannot object yet
    bob.change_answer = showing_thief(mallory, "alice")
    world.advance(700)
    bob.says("alice", "is it still you?")
    world.settle()
    assert bob.chat("alice").trust is Trust.CHANGED
    assert pin(bob, "alice").waits
    with pytest.raises(RefusedError, match="for a whole day"):
        bob.accepts("alice")
    assert bob.chat("alice").trust is Trust.CHANGED
    days_pass(world)
    assert pin(bob, "alice").waits  # an anchor is past, and no whole window
    days_pass(world, 2)  # a whole one, and until he looks
    assert not pin(bob, "alice").waits
    bob.accepts("alice")
    assert bob.chat("alice").trust is not Trust.CHANGED


def test_a_stranger_is_not_added_under_keys_that_just_replaced_others(world: World) -> None:
    alice, bob, mallory = world.people("alice", "bob", "mallory")
    checks(alice, bob)
    displace(world, alice, mallory)
    bob.change_answer = showing_thief(mallory, "alice")
    with pytest.raises(RefusedError, match="for a whole day"):
        bob.add("alice")
    assert bob.store.contacts.find() == []


def test_a_dispute_keeps_the_new_keys_from_everybody(world: World) -> None:
    alice, bob, mallory = world.people("alice", "bob", "mallory")
    checks(alice, bob)
    displace(world, alice, mallory)
    world.advance(60)
    with pytest.raises(LogProofError):
        checks(alice)  # enters the dispute
    world.advance(60)
    with pytest.raises(RefusedError, match="disputed"):
        bob.add("alice")
    assert bob.store.contacts.find() == []
    assert bob.store.log_pins.get(RELAY, "alice") is None


def test_the_owner_is_told_and_disputes_it_also_where_no_evidence_can_be_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def would_not_convict(*_: object) -> None:
        raise ProofError("not the record of version 1")

    alice, mallory = world.people("alice", "mallory")
    checks(alice)
    displace(world, alice, mallory)
    monkeypatch.setattr(own_entry, "accuse", would_not_convict)
    with pytest.raises(LogProofError, match="other keys stand for your name"):
        checks(alice)
    assert alarms(alice) == ["E7"]
    assert not alarm(alice, "E7").evidence
    assert alice.store.settings.get(own_entry.OBJECTION) is not None


def test_a_device_that_never_looked_before_alarms_without_a_proof(world: World) -> None:
    alice, mallory = world.people("alice", "mallory")
    laptop = link(alice)
    world.advance(60)
    checks(alice, laptop)
    displace(world, alice, mallory)
    with laptop.engine.state.change():
        laptop.store.log_own.clear()
        laptop.store.logs.clear()
    laptop.engine.monitor._has_asked = False
    world.advance(60)
    with pytest.raises(LogProofError, match="other keys stand for your name"):
        checks(laptop)
    assert alarms(laptop) == ["E7"]
    assert not alarm(laptop, "E7").evidence
    assert laptop.store.log_own.find() == []


def test_an_account_is_not_restored_where_others_stand_and_the_alarm_is_kept(world: World) -> None:
    """The relay hands out her own list all the same, so that she does not see it at once."""
    alice, mallory = world.people("alice", "mallory")
    checks(alice)
    (hers,) = alice.store.own.find()
    held, now = alice.engine.state.manifest, int(world.now)
    alice.online = False
    displace(world, alice, mallory)
    world.advance(60)
    returning = prepare_return(
        MemoryStore(),
        handle="alice",
        relay=RELAY,
        tls=True,
        pin=b"",
        seed=hers.unshown_seed,
        held=held,
        now=now,
        random=world.random,
    )
    device = Person(world, "alice", returning.store, returning.keys, held.account)
    device.change_answer = showing(held)
    for _ in range(2):
        with pytest.raises(LogProofError, match="nothing was changed"):
            device.run(returning.register(int(world.now), world.random))
    (row,) = device.store.log_alarms.find()
    assert (row.kind, row.label, row.evidence, row.seen) == ("E7", "alice", b"", False)
    assert device.store.log_own.find() == []
