"""Which node builds epochs: the one whose beats are seen. It spares work, and guards nothing.

    nobody's ── take ──► ours ── beat, beat ──► ours
                          └── no beat seen for LEASE seconds ──► anybody's

A node that was paused may believe for a while that it still has the lease: that no two histories
come of it is kept by the epochs, each of which is written once.
Spec: docs/spec/17-cluster-state.md §5.3.
"""

from collections.abc import Callable

from doorless_server.directory.clustered.rows import BUILDER, LeaseRow
from doorless_server.store.nats.buckets import Bucket, Change, ConflictError
from doorless_server.store.nats.row import decode, encode

LEASE = 5.0
"""Seconds without a beat after which another node builds: a killed one is missed within 10."""


class Lease:
    """Args: elapsed: seconds by a clock that nobody sets; no node reads another one's."""

    def __init__(self, bucket: Bucket, node: bytes, elapsed: Callable[[], float]) -> None:
        self._bucket, self._node, self._elapsed = bucket, node, elapsed
        self._seen, self._since = -1, 0.0  # the last beat of another, and when it was first seen

    async def tend(self) -> bool:
        """Whether this node builds; with a beat where it does."""
        entry = await self._bucket.get(BUILDER)
        held = decode(LeaseRow, entry.value) if entry.value is not None else None
        if held is not None and held.node != self._node and not self._is_past(entry.revision):
            return False
        beat = held.beat + 1 if held is not None else 1
        row = encode(LeaseRow(self._node, beat))
        try:
            await self._bucket.commit([Change(BUILDER, row, entry.revision)])
        except ConflictError:
            return False
        return True

    async def release(self) -> None:
        """Another one may build at once."""
        entry = await self._bucket.get(BUILDER)
        if entry.value is not None and decode(LeaseRow, entry.value).node == self._node:
            await self._bucket.commit([Change(BUILDER, None, entry.revision)])

    def _is_past(self, beat: int) -> bool:
        """Whether this beat of another node has been the last one for long."""
        if beat != self._seen:
            self._seen, self._since = beat, self._elapsed()
        return self._elapsed() - self._since >= LEASE
