"""Prekeys: at the relay before they are needed, here until they are used, and not longer."""

from collections.abc import Iterator
from typing import TypeVar

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Ask, SignedIn
from doorless_client.core.views import Notice
from doorless_client.store.records import Prekeys
from doorless_lab.world import Person, World
from doorless_protocol.frames import (
    AddPrekeys,
    Answered,
    CommitPrekeys,
    PrekeysHeld,
    PrekeyStatus,
)
from doorless_protocol.prekey_secrets import PrekeySecrets

DAY = 86_400
NONE = PrekeysHeld(bytes(32), 0)

T = TypeVar("T")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def published(person: Person) -> list[Prekeys]:
    return sorted(person.store.prekeys.find(), key=lambda row: row.drawn)


def pairs(person: Person, row: Prekeys) -> int:
    return len(person.store.one_time_prekeys.find(bundle=row.bundle))


def secrets(row: Prekeys) -> PrekeySecrets:
    return PrekeySecrets.decode(row.secrets)


def at_its_time(world: World, person: Person) -> None:
    """Be there when the time comes that was drawn."""
    world.now = max(world.now, person.engine.home.prekeys.times.at)
    person.engine.home.pass_missed()
    world.now = person.engine.home.prekeys.times.at
    person.run(person.engine.home.maintain())


def watched(person: Person, kind: type[T]) -> list[T]:
    """Requests of this kind, from now on."""
    asked: list[T] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask.request, kind):
            asked.append(ask.request)
        return answered

    person.change_answer = watch
    return asked


def cut(person: Person, at: type[object]) -> None:
    """The connection is lost before the answer to such a request comes."""

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, SignedIn) and isinstance(ask.request, at):
            raise UnreachableError("cut")
        return answered

    person.change_answer = change


def honest(_: Ask, answered: Answered) -> Answered:
    return answered


def test_a_hundred_pairs_are_published_in_frames_of_at_most_32(world: World) -> None:
    (alice,) = world.people("alice")
    asked = watched(alice, AddPrekeys)
    world.now += 8 * DAY
    at_its_time(world, alice)
    assert [len(frame.pairs) for frame in asked] == [32, 32, 32, 4]


