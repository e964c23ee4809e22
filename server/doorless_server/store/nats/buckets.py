"""Keys and values in JetStream, several of them changed at once or not at all.

A bucket is a stream that keeps the last message of each subject, in the layout of NATS' own
key-value stores. A message's sequence is its revision. What is read here is read from the stream's
leader; what is written goes in one atomic batch, with the revision that each key must still have.
Spec: docs/spec/17-cluster-state.md §1.
"""

import asyncio
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple, Self

from doorless_server.store.base import StoreError, UnavailableError
from doorless_server.store.nats import streams
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ApiError, WrongLastError

GONE_SECONDS = 60
"""Seconds for which it stays written that a key was deleted: longer than any batch is under way."""

MAX_BATCH = 1_000
"""Messages of one atomic batch, by the server's default."""

ATTEMPTS = 3
"""Times that a batch is sent whose answer was lost: through the change of a leader."""

ELECTION_SECONDS, ELECTION_LOOK = 15.0, 0.1
"""For which a bucket's new leader is waited for, where it has to be known what was done or a node
starts; and how often the latter looks."""

_NO_MESSAGE, _NO_SEQUENCE = 10037, 10043
_EXPECTED, _BATCH, _PLACE = (
    "Nats-Expected-Last-Subject-Sequence",
    "Nats-Batch-Id",
    "Nats-Batch-Sequence",
)
_OPTIONS = {
    "max_msgs_per_subject": 1,
    "allow_direct": False,  # a follower's answer may be older than what was decided
}
_DELETED = {"KV-Operation": "DEL", "Nats-TTL": f"{GONE_SECONDS}s"}


class ConflictError(StoreError):
    """Somebody changed one of the keys meanwhile: read again, and decide again."""


class Entry(NamedTuple):
    """A key as the leader has it; `value` is None where it was deleted, or never was."""

    revision: int
    value: bytes | None
    batch: str = ""  # that wrote it


class Found(NamedTuple):
    key: str
    entry: Entry


class Change(NamedTuple):
    """What a key is to be.

    Attributes:
        value: None to delete it.
        expected: the revision that it must have now, 0 for none; None where any will do.
    """

    key: str
    value: bytes | None
    expected: int | None


NOTHING = Entry(0, None)


