"""What people tell each other: that something arrived, that it was read, that one writes."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from doorless_client.core import reading
from doorless_client.core.settings import Settings
from doorless_client.core.views import State
from doorless_client.store.receipt_records import ReceiptDue
from doorless_lab.world import Person, World


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def states(person: Person, whom: str) -> list[State]:
    return [message.state for message in person.messages(whom)]


def test_typing_is_off_until_it_is_switched_on(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.engine.set_typing(alice.chat("bob").conversation, active=True)
    world.settle()
    assert not bob.chat("alice").typing
    alice.engine.change_settings(Settings(typing=True))
    alice.engine.set_typing(alice.chat("bob").conversation, active=True)
    world.settle()
    assert not bob.chat("alice").typing  # he does not say it of himself
    bob.engine.change_settings(Settings(typing=True))
    world.advance(6)
    alice.engine.set_typing(alice.chat("bob").conversation, active=True)
    world.settle()
    assert bob.chat("alice").typing
    world.advance(30)
    assert not bob.chat("alice").typing


def test_read_receipts_are_off_until_they_are_switched_on(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.engine.mark_read(bob.chat("alice").conversation)
    world.advance(10)
    assert states(alice, "bob") == [State.DELIVERED]
    bob.engine.change_settings(Settings(read_receipts=True))
    for reads in (False, True):  # who does not say that they read is not told that others did
        alice.engine.change_settings(Settings(read_receipts=reads))
        alice.says("bob", "and now?")
        world.settle()
        bob.engine.mark_read(bob.chat("alice").conversation)
        world.advance(10)
    assert states(alice, "bob") == [State.DELIVERED, State.DELIVERED, State.READ]


def test_a_state_never_goes_back(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.engine.change_settings(Settings(read_receipts=True))
    bob.engine.change_settings(Settings(read_receipts=True, receipt_delay=(0.0, 0.0)))
    message = alice.says("bob", "read me")
    world.settle()
    bob.engine.mark_read(bob.chat("alice").conversation)
    world.advance(1)
    contact = bob.store.contacts.find()[0]
    with bob.store.transaction():
        bob.store.receipts_due.put(
            ReceiptDue(0, contact.conversation, False, world.now, message.id)
        )
    world.advance(1)
    assert states(alice, "bob")[-1] is State.READ


def test_much_is_marked_as_read_in_steps_that_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP", 2)
    alice, bob = world.friends("alice", "bob")
    for person in (alice, bob):
        person.engine.change_settings(Settings(read_receipts=True))
    for number in range(5):
        alice.says("bob", str(number))
    world.settle()
    key, left = bob.chat("alice").conversation, [bob.chat("alice").unread]
    while bob.engine.mark_read(key):
        left.append(bob.chat("alice").unread)
    assert bob.chat("alice").unread == 0
    assert len(left) > 1
    assert all(0 <= before - after <= 2 for before, after in pairwise(left))
    world.advance(10)
    assert set(states(alice, "bob")[-5:]) == {State.READ}
