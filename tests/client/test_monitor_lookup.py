"""Nobody's keys are used that the key log does not hold; nobody is absent without a proof."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.effects import Ask
from doorless_client.core.views import Standing
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Found, Lookup, Refusal, Refused
from doorless_protocol.log_frames import LogRecords
from logged import Asked, alarms, checks, days_pass, own, pin, view, without_proof


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


def rows(person: Person) -> tuple[object, ...]:
    tables = (person.store.contacts, person.store.logs, person.store.log_pins)
    return tuple(list(table.find()) for table in tables)


def test_a_contact_is_checked_before_it_is_used(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    chat = alice.add("bob")
    assert alice.engine.details(chat.conversation).checked
    assert pin(alice, "bob").standing.account == bob.engine.me.account


def test_other_keys_than_the_log_holds_are_not_used(world: World) -> None:
    alice, _bob, mallory = world.people("alice", "bob", "mallory")

    def swap(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found):
            return Found(mallory.engine.state.manifest.encode(), (), answered.proof)
        return answered

    before = rows(alice)
    alice.change_answer = swap
    with pytest.raises(LogProofError):
        alice.add("bob")
    assert rows(alice) == before


def test_an_answer_about_somebody_else_is_not_used(world: World) -> None:
    """D06: proof and manifest of another name, both true."""
    alice, _bob, _mallory = world.people("alice", "bob", "mallory")
    held: list[Answered] = []
    alice.change_answer = lambda _, answered: held.append(answered) or answered
    alice.add("mallory")
    found = [one for one in held if isinstance(one, Found)][-1]
    alice.change_answer = lambda _, answered: found if isinstance(answered, Found) else answered
    before = alice.store.contacts.find()
    with pytest.raises(LogProofError):
        alice.add("bob")
    assert alice.store.contacts.find() == before


@pytest.mark.parametrize("cut", [0, 1, 100, 1000])
def test_a_proof_that_was_cut_proves_nothing(world: World, cut: int) -> None:
    alice, _bob = world.people("alice", "bob")

    def shorten(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found) and answered.proof:
            return Found(answered.manifest, answered.heads, answered.proof[: -1 - cut])
        return answered

    before = rows(alice)
    alice.change_answer = shorten
    with pytest.raises(LogProofError):
        alice.add("bob")
    assert rows(alice) == before


def test_no_proof_is_no_answer_once_there_is_a_log(world: World) -> None:
    alice, _bob = world.people("alice", "bob")
    alice.change_answer = without_proof
    with pytest.raises(LogProofError, match="no proof"):
        alice.add("bob")


def test_nobody_is_absent_without_a_proof(world: World) -> None:
    alice = world.person("alice")
    with pytest.raises(RefusedError, match="nobody is called"):
        alice.add("zoe")
    assert alarms(alice) == []

    def lie(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found):
            return Found(b"", (), answered.proof)
        return answered

    world.person("bob")
    alice.change_answer = lie
    with pytest.raises(LogProofError):
        alice.add("bob")
    alice.change_answer = lambda _, answered: (
        Refused(Refusal.NOT_ALLOWED, 0) if isinstance(answered, Found) else answered
    )
    with pytest.raises(RefusedError):
        alice.add("bob")  # no answer, and nothing is concluded from it
    assert alice.store.log_pins.get(RELAY, "bob") is None


def test_a_change_is_followed_from_the_version_that_is_known(world: World) -> None:
    alice, _bob = world.friends("alice", "bob")
    asked = Asked(alice)
    world.advance(700)
    alice.says("bob", "looked up again")
    world.settle()
    lookups = [ask.request for ask in asked.asks if type(ask.request).__name__ == "Lookup"]
    assert lookups[-1].log_version == 1
    assert lookups[-1].log_size > 0


# --- first contacts ---------------------------------------------------------------------------


def test_a_first_contact_brings_its_proof(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    checks(alice, bob)
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    chat = bob.chat("alice")
    assert chat.standing is Standing.REQUEST
    assert bob.engine.details(chat.conversation).checked
    assert bob.store.log_waiting.find()
    days_pass(world, 1)
    assert bob.store.log_waiting.find() == []  # connected with what we follow
    assert alarms(bob) == []


def test_without_one_the_contact_is_not_checked_and_not_confirmed(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    checks(bob)
    alice.add("bob")
    alice.says("bob", "no look was made yet, so there is no proof")
    world.settle()
    chat = bob.chat("alice")
    assert not bob.engine.details(chat.conversation).checked

    def silent(_, answered):
        return Refused(Refusal.BUSY, 60) if isinstance(answered, Found) else answered

    bob.change_answer = silent  # so that accepting cannot look her up
    bob.accepts("alice")
    world.settle()
    alice.says("bob", "and again")
    world.settle()
    assert not bob.engine.details(chat.conversation).confirmed
    contact = bob._contact("alice")
    assert contact.introduced is False  # no token, no profile
    bob.change_answer = lambda _, answered: answered
    world.advance(700)
    bob.says("alice", "looked up now")
    world.settle()
    details = bob.engine.details(bob.chat("alice").conversation)
    assert details.checked
    assert details.confirmed


def test_a_proof_of_an_old_manifest_does_not_count(world: World) -> None:
    """A revoked device could show what once was true: it is a day old at most."""
    alice, bob = world.people("alice", "bob")
    checks(alice, bob)
    alice.online = False
    world.advance(25 * 3600)
    checks(bob)
    with alice.engine.state.change():
        pass
    proof = alice.store.log_own.last().proof
    assert proof
    alice.online = True
    alice._peer = None
    alice.add("bob")
    alice.says("bob", "hello")
    alice.engine.upkeep.resume_all()
    world.settle()
    chat = bob.chat("alice")
    assert not bob.engine.details(chat.conversation).checked
    assert view(bob) is not None


def test_a_first_look_reads_every_change_of_the_last_days(world: World) -> None:
    """A record behind a reset would hide it; the relay shows the others when it is asked."""
    alice, bob = world.people("alice", "bob")
    link(alice)
    world.advance(60)
    asked = Asked(bob)
    bob.add("alice")
    assert own(alice).version == 2
    assert pin(bob, "alice").version == 2
    lookups = [ask for ask in asked.anonymous(Lookup) if ask.request.handle == "alice"]
    records = asked.anonymous(LogRecords)
    assert [ask.request.after for ask in records] == [0]
    assert {ask.apart for ask in records} == {ask.apart for ask in lookups}
    days_pass(world, 3)
    carol = world.person("carol")
    asked = Asked(carol)
    carol.add("alice")
    assert not asked.anonymous(LogRecords), "they stood for a window"
