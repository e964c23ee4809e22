"""A log that a device was told of, by a link or by its primary, is not taken away or exchanged."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from doorless_client.core import log_lookup
from doorless_client.core.api import LogProofError
from doorless_client.core.effects import Ask
from doorless_client.core.log_lookup import LogLookups
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Found, RelayInfo
from doorless_protocol.log.config import LogKeys, hash_without_log, origin_of
from logged import alarms


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
