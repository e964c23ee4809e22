"""R19: a relay alters envelopes in many ways, and looks at what the client does then."""

import os
from collections.abc import Iterator
from random import Random as Seeded

import pytest

from doorless_client.core.effects import Ask
from doorless_client.core.receiving import Received, Receiver
from doorless_lab.world import Person, World
from doorless_protocol.content import Control
from doorless_protocol.frames import Acknowledge, Answered, Call, Deliver, Request, encode
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, SIZE_CLASSES

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
WAYS = 10_000 if EVERY_POINT else 150


class Wire:
    """What leaves Bob's device: each request with its size."""

    def __init__(self, bob: Person) -> None:
        self._bob, self.trace = bob, []
        self._ask, self._acknowledge = bob.ask, bob.acknowledge
        bob.ask = self.ask
        bob.acknowledge = self.acknowledge

    def ask(self, ask: Ask) -> Answered:
        self._note(ask.request)
        return self._ask(ask)

    def acknowledge(self, ids: list[bytes]) -> None:
        self._note(Acknowledge(tuple(ids)))
        self._acknowledge(ids)

    def _note(self, request: Request) -> None:
        self.trace.append((type(request).__name__, len(encode(Call(1, request)))))

    def after(self, world: World, envelope: bytes) -> list[tuple[str, int]]:
        """All that leaves within the next hour."""
        self.trace = []
        world.put_in_mailbox(self._bob.engine.state.keys.mailbox, envelope)
        for seconds in (0, 2, 60, 700, 3000):
            world.now += seconds
            self._bob.live()
        return self.trace


def spoilt(world: World, steady: bytes, first: bytes, opened: bytes) -> Iterator[bytes]:
    """Every part of an envelope altered, and some that never were one."""
    dice = Seeded(19)
    yield opened
    for size in SIZE_CLASSES:
        yield bytes(size)
        yield dice.randbytes(size)
        yield steady + bytes(size - len(steady))
        yield first[:size].ljust(size, b"\0")
    for place in (0, 11, 12, 83, 84, 115, 116, len(steady) - 17, len(steady) - 1):
        yield flipped(steady, place * 8)
    for place in (0, 1119, 1120, 9_000, FIRST_CONTACT_SIZE - 1):
        yield flipped(first, place * 8)
    for number in range(WAYS):
        whole = (steady, steady, first)[number % 3]
        yield flipped(whole, dice.randrange(len(whole) * 8))


def flipped(envelope: bytes, bit: int) -> bytes:
    altered = bytearray(envelope)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)


receive = Receiver.receive


def says_that_it_failed(self: Receiver, delivered: Deliver) -> Received:
    """As it is done elsewhere: an honest sender could send it again at once."""
    received = receive(self, delivered)
    if received.failure == "ForgedError":
        for contact in self._store.contacts.find():
            self._fleet._introductions._outbox.say(contact, Control())
    return received


@pytest.mark.attack(
    "R19",
    "whatever is wrong with an envelope, the same leaves a client, to the byte, within the hour",
    weaken={"doorless_client.core.receiving.Receiver.receive": says_that_it_failed},
)
def test_what_leaves_after_a_failure_does_not_tell_which() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        eve = world.person("eve")
        eve.add("bob")
        eve.says("bob", "hello")
        alice.says("bob", "a message")
        bob.goes(online=False)
        world.settle()
        (first,) = (one.envelope for one in bob.mail() if len(one.envelope) == FIRST_CONTACT_SIZE)
        (steady,) = (one.envelope for one in bob.mail() if len(one.envelope) == SIZE_CLASSES[0])
        bob.goes(online=True)
        world.advance(3000)
        wire, before, chats = Wire(bob), bob.texts("alice"), len(bob.engine.chats())
        junk = wire.after(world, bytes(SIZE_CLASSES[0]))
        assert [what for what, _ in junk] == ["Acknowledge"]
        for envelope in spoilt(world, steady, first, opened=steady):
            assert wire.after(world, envelope) == junk
        assert bob.texts("alice") == before
        assert len(bob.engine.chats()) == chats
        alice.says("bob", "an honest one")
        world.settle()
        assert bob.texts("alice")[-1] == "an honest one"
