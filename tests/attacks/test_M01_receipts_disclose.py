"""M01: receipts answer messages, and who is answered is who wrote. A relay that counts sees it.

What is true of ours: with receipts off nothing answers a message, and the statistics find nobody.
With receipts on, batches and delays of seconds hide which message is answered, and not who wrote
it: that limit is measured here as well, since docs/explanation/what-the-relay-knows.md states it.
"""

from random import Random as Seeded

import pytest

from disclosure import USERS, Talk, found, found_by_counting
from doorless_client.core.outbox import Outbox
from doorless_client.core.settings import Settings
from doorless_lab.world import World
from doorless_protocol.sizes import SIZE_CLASSES

MESSAGES = 50
ANSWERS_WITHIN = (0.0, 4.0)
"""Seconds: the least and the longest that a receipt waits, and the step of the clock below."""


def talk(settings: Settings, messages: int = MESSAGES) -> Talk:
    """Alice writes, Bob's device hears and the person says nothing: as the relay has it."""
    sent: list[float] = []
    answered: list[float] = []
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(60)
        bob.engine.change_settings(settings)
        world.advance(60)
        hers = alice.engine.state.keys.mailbox
        for number in range(messages):
            alice.says("bob", f"message {number}")
            sent.append(world.now)
            for _ in range(5):
                before = len(world.submitted)
                world.settle()
                answered += [world.now for one in world.submitted[before:] if one.mailbox == hers]
                world.now += 1
            world.now += 60
    return Talk(tuple(sent), tuple(answered))


@pytest.mark.attack(
    "M01",
    "with receipts off, 50 messages among 1,000 users find the sender no more often than "
    "chance and 5 points",
    weaken={"doorless_client.core.settings.load": lambda _store: Settings()},
)
def test_without_receipts_nothing_answers_a_message() -> None:
    off = talk(Settings(delivery_receipts=False))
    assert found(off, ANSWERS_WITHIN, Seeded(1)) <= 1 / USERS + 0.05
    assert off.answered == ()


def test_receipts_of_the_defaults_tell_who_wrote() -> None:
    """The limit: seconds do not hide it, from the third message on. Minutes would not, either."""
    assert Settings().receipt_delay == (1.0, 3.0)
    assert found(talk(Settings(), 3), ANSWERS_WITHIN, Seeded(2)) > 0.9
    wait = (60.0, 600.0)
    dice, times = Seeded(3), tuple(3600.0 * n for n in range(MESSAGES))
    slow = Talk(times, tuple(at + dice.uniform(*wait) for at in times))
    assert found(slow, wait, dice, trials=10) > 0.9


def test_receipts_that_wait_would_have_to_wait_for_half_a_day() -> None:
    """What a delay would cost: docs/adr/0057. A receipt of half a day tells nobody anything."""
    goal, dice = 1 / USERS + 0.05, Seeded(4)
    assert found_by_counting(MESSAGES, 600, dice) > 0.99
    assert found_by_counting(MESSAGES, 3_600, dice) > 0.9
    assert found_by_counting(MESSAGES, 4 * 3_600, dice) > goal
    assert found_by_counting(MESSAGES, 12 * 3_600, dice) < goal


def at_once(self: Outbox, *_args: object, **_named: object) -> float:
    return self._state.clock()


@pytest.mark.attack(
    "M01",
    "20 messages of one second are answered by one receipt, a second or more later, "
    "in an envelope of a text's size",
    weaken={"doorless_client.core.receipts.Receipts._due": at_once},
)
def test_a_receipt_does_not_tell_which_message_it_answers() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(60)
        boxes = alice.engine.state.keys.mailbox, bob.engine.state.keys.mailbox
        texts = len(world.submitted)
        for number in range(20):
            alice.says("bob", f"{number}")
            world.advance(0.05)
        said = world.submitted[texts:]
        assert {one.mailbox for one in said} == {boxes[1]}, "answered within the second"
        world.advance(3)
        (receipt,) = world.submitted[texts + len(said) :]
        assert receipt.mailbox == boxes[0]
        assert len(receipt.envelope) == SIZE_CLASSES[0] == max(len(one.envelope) for one in said)


@pytest.mark.attack(
    "M01",
    "that one read is told nobody by default",
    weaken={"doorless_client.core.settings.load": lambda _store: Settings(read_receipts=True)},
)
def test_reading_is_not_told_by_default() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "read this")
        world.advance(60)
        before = len(world.submitted)
        bob.engine.mark_read(bob.chat("alice").conversation)
        assert bob.chat("alice").unread == 0
        world.advance(60)
        assert len(world.submitted) == before