class Bucket:
    """Made by `open`. Everything may raise UnavailableError: not now."""

    def __init__(self, connection: Connection, stream: str, writer: int) -> None:
        self._connection, self._stream, self._writer = connection, stream, writer
        self._space = f"$KV.{stream.removeprefix('KV_')}."
        self._batches = count(1)

    @classmethod
    async def open(cls, connection: Connection, prefix: str, name: str, replicas: int) -> Self:
        """Bind to the bucket, which is made where it is missing.

        Raises:
            ClusterError: it is there, and is not what it has to be.
        """
        stream = f"KV_{prefix}-{name}"
        space = f"$KV.{prefix}-{name}."
        await streams.keep(connection, streams.Stream(stream, (f"{space}>",), _OPTIONS), replicas)
        return cls(connection, stream, await _number(connection, f"{space}writer"))

    # --- reading -----------------------------------------------------------------------------

    async def get(self, key: str) -> Entry:
        """NOTHING where there never was such a key, or not for a while."""
        found = await self._message({"last_by_subj": self._space + key})
        return found.entry if found else NOTHING

    async def get_all(self, keys: Sequence[str]) -> list[Entry]:
        return list(await asyncio.gather(*map(self.get, keys)))

    async def first(self, pattern: str, after: int = 0) -> Found | None:
        """The oldest key that fits, of those written behind revision `after`."""
        while found := await self._message(
            {"seq": after + 1, "next_by_subj": self._space + pattern}
        ):
            if found.entry.value is not None:
                return found
            after = found.entry.revision
        return None

    async def keys(self, pattern: str) -> list[str]:
        """Those that fit, deleted ones included for a while."""
        names: list[str] = []
        while True:
            asked = {"subjects_filter": self._space + pattern, "offset": len(names)}
            info = await self._ask("INFO", asked)
            subjects = info["state"].get("subjects") or {}
            names += [subject.removeprefix(self._space) for subject in subjects]
            if len(names) >= info.get("total", 0) or not subjects:
                return names

    # --- writing -----------------------------------------------------------------------------

    async def commit(self, changes: Sequence[Change]) -> None:
        """Make all of them, or none.

        Raises:
            ConflictError: one of the keys has not the revision expected.
            UnavailableError: it is not known whether they were made.
        """
        named = f"{self._writer}-{next(self._batches)}"
        for attempt in range(ATTEMPTS):
            if await self._try(changes, named, attempt):
                return
        raise UnavailableError("the cluster does not say whether it was done")

    async def remove(self, revision: int) -> bool:
        """Erase one message; False where somebody did before. One alone is ever told True."""
        with suppress(_NotThere):
            await self._ask("MSG.DELETE", {"seq": revision})
            return True
        return False

    async def purge(self, pattern: str) -> None:
        """Erase all keys that fit, and that they were."""
        await self._ask("PURGE", {"filter": self._space + pattern})

    # --- shared ------------------------------------------------------------------------------

    async def _try(self, changes: Sequence[Change], named: str, attempt: int) -> bool:
        """Whether it is done; False where nobody said, and somebody may now.

        Raises:
            ConflictError, ApiError: it is not done.
            UnavailableError: nobody says, and no leader is elected.
        """
        leaders = self._connection.leaders
        leaders.check(self._stream)
        try:
            await self._send(changes, f"{named}-{attempt}")
        except WrongLastError as error:
            if attempt and error.sequence is None:
                return False  # it is just being written, perhaps by the attempt before
            if attempt and (await self.get(changes[0].key)).batch.startswith(f"{named}-"):
                return True  # by the attempt whose answer was lost
            raise ConflictError("changed meanwhile") from None
        except ApiError:
            raise
        except UnavailableError:
            leaders.doubt(self._stream)
            await leaders.settled(self._stream, ELECTION_SECONDS)
            return False
        return True

    async def _send(self, changes: Sequence[Change], named: str) -> None:
        messages = [
            (
                self._space + change.key,
                change.value or b"",
                {_BATCH: named, _PLACE: str(place), **_headers(change)},
            )
            for place, change in enumerate(changes, 1)
        ]
        *others, (subject, value, headers) = messages
        for each in others:
            await self._connection.publish(*each)
        await self._connection.store(subject, value, {**headers, "Nats-Batch-Commit": "1"})

    async def _message(self, asked: Mapping[str, object]) -> Found | None:
        try:
            message = (await self._ask("MSG.GET", asked))["message"]
        except _NotThere:
            return None
        headers = b64decode(message.get("hdrs", "")).decode()
        value = None if "KV-Operation:" in headers else b64decode(message.get("data", ""))
        key = message["subject"].removeprefix(self._space)
        return Found(key, Entry(message["seq"], value, _batch_of(headers)))

    async def _ask(self, word: str, asked: Mapping[str, object]) -> Any:
        silent = self._stream if word == "MSG.GET" else ""  # the others may take their time
        self._connection.leaders.check(self._stream)
        try:
            return await self._connection.ask(f"STREAM.{word}.{self._stream}", asked, of=silent)
        except ApiError as error:
            if error.number in (_NO_MESSAGE, _NO_SEQUENCE):
                raise _NotThere from None
            raise


async def _number(connection: Connection, subject: str) -> int:
    """One that no other process is given, so that a batch is known as this one's.

    Raises:
        UnavailableError: nobody answers, although a leader may have been elected by now.
    """
    now = asyncio.get_running_loop().time
    until = now() + ELECTION_SECONDS
    while True:
        try:
            return await connection.store(subject, b"")
        except UnavailableError:
            if now() > until:
                raise
            await asyncio.sleep(ELECTION_LOOK)


class _NotThere(Exception):  # noqa: N818  (an answer, not an error)
    """There is no such message."""


def _headers(change: Change) -> dict[str, str]:
    headers = dict(_DELETED) if change.value is None else {}
    if change.expected is not None:
        headers[_EXPECTED] = str(change.expected)
    return headers


def _batch_of(headers: str) -> str:
    for line in headers.splitlines():
        name, _, value = line.partition(": ")
        if name == _BATCH:
            return value
    return ""
