"""Changes that wait for their epoch, where every node sees them: one of each label, by its key.

    claim ──► STAGED ── account changed ──► CONFIRMED ── epoch published ──► settled: gone
                 └── it was not, or nobody says for UNDECIDED seconds: decided by the account

Spec: docs/spec/17-cluster-state.md §5.4.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec import structs

from doorless_protocol.log.record import RecordKind
from doorless_server.directory.base import Change
from doorless_server.directory.changes import State
from doorless_server.directory.clustered.ledger import Ledger
from doorless_server.directory.clustered.rows import (
    EnteringRow,
    PendingRow,
    RecordRow,
    pending_key,
    record_key,
)
from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.row import decode, encode
from doorless_server.store.nats.transaction import Draft, transact

UNDECIDED = 60.0
"""Seconds that a staged change stands still before others decide it: longer than any request that
still goes on, lost answers and the election of leaders included."""

AT_ONCE = 4_000
"""Changes of one epoch, 460 kB of a message's megabyte; more wait for the next."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What waits.

    Attributes:
        entering: confirmed, and in no epoch.
        undecided: staged, and standing still.
    """

    entering: tuple[EnteringRow, ...]
    undecided: tuple[Change, ...]


class Waiting:
    """
    Args:
        versions: of the labels at these places, as of what is published by now.
        elapsed: seconds by a clock that nobody sets.
    """

    def __init__(
        self,
        ledger: Ledger,
        versions: Callable[[Sequence[bytes]], Awaitable[list[int]]],
        elapsed: Callable[[], float],
    ) -> None:
        self._ledger, self._bucket = ledger, ledger.bucket
        self._versions, self._elapsed = versions, elapsed
        self._still: dict[tuple[str, int], float] = {}  # when a key's revision was first seen

    async def of(self, place: bytes) -> PendingRow | None:
        entry = await self._bucket.get(pending_key(place))
        return None if entry.value is None else decode(PendingRow, entry.value)

    async def claim(self, place: bytes, row: PendingRow) -> None:
        """Have this change wait, STAGED, where it does not wait already.

        Raises:
            UnavailableError: another one of the label does, or another request makes it.
        """

        async def work(draft: Draft) -> None:
            value = await draft.get(pending_key(place))
            held = decode(PendingRow, value) if value is not None else None
            if held is None:
                draft.put(pending_key(place), encode(row))
            elif held.state != State.CONFIRMED or held.commitment != row.commitment:
                raise UnavailableError("another change waits for its epoch")

        before = await self.of(place)
        if before is not None and before.version <= (await self._versions([place]))[0]:
            await self._settle(place, before)
        await transact(self._bucket, work)

    async def confirm(self, place: bytes, commitment: bytes, receipt: bytes) -> bytes | None:
        """The receipt by which this change is promised; None where it does not wait."""

        async def work(draft: Draft) -> bytes | None:
            value = await draft.get(pending_key(place))
            held = decode(PendingRow, value) if value is not None else None
            if held is None or held.commitment != commitment:
                return None
            if held.state == State.CONFIRMED:
                return held.receipt
            row = structs.replace(held, state=State.CONFIRMED, receipt=receipt)
            draft.put(pending_key(place), encode(row))
            record = RecordRow(held.opening, held.record)
            draft.put(record_key(place, held.version), encode(record))
            return receipt

        return await transact(self._bucket, work)

    async def withdraw(self, place: bytes) -> None:
        """The account was not changed: as if it had never been asked."""

        async def work(draft: Draft) -> None:
            value = await draft.get(pending_key(place))
            if value is not None and decode(PendingRow, value).state == State.STAGED:
                draft.delete(pending_key(place))

        await transact(self._bucket, work)

    async def survey(self) -> Survey:
        """Look through all of them; settle what is published."""
        keys = await self._bucket.keys("pending.*")
        held = [
            (key, entry.revision, decode(PendingRow, entry.value))
            for key, entry in zip(keys, await self._bucket.get_all(keys), strict=True)
            if entry.value is not None
        ]
        versions = await self._versions([_place(key) for key, _, _ in held])
        entering: list[EnteringRow] = []
        undecided: list[Change] = []
        still: dict[tuple[str, int], float] = {}
        for (key, revision, row), version in zip(held, versions, strict=True):
            if row.version <= version:
                await self._settle(_place(key), row)
            elif row.state == State.CONFIRMED:
                entering.append(_entering(_place(key), row))
            else:
                since = self._still.get((key, revision), self._elapsed())
                still[key, revision] = since
                if self._elapsed() - since >= UNDECIDED:
                    undecided.append(row.change)
        self._still = still
        return Survey(tuple(entering[:AT_ONCE]), tuple(undecided))

    async def _settle(self, place: bytes, row: PendingRow) -> None:
        """It is published. Of a closed account the records go first, so that none is left."""
        if row.kind == RecordKind.CLOSE and row.state == State.CONFIRMED:
            await self._ledger.erase_records(place, row.version)

        async def work(draft: Draft) -> None:
            value = await draft.get(pending_key(place))
            if value is not None and decode(PendingRow, value).version == row.version:
                draft.delete(pending_key(place))

        await transact(self._bucket, work)


def _entering(place: bytes, row: PendingRow) -> EnteringRow:
    return EnteringRow(place, row.version, row.kind, row.replaced, row.commitment)


def _place(key: str) -> bytes:
    return bytes.fromhex(key.partition(".")[2])
