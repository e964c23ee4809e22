"""S28: somebody sends a large message to very many at once. He pays for each copy, nobody else."""

from collections.abc import AsyncIterator
from random import Random
from time import monotonic
from typing import Any

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Call, Done, Refusal, Refused, Submit, decode_call, encode
from doorless_protocol.frames import delivery_token_hash as hash_of
from doorless_protocol.sizes import SIZE_CLASSES
from doorless_server import limits, listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Listing, Seat
from doorless_server.store.memory import MemoryStore
from relay_person import NOW
from served import ask, talking

DEVICES = 256
TOKEN = bytes(16)
LARGEST = bytes(SIZE_CLASSES[-1])
UNITS = SIZE_CLASSES[-1] // SIZE_CLASSES[0]
AT_ONCE = int(limits.SUBMITS.burst) // UNITS
"""Copies that one connection may bring before it waits."""


def box(number: int) -> bytes:
    return number.to_bytes(16)


def copy_for(number: int, envelope: bytes = LARGEST) -> Submit:
    return Submit(box(number), TOKEN, box(number), envelope)


@pytest.fixture
async def server() -> AsyncIterator[listener.Listener]:
    """A relay on which a group of so many devices lives."""
    store = MemoryStore()
    seats = tuple(Seat(b"account", box(n), box(n), b"key") for n in range(DEVICES))
    await store.create("group", Listing(1, b"h", b"p", b"", b"", seats, ()), hash_of(TOKEN), 1)
    core = Relay(store, Identity("relay.test"), random=Random(28).randbytes)
    serving = await listener.serve(core, "127.0.0.1", 0, clock=lambda: NOW)
    yield serving
    await serving.close()


def one_unit(self: Any, now: float, _units: float) -> int:
    """Every envelope costs as much as the smallest."""
    return int(self.submits.take(now, 1)) if self.submits else 0


@pytest.mark.attack(
    "S28",
    "a large message to very many is charged to who sends it, copy by copy; others send meanwhile",
    weaken={"doorless_server.connection.Connection.submit_wait": one_unit},
)
async def test_every_copy_is_charged_to_its_sender(server: listener.Listener, record: Any) -> None:
    async with talking(server.url) as sender, talking(server.url) as somebody:
        since = monotonic()
        answers = [await ask(sender, copy_for(number)) for number in range(DEVICES)]
        grown_back = (monotonic() - since) * limits.SUBMITS.per_second / UNITS
        taken = answers.count(Done())
        refused = [each for each in answers if each != Done()]
        assert taken <= AT_ONCE + grown_back + 1
        assert all(isinstance(each, Refused) and each.reason == Refusal.BUSY for each in refused)
        assert await ask(somebody, copy_for(DEVICES - 1, bytes(2048))) == Done()
    assert answers[:AT_ONCE] == [Done()] * AT_ONCE
    record("S28", "copies of 64 KiB taken at once of one sender", taken, f"of {DEVICES}")


def test_a_request_names_one_mailbox() -> None:
    """The relay multiplies nothing: what fans out is what its sender brings, copy by copy."""
    two: Any = (box(1), box(2))
    assert decode_call(encode(Call(1, copy_for(1)))).request == copy_for(1)
    with pytest.raises(MalformedError):
        decode_call(encode(Call(1, Submit(two, TOKEN, box(1), bytes(2048)))))
