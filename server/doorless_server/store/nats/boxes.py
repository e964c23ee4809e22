"""Who may put something into which mailbox: asked for every envelope, so it is remembered.

What this node changes is forgotten here at once; what others change is called over the cluster,
and where a call is lost, remembered for REMEMBERED_SECONDS at most. Mailboxes that there are not
are remembered like those that there are: the time of an answer tells nothing.
Spec: docs/spec/17-cluster-state.md §3.3.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Self

from doorless_server.store.admission import Box
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.rows import BoxRow, decode, key

MAX_REMEMBERED = 100_000
"""Mailboxes, about 40 MB; the one used longest ago goes first."""

MAILBOX_SIZE = 16


class BoxCache:
    """Made by `open`."""

    def __init__(self, bucket: Bucket, connection: Connection, subject: str) -> None:
        self._bucket, self._connection, self._subject = bucket, connection, subject
        self._known: OrderedDict[bytes, Box | None] = OrderedDict()
        self._turn = 0  # counts what was forgotten, so that nothing older is remembered after it

    @classmethod
    async def open(cls, bucket: Bucket, connection: Connection, prefix: str) -> Self:
        cache = cls(bucket, connection, f"{prefix}.boxes")
        await connection.subscribe(cache._subject, cache._heard)
        return cache

    async def find(self, mailbox: bytes) -> Box | None:
        """None where there is no such mailbox. The Box is the caller's to count in."""
        if mailbox in self._known:
            self._known.move_to_end(mailbox)
            return _copied(self._known[mailbox])
        turn = self._turn
        found = await self._bucket.get(key("mailbox", mailbox))
        box = _box(decode(BoxRow, found.value)) if found.value is not None else None
        if turn == self._turn:
            self._known[mailbox] = box
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
