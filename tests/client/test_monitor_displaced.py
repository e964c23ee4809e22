"""Somebody else's keys under our name: proven, disputed, and taken by nobody meanwhile."""

from collections.abc import Callable, Iterator

import pytest

from doorless_client.core import own_entry
from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.effects import Ask
from doorless_client.core.views import Trust
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person, at_once
from doorless_protocol.errors import ProofError
from doorless_protocol.frames import Answered, Found, Lookup
from doorless_protocol.log.evidence import Evidence
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.record import Record, RecordKind
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

    def change(ask: Ask, answered: Answered) -> Answered:
        asked = getattr(ask, "request", None)
        if isinstance(answered, Found) and isinstance(asked, Lookup) and asked.handle == label:
            return Found(thief.engine.state.manifest.encode(), (), answered.proof)
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
    days_pass(world)
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
