"""Pieces of files over a socket: in order, four at once, and with a rate of their own."""

from collections.abc import AsyncIterator
from random import Random

import pytest
from websockets.asyncio.client import ClientConnection, connect

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    read_capability,
)
from doorless_protocol.frames import (
    Answer,
    Answered,
    Call,
    Hello,
    Refusal,
    Refused,
    RelayInfo,
    Request,
    decode_from_relay,
    encode,
)
from doorless_server import connection, listener
from doorless_server.limits import MAX_OPEN_PIECES, Rate
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_800_000_000
WRITE = b"w" * 32
PIECE = bytes(MAX_PIECE_BYTES)


@pytest.fixture
async def wire() -> AsyncIterator[ClientConnection]:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW)
    async with connect(
        server.url,
        subprotocols=["doorless.1"],  # type: ignore[list-item]
        compression=None,
        close_timeout=0.2,
    ) as socket:
        await socket.recv()  # the challenge
        yield socket
    await server.close()


async def said(wire: ClientConnection, *asked: Request) -> list[Answered]:
    """All asked at once; the answers in that order."""
    for number, request in enumerate(asked):
        await wire.send(encode(Call(number, request)))
    answers = {}
    for _ in asked:
        answer = decode_from_relay(await wire.recv())  # type: ignore[arg-type]
        assert isinstance(answer, Answer)
        answers[answer.id] = answer.answered
    return [answers[number] for number in range(len(asked))]


async def test_four_pieces_at_once_are_kept_and_given_in_order(wire: ClientConnection) -> None:
    size = 4 * MAX_PIECE_BYTES
    offsets = range(0, size, MAX_PIECE_BYTES)
    kept = await said(wire, *(BlobPut(WRITE, size, at, PIECE) for at in offsets))
    assert kept == [BlobHeld(at + MAX_PIECE_BYTES) for at in offsets]
    read = read_capability(WRITE)
    assert await said(wire, *(BlobGet(read, at) for at in offsets)) == [BlobPiece(PIECE)] * 4


async def test_many_at_once_are_told_to_come_later(wire: ClientConnection) -> None:
    read = read_capability(WRITE)
    answers = await said(wire, *(BlobGet(read, 0) for _ in range(100)))
    busy = [one for one in answers if one == Refused(Refusal.BUSY, 1)]
    assert 0 < len(busy) <= 100 - MAX_OPEN_PIECES  # all but four, where all came in one read


async def test_pieces_have_a_rate_of_their_own(
    wire: ClientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PIECES", Rate(burst=2, per_second=0.1))
    read = read_capability(WRITE)
    answers = [(await said(wire, BlobGet(read, 0)))[0] for _ in range(3)]
    assert answers[:2] == [Refused(Refusal.NOT_ALLOWED, 0)] * 2
    assert isinstance(answers[2], Refused)
    assert answers[2].reason == Refusal.BUSY
    (info,) = await said(wire, Hello())
    assert isinstance(info, RelayInfo)
