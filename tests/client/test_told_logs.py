"""A log that a device was told of, by a link or by its primary, is not taken away or exchanged."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from doorless_client.core import log_lookup
from doorless_client.core.api import LogProofError
from doorless_client.core.checked import is_checked
from doorless_client.core.effects import Ask
from doorless_client.core.log_lookup import LogLookups
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Found, Hello, Lookup, RelayInfo
from doorless_protocol.log.config import LogKeys, hash_without_log, origin_of
from logged import Asked, alarm, alarms, says_there_is_none, told_of_none, without_proof


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


def without_log(_: Ask, answered: Answered) -> Answered:
    """The relay keeps the hash that links carry, and shows nothing of the log behind it."""
    if isinstance(answered, RelayInfo):
        return msgspec.structs.replace(answered, config=b"", log_keys=())
    return (
        msgspec.structs.replace(answered, proof=None) if isinstance(answered, Found) else answered
    )


def told_by_a_link(world: World) -> Callable[[], object]:
    alice, bob = world.people("alice", "bob")
    invite = alice.engine.invite()
    with bob.engine.state.change():
        bob.store.logs.clear()  # as one who is at another relay, and never met this one
    bob.change_answer = without_log
    return lambda: bob.run(bob.engine.add(invite))


def test_a_log_that_a_link_tells_of_has_to_be_shown(world: World) -> None:
    add = told_by_a_link(world)
    with pytest.raises(LogProofError, match="names a key log"):
        add()


def test_without_that_rule_nobody_would_ask_for_proofs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_lookup, "check_keeps_log", lambda _: None)
    monkeypatch.setattr(log_lookup, "check_told", lambda *_: None)
    told_by_a_link(world)()


def another_log(world: World) -> RelayInfo:
    config = LogKeys.from_seed(origin_of(RELAY), world.random(96)).config()
    return RelayInfo(RELAY, (), config.hash, 1000, 20, config.encode())


def linked(world: World) -> Person:
    laptop = link(world.person("alice"), "laptop")
    assert laptop.engine.state.own.config
    laptop.store.logs.clear()  # before it met the relay's log
    return laptop


def test_a_linked_device_follows_the_log_that_its_primary_told_it_of(world: World) -> None:
    laptop = linked(world)
    meet = LogLookups(laptop.engine.state).meet
    none = RelayInfo(RELAY, (), hash_without_log(RELAY), 1000, 20)
    for info in (another_log(world), none):
        with pytest.raises(LogProofError):
            meet(RELAY, info)
        assert laptop.store.logs.get(RELAY) is None
    assert alarms(laptop) == ["config"]


def test_without_that_rule_it_would_take_the_first_that_it_is_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = linked(world)
    monkeypatch.setattr(log_lookup, "check_told", lambda *_: None)
    assert LogLookups(laptop.engine.state).meet(RELAY, another_log(world)) is not None


def test_a_relay_that_had_no_log_may_begin_one(world: World) -> None:
    laptop = linked(world)
    own = msgspec.structs.replace(laptop.engine.state.own, config=hash_without_log(RELAY))
    with laptop.engine.state.change():
        laptop.store.own.put(own)
    assert LogLookups(laptop.engine.state).meet(RELAY, another_log(world)) is not None


# --- at a first meeting, without a link -----------------------------------------------------------


ELSEWHERE = "alice@elsewhere.test"
"""By another name for the same relay: one that Bob never met."""


def never_met(world: World) -> Person:
    _alice, bob = world.people("alice", "bob")
    return bob


@pytest.mark.parametrize("lie", [without_proof, without_log])
def test_an_answer_without_a_proof_is_no_sign_that_there_is_no_log(
    world: World, lie: Callable[[Ask, Answered], Answered]
) -> None:
    bob = never_met(world)
    bob.change_answer = lie
    with pytest.raises(LogProofError):
        bob.add(ELSEWHERE)
    assert len(bob.store.contacts.find()) == 0


def test_a_relay_that_says_that_it_keeps_none_is_asked_once_and_shown_so(world: World) -> None:
    bob = never_met(world)
    bob.change_answer = says_there_is_none
    asked = Asked(bob)
    alice = bob.add(ELSEWHERE)
    assert len(asked.anonymous(Hello)) == 1
    assert not bob.engine.details(alice.conversation).checked
    bob.run(bob.engine._contacts.refresh(alice.conversation))
    world.now += 3_600
    bob.run(bob.engine._contacts.refresh(alice.conversation))
    assert len(asked.anonymous(Hello)) == 1
    assert len(asked.anonymous(Lookup)) == 2


def test_one_that_begins_a_log_later_is_held_to_it(world: World) -> None:
    bob = never_met(world)
    bob.change_answer = says_there_is_none
    alice = bob.add(ELSEWHERE)
    bob.change_answer = lambda _, answered: answered
    world.now += 3_600
    bob.run(bob.engine._contacts.refresh(alice.conversation))
    assert bob.engine.details(alice.conversation).checked
    bob.change_answer = says_there_is_none
    world.now += 3_600
    with pytest.raises(LogProofError):
        bob.run(bob.engine._contacts.refresh(alice.conversation))


def test_nobody_is_checked_by_a_relay_that_was_never_asked(world: World) -> None:
    bob = never_met(world)
    bob.change_answer = says_there_is_none
    bob.add(ELSEWHERE)
    contact = bob._contact("alice")
    assert is_checked(bob.store, contact, RELAY)  # it said that there is nothing to ask
    assert not is_checked(bob.store, msgspec.structs.replace(contact, relay="other.test"), RELAY)


def test_whose_relay_keeps_its_log_from_them_is_told_by_a_contact(world: World) -> None:
    alice, bob = told_of_none(world)
    assert bob.engine.log_status().size == 0
    alice.says("bob", "hello")
    world.settle()
    assert alarms(bob) == ["other log"]
    assert "if it was told of any" in alarm(bob, "other log").happened
    world.advance(60)  # the signed anchor comes, and there is nothing to hold it against
    assert alarms(bob) == ["other log"]
    assert all(row.bundle == b"" for row in bob.store.log_gossip.find())
    assert alarms(alice) == []


def test_a_log_that_was_begun_since_the_last_look_is_no_lie(world: World) -> None:
    alice, bob = told_of_none(world)
    world.now += 3_600  # and in this hour the relay began one
    bob.change_answer = lambda _, answered: answered
    alice.says("bob", "hello")
    world.settle()
    assert alarms(bob) == []
    bob.says("alice", "hello")
    world.settle()
    assert bob.engine.details(bob.chat("alice").conversation).checked
    assert alarms(bob) == []
