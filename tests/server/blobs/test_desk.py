"""What the relay answers about sealed files, and how little it tells."""

import pytest

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobDrop,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    BlobStatus,
    read_capability,
)
from doorless_protocol.frames import Done, Refusal, Refused
from doorless_server.blobs import desk
from doorless_server.blobs.base import BlobStore
from doorless_server.blobs.desk import BlobDesk
from doorless_server.limits import DAY, Rate

NOW = 20_000 * DAY
WRITE, OTHER = b"w" * 32, b"o" * 32
READ = read_capability(WRITE)
PIECE = bytes(MAX_PIECE_BYTES)
NOT_ALLOWED = Refused(Refusal.NOT_ALLOWED, 0)


@pytest.fixture
def relay(blobs: BlobStore) -> BlobDesk:
    return BlobDesk(blobs)


async def test_an_upload_goes_on_where_it_stopped(relay: BlobDesk) -> None:
    size = MAX_PIECE_BYTES + 5

    async def ask(request: desk.BlobRequest) -> object:
        return await relay.answer(request, NOW, "1.2.3.4")

    assert await ask(BlobStatus(WRITE)) == NOT_ALLOWED
    assert await ask(BlobPut(WRITE, size, MAX_PIECE_BYTES, b"later")) == BlobHeld(0)
    assert await ask(BlobPut(WRITE, size, 0, PIECE)) == BlobHeld(MAX_PIECE_BYTES)
    assert await ask(BlobPut(WRITE, size, 0, PIECE)) == BlobHeld(MAX_PIECE_BYTES)
    assert await ask(BlobStatus(WRITE)) == BlobHeld(MAX_PIECE_BYTES)
    assert await ask(BlobGet(READ, 0)) == NOT_ALLOWED
    assert await ask(BlobPut(WRITE, size, MAX_PIECE_BYTES, b"later")) == BlobHeld(size)
    assert await ask(BlobGet(READ, MAX_PIECE_BYTES)) == BlobPiece(b"later")
    assert await ask(BlobGet(READ, 2 * MAX_PIECE_BYTES)) == BlobPiece(b"")
    assert await ask(BlobDrop(WRITE)) == Done()
    assert await ask(BlobDrop(WRITE)) == Done()
    assert await ask(BlobGet(READ, 0)) == NOT_ALLOWED


@pytest.mark.parametrize(
    "wrong",
    [
        BlobPut(WRITE, 0, 0, b"a"),
        BlobPut(WRITE, 2, 0, b"a"),
        BlobPut(WRITE, 1, 1, b"a"),
        BlobPut(WRITE, MAX_PIECE_BYTES + 9, 9, PIECE),
        BlobPut(WRITE, MAX_PIECE_BYTES, 0, b"a"),
        BlobPut(WRITE, 2**32 - 1, 2**32 - 2, b"a"),
        BlobGet(READ, 1),
    ],
)
async def test_what_is_no_piece_is_malformed(relay: BlobDesk, wrong: desk.BlobRequest) -> None:
    assert await relay.answer(wrong, NOW, "") == Refused(Refusal.MALFORMED, 0)


async def test_another_size_than_the_first_piece_said_is_malformed(relay: BlobDesk) -> None:
    await relay.answer(BlobPut(WRITE, 2 * MAX_PIECE_BYTES, 0, PIECE), NOW, "")
    other = BlobPut(WRITE, 3 * MAX_PIECE_BYTES, MAX_PIECE_BYTES, PIECE)
    assert await relay.answer(other, NOW, "") == Refused(Refusal.MALFORMED, 0)


async def test_a_file_that_is_too_large_and_one_without_room_are_told_apart(
    relay: BlobDesk,
) -> None:
    huge = BlobPut(WRITE, desk.MAX_BLOB + 1, 0, PIECE)
    assert await relay.answer(huge, NOW, "") == Refused(Refusal.TOO_LARGE, 0)
    large = BlobPut(WRITE, 700_000, 0, PIECE)
    assert await relay.answer(large, NOW, "") == Refused(Refusal.FULL, desk.FULL_RETRY)


async def test_an_address_begins_so_many_bytes_and_others_are_not_held_up(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "BEGUN", Rate(burst=150_000, per_second=1))
    relay = BlobDesk(blobs)
    first, second = BlobPut(WRITE, 100_000, 0, PIECE), BlobPut(OTHER, 100_000, 0, PIECE)
    assert await relay.answer(first, NOW, "a") == BlobHeld(MAX_PIECE_BYTES)
    assert await relay.answer(second, NOW, "a") == Refused(Refusal.FULL, 50_001)
    rest = BlobPut(WRITE, 100_000, MAX_PIECE_BYTES, bytes(100_000 - MAX_PIECE_BYTES))
    assert await relay.answer(rest, NOW, "a") == BlobHeld(100_000)
    assert await relay.answer(second, NOW, "b") == BlobHeld(MAX_PIECE_BYTES)


async def test_an_address_reads_so_many_bytes_a_second(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "READ", Rate(burst=MAX_PIECE_BYTES, per_second=1000))
    relay = BlobDesk(blobs)
    await relay.answer(BlobPut(WRITE, MAX_PIECE_BYTES, 0, PIECE), NOW, "")
    assert await relay.answer(BlobGet(READ, 0), NOW, "a") == BlobPiece(PIECE)
    assert await relay.answer(BlobGet(READ, 0), NOW, "a") == Refused(Refusal.BUSY, 66)
    assert await relay.answer(BlobGet(READ, 0), NOW, "b") == BlobPiece(PIECE)


async def test_what_is_over_is_swept(relay: BlobDesk) -> None:
    await relay.answer(BlobPut(WRITE, 1, 0, b"a"), NOW, "")
    assert await relay.sweep(NOW) == 0
    assert await relay.sweep(NOW + 31 * DAY) > 0
    assert await relay.answer(BlobStatus(WRITE), NOW, "") == NOT_ALLOWED