def test_a_used_pair_is_gone_with_the_message_it_opened(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    before = pairs(bob, published(bob)[0])
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    assert pairs(bob, published(bob)[0]) == before - 1


def test_keys_are_replaced_in_their_seventh_day_and_forgotten_after_their_life(
    world: World,
) -> None:
    (alice,) = world.people("alice")
    first = published(alice)[0]
    world.now = first.created + 6 * DAY - 12 * 3600
    alice.engine.home.pass_missed()
    at_its_time(world, alice)
    assert len(published(alice)) == 1 + (world.now >= first.created + 6 * DAY)
    world.now = first.created + 6 * DAY
    at_its_time(world, alice)
    old, new = map(secrets, published(alice))
    assert new.created < first.created + 7 * DAY
    assert new.envelope_id != old.envelope_id
    world.now = old.forget_after - 3600
    world.settle()
    assert first.bundle in [row.bundle for row in published(alice)]
    world.now = old.forget_after
    world.settle()
    assert first.bundle not in [row.bundle for row in published(alice)]
    assert pairs(alice, first) == 0


def test_a_relay_short_of_pairs_gets_another_batch_and_nothing_else(world: World) -> None:
    (bob,) = world.people("bob")
    assert len(published(bob)) == 1
    world.take_pairs(bob, 80)
    at_its_time(world, bob)
    old, new = map(secrets, published(bob))
    kept = ("created", "expires", "signed_prekey", "last_resort", "envelope", "envelope_id")
    assert [getattr(old, name) for name in kept] == [getattr(new, name) for name in kept]
    assert old.bundle_id != new.bundle_id
    assert pairs(bob, published(bob)[1]) == 100
    assert bob.run_request(PrekeyStatus()) == PrekeysHeld(new.bundle_hash, 100)


def test_an_envelope_to_either_batch_opens(world: World) -> None:
    alice, bob, carol = world.people("alice", "bob", "carol")
    alice.add("bob")
    alice.says("bob", "by the first batch")
    bob.goes(online=False)
    world.settle()
    bob.goes(online=True)
    world.take_pairs(bob, 80)
    at_its_time(world, bob)
    carol.add("bob")
    carol.says("bob", "by the second batch")
    world.settle()
    assert bob.texts("alice") == ["by the first batch"]
    assert bob.texts("carol") == ["by the second batch"]


def test_an_upload_cut_off_before_its_end_is_begun_again_with_the_same_keys(world: World) -> None:
    (alice,) = world.people("alice")
    world.now += 6 * DAY
    cut(alice, AddPrekeys)
    with pytest.raises(UnreachableError):
        at_its_time(world, alice)
    assert [row.published for row in published(alice)] == [True, False]
    alice.change_answer = honest
    alice.run(alice.engine.home.maintain())
    assert [row.published for row in published(alice)] == [True, False, True]
    _, lost, served = map(secrets, published(alice))
    assert lost.envelope_id == served.envelope_id


def test_an_upload_whose_answer_was_lost_is_recognised(world: World) -> None:
    (alice,) = world.people("alice")
    world.now += 6 * DAY
    cut(alice, CommitPrekeys)
    with pytest.raises(UnreachableError):
        at_its_time(world, alice)
    alice.change_answer = honest
    alice.reopen()
    assert [row.published for row in published(alice)] == [True, True]
    assert not [event for event in alice.shown if isinstance(event, Notice)]


def test_signing_in_alone_uploads_nothing_where_a_bundle_is_served(world: World) -> None:
    """What an upload tells about its owner is when he was there."""
    (alice,) = world.people("alice")
    world.take_pairs(alice, 90)
    asked = watched(alice, object)
    alice.goes(online=True)
    assert PrekeyStatus() in asked
    assert not [request for request in asked if isinstance(request, AddPrekeys)]


def test_who_is_rarely_there_renews_keys_of_a_week_at_a_sign_in(world: World) -> None:
    (alice,) = world.people("alice")
    created = published(alice)[0].created
    added = watched(alice, AddPrekeys)
    world.now = created + 7 * DAY - 1
    alice.goes(online=True)
    assert added == []
    world.now = created + 7 * DAY
    alice.goes(online=True)
    assert len(added) == 4


def test_two_looks_at_once_upload_once(world: World) -> None:
    (alice,) = world.people("alice")
    world.now += 8 * DAY
    keeper = alice.engine.home.prekeys
    first, second = keeper.arrive(), keeper.arrive()
    assert next(first) == SignedIn(PrekeyStatus())
    with pytest.raises(StopIteration):
        next(second)
    first.close()  # its connection was lost: the next look is free
    added = watched(alice, AddPrekeys)
    alice.run(keeper.arrive())
    assert len(added) == 4


def test_a_relay_that_says_it_has_nothing_gets_no_bundle_at_each_sign_in(world: World) -> None:
    (alice,) = world.people("alice")

    def deny(ask: Ask, answered: Answered) -> Answered:
        return NONE if isinstance(answered, PrekeysHeld) else answered

    alice.change_answer = deny
    for _ in range(5):
        world.now += 600
        alice.goes(online=True)
    assert len(published(alice)) == 1
    for _ in range(5):
        world.now += 3600
        alice.goes(online=True)
    assert len(published(alice)) == 6
    assert len({secrets(row).envelope_id for row in published(alice)}) == 1


def test_the_bundles_kept_are_bounded_and_the_newest_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.core.prekeys.MAX_BUNDLES", 3)
    (alice,) = world.people("alice")
    for _ in range(5):
        world.take_pairs(alice, 80)
        at_its_time(world, alice)
    assert len(published(alice)) == 3
    newest = published(alice)[-1]
    assert alice.run_request(PrekeyStatus()) == PrekeysHeld(newest.hash, 100)


def test_keys_that_others_may_hold_are_replaced_at_once(world: World) -> None:
    (alice,) = world.people("alice")
    alice.run(alice.engine.home.prekeys.renew())
    old, new = map(secrets, published(alice))
    assert old.envelope_id != new.envelope_id
    assert alice.run_request(PrekeyStatus()) == PrekeysHeld(new.bundle_hash, 100)
    waiting = alice.engine.home.prekeys.renew()
    next(waiting)
    with pytest.raises(BusyError):
        alice.run(alice.engine.home.prekeys.renew())


def test_keys_drawn_by_a_clock_far_ahead_are_replaced(world: World) -> None:
    """Else nobody could begin a session until that day comes."""
    world.now += 400 * DAY
    (alice,) = world.people("alice")
    world.now -= 400 * DAY
    alice.goes(online=True)
    assert published(alice)[-1].created <= world.now


def test_an_incarnation_that_moved_on_without_us_is_told(world: World) -> None:
    (alice,) = world.people("alice")
    old = alice.store.own.get(1)
    assert old is not None
    alice.reopen()
    assert not [event for event in alice.shown if isinstance(event, Notice)]
    with alice.store.transaction():
        alice.store.own.put(old)
    alice.reopen()
    (notice,) = [event.text for event in alice.shown if isinstance(event, Notice)]
    assert "another copy of this profile was used" in notice
