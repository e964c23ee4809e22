"""Prekeys in a cluster: a bundle is published whole, and each of its pairs is taken once.

A pair is one message, and whoever erases it has it: of two nodes that try, the cluster tells one
that it did. A node that is killed behind that has wasted a pair, and nobody gets it twice.
Spec: docs/spec/17-cluster-state.md §4.
"""

import asyncio
from typing import Self
from weakref import WeakValueDictionary

from doorless_server.store.base import Batch, Served, TakenError
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.due import DueIndex
from doorless_server.store.nats.row import decode, encode
from doorless_server.store.nats.rows import BundleRow, PairRow, generation, key, parts
from doorless_server.store.nats.transaction import Draft, transact

BUCKET = "accounts"
"""Prekeys lie with the accounts, so that a device's go with its seat, in one batch."""


class NatsPrekeys:
    """A PrekeyStore. Made by `open`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._expiring = DueIndex(bucket, "expiring", _expire)
        self._turns = WeakValueDictionary[bytes, asyncio.Lock]()  # by device

    @classmethod
    async def open(cls, connection: Connection, prefix: str, replicas: int) -> Self:
        """Errors as of `Bucket.open`."""
        return cls(await Bucket.open(connection, prefix, BUCKET, replicas))

    async def publish(self, device: bytes, batch: Batch) -> None:
        row = BundleRow(batch.bundle, batch.hash, batch.expires, batch.keys)

        async def work(draft: Draft) -> None:
            held = await draft.get(key("bundle", device))
            if held is not None and decode(BundleRow, held).hash == batch.hash:
                return  # it is served: its pairs that were taken must not come back
            owners = await draft.get_all([key("served", digest) for digest in batch.keys])
            if any(owner not in (None, device) for owner in owners):
                raise TakenError("a prekey")
            await forget_prekeys(draft, device)
            draft.put(key("bundle", device), encode(row))
            draft.put(key("expiring", batch.expires, device), b"\x01")
            for digest in batch.keys:
                draft.put(key("served", digest), device)
            for place, pair in enumerate(batch.pairs):
                value = encode(PairRow(pair.index, pair.pair, pair.path))
                draft.put(key("pair", device, generation(batch.hash), place), value)

        await erase_spent(self._bucket, key("spent", device) + ".*")  # left by who was killed
        await transact(self._bucket, work)
        await erase_spent(self._bucket, key("spent", device) + ".*")

    async def prekeys_left(self, device: bytes) -> tuple[bytes, int] | None:
        held = await self._held(device)
        if held is None:
            return None
        return held.hash, len(await self._bucket.keys(_pairs(device, held.hash)))

    async def take_prekeys(self, device: bytes, day: int, *, one_time: bool) -> Served | None:
        held = await self._held(device)
        if held is None or held.expires < day:
            return None
        if not one_time:
            return Served(held.bundle, None)
        async with self._turns.setdefault(device, asyncio.Lock()):  # each asks for the oldest
            taken = await self._take(_pairs(device, held.hash))
        return Served(held.bundle, taken.one_time if taken else None)

    async def sweep(self, day: int) -> int:
        """Forget some of what has expired; 0 when nothing is left."""
        gone = await self._expiring.sweep(day)
        return gone + await erase_spent(self._bucket, "spent.>")

    async def _held(self, device: bytes) -> BundleRow | None:
        entry = await self._bucket.get(key("bundle", device))
        return None if entry.value is None else decode(BundleRow, entry.value)

    async def _take(self, pairs: str) -> PairRow | None:
        """The oldest pair, which is nobody's from now on."""
        after = 0
        while found := await self._bucket.first(pairs, after):
            value, after = found.entry.value, found.entry.revision
            if value is not None and await self._bucket.remove(after):
                return decode(PairRow, value)
        return None


async def forget_prekeys(draft: Draft, device: bytes) -> None:
    """Have nothing of the device served any more; what is left of it is for `erase_spent`."""
    value = await draft.get(key("bundle", device))
    if value is None:
        return
    held = decode(BundleRow, value)
    names = [key("served", digest) for digest in held.keys]
    for name, owner in zip(names, await draft.get_all(names), strict=True):
        if owner == device:
            draft.delete(name)
    await draft.get(key("expiring", held.expires, device))
    draft.delete(key("expiring", held.expires, device))
    draft.delete(key("bundle", device))
    draft.put(key("spent", device, generation(held.hash)), b"\x01")


async def erase_spent(bucket: Bucket, pattern: str) -> int:
    """Erase the pairs of bundles that are not served any more; return of how many."""
    gone = 0
    for name in await bucket.keys(pattern):
        device, made = parts(name)
        await bucket.purge(f"pair.{device}.{made}.*")
        await bucket.purge(name)
        gone += 1
    return gone


def _pairs(device: bytes, bundle_hash: bytes) -> str:
    return key("pair", device, generation(bundle_hash)) + ".*"


async def _expire(draft: Draft, device: bytes, day: int) -> None:
    """Unless it serves a newer one by now."""
    value = await draft.get(key("bundle", device))
    if value is not None and decode(BundleRow, value).expires == day:
        await forget_prekeys(draft, device)
