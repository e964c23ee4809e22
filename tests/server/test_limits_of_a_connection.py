"""What one connection may do, to the last byte and token: the edge is allowed, one more is not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest

from doorless_protocol.frames import Answer, Answered, Call, Hello, Refusal, Refused, Submit, encode
from doorless_server import listener, switchboard
from doorless_server.connection import Connection, Timing
from doorless_server.limits import (
    CHALLENGE_LIFE,
    MAX_FRAGMENTS,
    MAX_OPEN_REQUESTS,
    REQUESTS,
    WRITE_BUFFER_BYTES,
)
from doorless_server.relay import DONE, OVERLOADED, Identity, Relay
from doorless_server.store.memory import MemoryStore
from doorless_server.switchboard import ACKNOWLEDGE_COST, Switchboard
from doorless_server.websocket import WebSocket
from relay_person import NOW, Person
from strain.raw import BINARY, CONTINUATION, FIN, ClosedError, Raw, frame

HELLO = encode(Call(1, Hello()))
SIZE = 2_048


def relay() -> Relay:
    return Relay(MemoryStore(), Identity("relay.test"), random=Random(7).randbytes)


@pytest.fixture
async def raw() -> AsyncIterator[Raw]:
    server = await listener.serve(relay(), "127.0.0.1", 0, clock=lambda: NOW)
    host, port = server.url.removeprefix("ws://").split(":")
    connection = await Raw.open((host, int(port)))
    await connection.upgraded()
    yield connection
    await connection.close()
    await server.close()


def in_pieces(message: bytes, count: int) -> bytes:
    """So many fragments, the first of which has all of it."""
    middle = frame(b"", CONTINUATION) * (count - 2)
    return frame(message, BINARY) + middle + frame(b"", FIN | CONTINUATION)


async def test_a_message_has_32_fragments_and_no_more(raw: Raw) -> None:
    raw.write(in_pieces(HELLO, MAX_FRAGMENTS))
    assert isinstance(await raw.heard(), Answer)
    raw.write(in_pieces(HELLO, MAX_FRAGMENTS + 1))
    with pytest.raises(ClosedError, match="1009"):
        await raw.heard()


class Waiting:
    """In the place of a relay: what is asked waits until `go_on`."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.submitted = 0
        self._relay = relay()

    async def handle(self, *asked: Any) -> Any:
        await self.goes_on.wait()
        return await self._relay.handle(*asked)

    async def submit(self, asked: Sequence[Submit], _now: int) -> tuple[list[Answered], list[Any]]:
        await self.goes_on.wait()
        self.submitted += len(asked)
        return [DONE] * len(asked), []


class Told:
    """In the place of a socket."""

    ended = False
    source = "192.0.2.1"

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def queue(self, _message: bytes) -> None: ...

    def flush(self) -> None: ...


class Line(Connection):
    """A connection that writes down what is answered."""

    __slots__ = ("said",)

    def __init__(self, board_of: Relay) -> None:
        socket: Any = Told()
        super().__init__(socket, Timing(), 0.0)
        self.peer = board_of.greet(NOW, bytes(32))
        self.said: list[Answered] = []

    def answer(self, _call: int, answered: Answered) -> None:
        self.said.append(answered)


@pytest.fixture
async def waiting() -> AsyncIterator[tuple[Waiting, Switchboard]]:
    held: Any = Waiting()
    board = Switchboard(held, lambda: NOW, lambda _connection: None)
    yield held, board
    held.goes_on.set()
    await board.stop()


async def test_a_connection_has_64_open_requests_and_no_more(
    waiting: tuple[Waiting, Switchboard],
) -> None:
    held, board = waiting
    line = Line(relay())
    board.receive(line, HELLO)
    await asyncio.sleep(0)  # it is being worked on, and the others wait behind it
    for _ in range(MAX_OPEN_REQUESTS):
        board.receive(line, HELLO)
    assert line.said == []
    board.receive(line, HELLO)
    assert line.said == [Refused(int(Refusal.BUSY), 1)]
    held.goes_on.set()
    await board.settle(60)
    assert len(line.said) == MAX_OPEN_REQUESTS + 2


def test_a_connection_asks_500_times_and_then_50_times_a_second() -> None:
    line = Connection(None, Timing(), 0.0)  # type: ignore[arg-type]
    assert [line.request_wait(0.0) for _ in range(500)] == [0] * 500
    assert line.request_wait(0.0) == 1
    assert [line.request_wait(1.0) for _ in range(50)] == [0] * 50
    assert line.request_wait(1.0) == 1
    assert (REQUESTS.burst, REQUESTS.per_second) == (500, 50)


def test_an_acknowledgement_costs_a_twentieth() -> None:
    line = Connection(None, Timing(), 0.0)  # type: ignore[arg-type]
    taken = 0
    while not line.request_wait(0.0, ACKNOWLEDGE_COST):
        taken += 1
    assert taken in (20 * 500 - 1, 20 * 500)  # a twentieth has no end in binary


async def test_so_many_bytes_are_on_their_way_to_the_disk_and_no_more(
    waiting: tuple[Waiting, Switchboard], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, board = waiting
    monkeypatch.setattr(switchboard, "PENDING_BYTES", 4 * SIZE)
    alice, line = Person("alice", 1), Line(relay())
    for number in range(4):
        board.receive(line, encode(Call(number, alice.envelope(number))))
    assert (line.said, board.pending_bytes) == ([], 4 * SIZE)
    board.receive(line, encode(Call(4, alice.envelope(4))))
    assert line.said == [OVERLOADED]
    await asyncio.sleep(0)  # the turn of the loop in which they are handed over
    held.goes_on.set()
    await board.settle(60)
    assert (held.submitted, board.pending_bytes) == (4, 0)
    board.receive(line, encode(Call(5, alice.envelope(4))))
    await asyncio.sleep(0)
    await board.settle(60)
    assert line.said == [OVERLOADED, *[DONE] * 5]


async def test_a_challenge_is_answered_within_30_seconds() -> None:
    assert CHALLENGE_LIFE == 30
    assert await signs_in(CHALLENGE_LIFE)
    assert not await signs_in(CHALLENGE_LIFE + 1)


async def signs_in(late: int) -> bool:
    alice, here = Person("alice", 1), relay()
    peer = here.greet(NOW, bytes(32))
    return (await here.handle(peer, alice.sign_in(peer), NOW + late)).answered == DONE


def test_a_transport_buffers_1_mib_before_nothing_more_is_read() -> None:
    bounds: list[int] = []

    class Transport:
        def set_write_buffer_limits(self, high: int) -> None:
            bounds.append(high)

        def get_extra_info(self, _name: str) -> None: ...

    class Events:
        def connected(self, _websocket: WebSocket) -> None: ...

    events: Any = Events()
    transport: Any = Transport()
    WebSocket(events).connection_made(transport)
    assert bounds == [WRITE_BUFFER_BYTES] == [1 << 20]
