"""Who may put something into which mailbox: asked for every envelope, so it is remembered.

What this node changes is forgotten here at once; what others change is called over the cluster,
and where a call is lost, remembered for REMEMBERED_SECONDS at most. Mailboxes that there are not
are remembered like those that there are: the time of an answer tells nothing.
Spec: docs/spec/17-cluster-state.md §3.3.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Self

from doorless_server.store.admission import Box
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.row import decode
from doorless_server.store.nats.rows import BoxRow, key

MAX_REMEMBERED = 100_000
"""Mailboxes, about 40 MB; the one used longest ago goes first."""

REMEMBERED_SECONDS = 10.0
"""For which one is remembered: a call that was lost with a server is made up for by then."""


class _Known(NamedTuple):
    box: Box | None
    until: float


class BoxCache:
    """Made by `open`."""

    def __init__(self, bucket: Bucket, connection: Connection, subject: str) -> None:
        self._bucket, self._connection, self._subject = bucket, connection, subject
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._turn = 0  # counts what was forgotten, so that nothing older is remembered after it

    @classmethod
    async def open(cls, bucket: Bucket, connection: Connection, prefix: str) -> Self:
        cache = cls(bucket, connection, f"{prefix}.boxes")
        await connection.subscribe(cache._subject, cache._heard)
        return cache

    async def find(self, mailbox: bytes) -> Box | None:
        """None where there is no such mailbox. The Box is the caller's to count in."""
        now = asyncio.get_running_loop().time()
        known = self._known.get(mailbox)
        if known is not None and now < known.until:
            self._known.move_to_end(mailbox)
            return _copied(known.box)
        turn = self._turn
        found = await self._bucket.get(key("mailbox", mailbox))
        box = _box(decode(BoxRow, found.value)) if found.value is not None else None
        if turn == self._turn:
            self._known[mailbox] = _Known(box, now + REMEMBERED_SECONDS)
            self._known.move_to_end(mailbox)
            if len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        return _copied(box)

    async def changed(self, mailboxes: Sequence[bytes]) -> None:
        """Forget these, here and on every other node."""
        for mailbox in mailboxes:
            self._heard(mailbox)
            await self._connection.publish(self._subject, mailbox)

    def forget(self) -> None:
        self._turn += 1
        self._known.clear()

    def _heard(self, mailbox: bytes) -> None:
        self._turn += 1
        self._known.pop(mailbox, None)


def _box(row: BoxRow) -> Box:
    token = row.token
    return Box(token.token_hash, token.previous_hash, token.previous_until)


def _copied(box: Box | None) -> Box | None:
    if box is None:
        return None
    return Box(box.token_hash, box.previous_hash, box.previous_until)
