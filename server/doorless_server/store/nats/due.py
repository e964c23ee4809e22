"""Which keys are kept until a day only: each has an entry under that day, written with it.

Spec: docs/spec/17-cluster-state.md §3.4.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.rows import parts
from doorless_server.store.nats.transaction import Draft, transact

AT_ONCE = 200
"""Entries that one look forgets, some hundred ms of a cluster's work."""


class DueIndex:
    """Entries `<kind>.<day>.<id>`; what they point to is forgotten by `forget(draft, id)`."""

    def __init__(
        self, bucket: Bucket, kind: str, forget: Callable[[Draft, bytes, int], Awaitable[None]]
    ) -> None:
        self._bucket, self._kind, self._forget = bucket, kind, forget
        self._earliest: int | None = None  # day of which there may be entries, once looked

    async def sweep(self, day: int) -> int:
        """Forget some of what was kept until a day before `day`; 0 when nothing is left."""
        if self._earliest is None:
            self._earliest = await self._first_day(day)
        while self._earliest < day:
            if gone := await self._forget_some(self._earliest):
                return gone
            self._earliest += 1
        return 0

    async def _first_day(self, day: int) -> int:
        names = await self._bucket.keys(f"{self._kind}.>")
        return min([int(parts(name)[0]) for name in names] + [day])

    async def _forget_some(self, day: int) -> int:
        gone = 0
        for name in await self._bucket.keys(f"{self._kind}.{day}.*"):
            gone += await transact(self._bucket, partial(self._one, name))
            if gone >= AT_ONCE:
                break
        return gone

    async def _one(self, name: str, draft: Draft) -> int:
        if await draft.get(name) is None:
            return 0
        draft.delete(name)
        day, named = parts(name)
        await self._forget(draft, bytes.fromhex(named), int(day))
        return 1
