"""Prekeys: at the relay before they are needed, here until they are used, and not longer."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Ask, SignedIn
from doorless_client.core.views import Notice
from doorless_client.store.records import Prekeys
from doorless_lab.world import Person, World
from doorless_protocol.frames import AddPrekeys, Answered, CommitPrekeys, PrekeyStatus
from doorless_protocol.prekey_secrets import PrekeySecrets

DAY = 86_400


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def published(person: Person) -> list[Prekeys]:
    return sorted(person.store.prekeys.find(), key=lambda row: row.created)


def pairs(row: Prekeys) -> int:
    return len(PrekeySecrets.decode(row.secrets).pairs)


def test_a_hundred_pairs_are_published_in_frames_of_at_most_32(world: World) -> None:
    (alice,) = world.people("alice")
    asked: list[AddPrekeys] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, SignedIn) and isinstance(ask.request, AddPrekeys):
            asked.append(ask.request)
        return answered

    alice.change_answer = watch
    world.now += 8 * DAY
    alice.run(alice.engine.home.maintain())
    assert [len(frame.pairs) for frame in asked] == [32, 32, 32, 4]


def test_a_used_pair_is_gone_with_the_message_it_opened(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    before = pairs(published(bob)[0])
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    assert pairs(published(bob)[0]) == before - 1


def test_a_bundle_is_replaced_after_a_week_and_forgotten_after_its_life(world: World) -> None:
    (alice,) = world.people("alice")
    first = published(alice)[0]
    world.now += 8 * DAY
    alice.run(alice.engine.home.maintain())
    assert len(published(alice)) == 2
    world.now += 70 * DAY
    world.settle()
    assert first.bundle not in [row.bundle for row in published(alice)]


def test_a_relay_short_of_pairs_gets_a_new_batch(world: World) -> None:
    (bob,) = world.people("bob")
    assert len(published(bob)) == 1
    world.take_pairs(bob, 80)
    bob.run(bob.engine.home.maintain())
    assert len(published(bob)) == 2


def test_an_upload_cut_off_before_its_end_is_begun_again(world: World) -> None:
    (alice,) = world.people("alice")
    world.now += 8 * DAY

    def cut(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, SignedIn) and isinstance(ask.request, AddPrekeys):
            raise UnreachableError("cut")
        return answered

    alice.change_answer = cut
    with pytest.raises(UnreachableError):
        alice.run(alice.engine.home.maintain())
    assert [row.published for row in published(alice)] == [True, False]
    alice.change_answer = lambda _, answered: answered
    alice.reopen()
    alice.run(alice.engine.home.maintain())
    assert [row.published for row in published(alice)] == [True, True]


def test_an_upload_whose_answer_was_lost_is_recognised(world: World) -> None:
    (alice,) = world.people("alice")
    world.now += 8 * DAY

    def cut(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, SignedIn) and isinstance(ask.request, CommitPrekeys):
            raise UnreachableError("the relay has it, and its answer never came")
        return answered

    alice.change_answer = cut
    with pytest.raises(UnreachableError):
        alice.run(alice.engine.home.maintain())
    alice.change_answer = lambda _, answered: answered
    alice.reopen()
    assert [row.published for row in published(alice)] == [True, True]


def test_signing_in_alone_uploads_nothing_where_a_bundle_is_served(world: World) -> None:
    """What an upload tells about its owner is when he was there."""
    (alice,) = world.people("alice")
    world.take_pairs(alice, 90)
    asked: list[object] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask.request)
        return answered

    alice.change_answer = watch
    alice.goes(online=True)
    assert PrekeyStatus() in asked
    assert not [request for request in asked if isinstance(request, AddPrekeys)]


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
    assert "older copy" in notice
