"""Reads a mailbox in order, from whichever server is near, up to what the leader has.

    direct get, many at a time ──► any replica: quick, and a moment behind at most
                   │ nothing more
                   ▼
    one message from the leader ──► nothing either: that was all
                   │ there is one: the replica was behind; it is taken, and read on behind it

A replica holds a beginning of what the leader holds, so nothing is ever skipped.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Struct

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.answers import encode_json
from doorless_server.store.nats.connection import API, Connection
from doorless_server.store.nats.errors import ApiError
from doorless_server.store.nats.names import MailNames, envelope_id_in
from doorless_server.store.nats.replies import Reply

PAGE = 256
"""Messages of one request: as many as a device is pushed."""

PAGE_BYTES = 1024 * 1024
"""Bytes of one request, beyond which the server sends one message more and no other."""

OVERHEAD = 512
"""Bytes of a message beside the envelope, at most: subject and headers."""

READS = 64
"""Pages on their way to this node, 64 MiB: half of what nats-py holds before it drops something."""

PAGE_SECONDS = 3.0
"""Until a page is asked for again, of whoever is near then: who was asked first may have died, and
nobody says so. Many syncs, and a third of what an election takes at most."""

NOT_FOUND, NO_MORE = "404", "204"

NO_MESSAGE = 10037

REQUEST, MEMBER = b"\x01", b"\x00"
"""First byte of what is stored of an envelope: whether it takes a place for requests. A receipt has
no byte at all."""


class Found(NamedTuple):
    """What lies at a place: an envelope, or with an empty `kept` the receipt of one."""

    position: int
    id: bytes
    kept: bytes

    @property
    def is_receipt(self) -> bool:
        return not self.kept

    @property
    def is_request(self) -> bool:
        return self.kept[:1] == REQUEST

    @property
    def size(self) -> int:
        """Bytes of the envelope."""
        return len(self.kept) - 1

    @property
    def envelope(self) -> bytes:
        return self.kept[1:]


class Reader:
    def __init__(self, connection: Connection, names: MailNames) -> None:
        self._connection, self._names = connection, names
        self._reads = asyncio.Semaphore(READS)

    async def read(
        self, mailbox: bytes, after: int, page: int = PAGE, size: int = PAGE_BYTES
    ) -> AsyncIterator[Found]:
        """Everything behind a position, receipts included, in order, up to what there is by now.

        Args:
            page, size: how many, and how many bytes of them, are probably wanted.

        Raises:
            UnavailableError: nobody answers, or there is no leader.
        """
        start = after + 1
        while True:
            found, more = await self._page(mailbox, start, min(page, PAGE), size)
            if not found and not more:
                newer = await self._next_at_leader(mailbox, start)
                if newer is None:
                    return
                found = [newer]
            for each in found:
                yield each
                start = each.position + 1

    async def lies_at(self, mailbox: bytes, envelope_id: bytes) -> bool:
        """Whether there is an envelope of this id, or its receipt. Raises UnavailableError."""
        question = {"last_by_subj": self._names.envelope(mailbox, envelope_id)}
        return await self._at_leader(mailbox, question) is not None

    async def _page(
        self, mailbox: bytes, start: int, page: int, size: int
    ) -> tuple[list[Found], bool]:
        """Some, as one replica knows them, and whether it knows of more, or fell silent on the way.

        Raises UnavailableError: nobody answers.
        """
        found: list[Found] = []
        more = False

        def called(reply: Reply) -> bool:
            nonlocal more
            if not reply.status:
                found.append(_found(reply))
                return False
            if reply.status not in {NOT_FOUND, NO_MORE}:
                raise ValueError(reply.status)
            more = reply.headers.get("Nats-Num-Pending", "0") != "0"
            return True

        question = {
            "seq": start,
            "next_by_subj": self._names.mailbox(mailbox),
            "batch": page,
            "max_bytes": min(size + page * OVERHEAD, PAGE_BYTES),
        }
        subject = f"{API}DIRECT.GET.{self._names.stream_of(mailbox)}"
        async with self._reads:
            try:
                await self._connection.gather(
                    subject, encode_json(question), called, patience=PAGE_SECONDS
                )
            except UnavailableError:
                if not found:
                    raise
                more = True  # what came is a beginning, and is read on behind it
        return found, more

    async def _next_at_leader(self, mailbox: bytes, start: int) -> Found | None:
        question = {"seq": start, "next_by_subj": self._names.mailbox(mailbox)}
        return await self._at_leader(mailbox, question)

    async def _at_leader(self, mailbox: bytes, question: Mapping[str, object]) -> Found | None:
        stream = self._names.stream_of(mailbox)
        try:
            said = await self._connection.ask(f"STREAM.MSG.GET.{stream}", question, of=stream)
        except ApiError as error:
            if error.number == NO_MESSAGE:
                return None
            raise
        try:
            message = msgspec.convert(said, _Got).message
            return Found(message.seq, envelope_id_in(message.subject), b64decode(message.data))
        except ValueError:
            raise UnavailableError("that is no answer of a stream") from None


class _Message(Struct):
    subject: str
    seq: int
    data: str = ""


class _Got(Struct):
    message: _Message


def _found(reply: Reply) -> Found:
    subject = reply.headers["Nats-Subject"]
    return Found(int(reply.headers["Nats-Sequence"]), envelope_id_in(subject), reply.payload)
