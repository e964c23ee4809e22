"""Sealed files in a cluster: a stream of their own, which every node reads and writes.

    file.A      FileRow                piece.A.LIFE.PLACE   64 KiB at most
    ends.DAY.A  the last day           left.A.LIFE          pieces that are to be erased
    taken       bytes of all files

A file's life is drawn when it begins, so that what is erased late is never of the file that came
to the same address after it. Spec: docs/spec/17-cluster-state.md §6.
"""

from typing import Self

from msgspec import Struct, msgpack, structs

from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_server.blobs.base import BEGUN_DAYS, MAX_TOTAL, WHOLE_DAYS, Held, check_room
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.due import DueIndex
from doorless_server.store.nats.rows import key, parts
from doorless_server.store.nats.transaction import Draft, transact

BUCKET = "blobs"

TAKEN = "taken"


class FileRow(Struct, frozen=True, array_like=True):
    size: int
    received: int
    expires: int
    life: int


class NatsBlobs:
    """A BlobStore. Made by `open`."""

    def __init__(self, bucket: Bucket, total: int) -> None:
        self._bucket, self._total = bucket, total
        self._ending = DueIndex(bucket, "ends", _end)

    @classmethod
    async def open(
        cls, connection: Connection, prefix: str, replicas: int, total: int = MAX_TOTAL
    ) -> Self:
        """Errors as of `Bucket.open`. Args: total: bytes of all files."""
        return cls(await Bucket.open(connection, prefix, BUCKET, replicas), total)

    async def begin(self, address: bytes, size: int, day: int) -> None:
        async def work(draft: Draft) -> None:
            held = await _file(draft, address)
            if held is not None and day <= held.expires:
                return
            if held is not None:
                await _forget(draft, address, held)
            taken = await _taken(draft)
            check_room(taken, size, self._total)
            row = FileRow(size, 0, day + BEGUN_DAYS, draft.revision(TAKEN))
            draft.put(TAKEN, b"%d" % (taken + size))
            await _put(draft, address, row)

        await transact(self._bucket, work)

    async def add(self, address: bytes, place: int, piece: bytes, day: int) -> int:
        async def work(draft: Draft) -> int:
            held = await _file(draft, address)
            if held is None or day > held.expires:
                return 0
            if place * MAX_PIECE_BYTES != held.received or held.received >= held.size:
                return held.received
            received = held.received + len(piece)
            expires = day + WHOLE_DAYS if received == held.size else held.expires
            if expires != held.expires:
                await _forget_day(draft, address, held)
            await _put(draft, address, structs.replace(held, received=received, expires=expires))
            draft.put(key("piece", address, held.life, place), piece)
            return received

        return await transact(self._bucket, work)

    async def held(self, address: bytes, day: int) -> Held | None:
        row = await self._at(address, day)
        return None if row is None else Held(row.received, row.size)

    async def read(self, address: bytes, place: int, day: int) -> bytes | None:
        row = await self._at(address, day)
        if row is None or row.received < row.size:
            return None
        return (await self._bucket.get(key("piece", address, row.life, place))).value or b""

    async def drop(self, address: bytes) -> None:
        async def work(draft: Draft) -> None:
            held = await _file(draft, address)
            if held is not None:
                await _forget(draft, address, held)

        await transact(self._bucket, work)
        await self._erase(key("left", address) + ".*")

    async def sweep(self, day: int) -> int:
        """Also what another node left that was killed."""
        return await self._ending.sweep(day) + await self._erase("left.>")

    async def close(self) -> None:
        """The connection is the store's."""

    async def _at(self, address: bytes, day: int) -> FileRow | None:
        entry = await self._bucket.get(key("file", address))
        row = None if entry.value is None else msgpack.decode(entry.value, type=FileRow)
        return row if row is not None and day <= row.expires else None

    async def _erase(self, pattern: str) -> int:
        """Erase the pieces of files that are not there any more; return of how many."""
        names = await self._bucket.keys(pattern)
        for name in names:
            address, life = parts(name)
            await self._bucket.purge(f"piece.{address}.{life}.*")
            await self._bucket.purge(name)
        return len(names)


async def _file(draft: Draft, address: bytes) -> FileRow | None:
    value = await draft.get(key("file", address))
    return None if value is None else msgpack.decode(value, type=FileRow)


async def _taken(draft: Draft) -> int:
    return int(await draft.get(TAKEN) or 0)


async def _put(draft: Draft, address: bytes, row: FileRow) -> None:
    draft.put(key("file", address), msgpack.encode(row))
    draft.put(key("ends", row.expires, address), b"\x01")


async def _forget(draft: Draft, address: bytes, row: FileRow) -> None:
    """Give its room back; its pieces go later."""
    draft.put(TAKEN, b"%d" % (await _taken(draft) - row.size))
    draft.delete(key("file", address))
    draft.put(key("left", address, row.life), b"\x01")
    await _forget_day(draft, address, row)


async def _forget_day(draft: Draft, address: bytes, row: FileRow) -> None:
    await draft.get(key("ends", row.expires, address))
    draft.delete(key("ends", row.expires, address))


async def _end(draft: Draft, address: bytes, day: int) -> None:
    """Unless it is kept longer by now."""
    held = await _file(draft, address)
    if held is not None and held.expires == day:
        await _forget(draft, address, held)
