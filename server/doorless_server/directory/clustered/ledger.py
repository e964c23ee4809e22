"""The log in the cluster: epochs that are written once, and heads that only grow.

    epoch.N created ──► head raised to N + 1 ──► signed ──► published raised to N + 1

Of epoch N there is one, whoever proposes how many: a second one is refused by the key's revision.
What is signed for a size follows from the epochs before it, so no size has two roots, even where
a node that was paused for an hour goes on with what it had begun.
Spec: docs/spec/17-cluster-state.md §5.3.
"""

from collections.abc import Sequence

from doorless_protocol.log.checkpoint import Checkpoint
from doorless_server.directory.clustered.rows import (
    ERASED,
    HEAD,
    LOG,
    PUBLISHED,
    SETTLED,
    EnteringRow,
    EpochRow,
    HeadRow,
    PublishedRow,
    RecordRow,
    epoch_key,
    record_key,
)
from doorless_server.directory.heads import Head, refuse_fork
from doorless_server.directory.keylog import OtherLogError
from doorless_server.store.nats.buckets import Bucket, Change, ConflictError
from doorless_server.store.nats.row import decode, encode
from doorless_server.store.nats.transaction import Draft, transact

ABSENT = 0
"""The revision of a key that never was."""

NOTHING_PUBLISHED = PublishedRow(0, b"")


class OutrunError(Exception):
    """Another node signed a larger size meanwhile: there is nothing left to do."""


class Ledger:
    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    async def bind(self, config_hash: bytes) -> None:
        """Begin the log, or see that it is this one.

        Raises:
            OtherLogError: the cluster has the log of another configuration.
        """

        async def work(draft: Draft) -> bytes:
            held = await draft.get(LOG)
            if held is None:
                draft.put(LOG, config_hash)
            return held or config_hash

        if await transact(self.bucket, work) != config_hash:
            raise OtherLogError(
                "the cluster has a log with other keys or settings: copy keys/ and log.config from"
                " a node that serves it"
            )

    # --- epochs ------------------------------------------------------------------------------

    async def propose(self, epoch: int, row: EpochRow) -> bool:
        """Have this be the epoch; False where there is one already."""
        try:
            await self.bucket.commit([Change(epoch_key(epoch), encode(row), ABSENT)])
        except ConflictError:
            return False
        return True

    async def epoch(self, number: int) -> EpochRow | None:
        entry = await self.bucket.get(epoch_key(number))
        return None if entry.value is None else decode(EpochRow, entry.value)

    async def records(self, entering: Sequence[EnteringRow]) -> list[RecordRow]:
        """What these changes say; ERASED where the account is closed."""
        keys = [record_key(each.place, each.version) for each in entering]
        found = await self.bucket.get_all(keys)
        if any(each.value is None for each in found):
            await self.settle()
            found = await self.bucket.get_all(keys)
        return [ERASED if each.value is None else decode(RecordRow, each.value) for each in found]

    async def settle(self) -> None:
        """What is read from now on was there before, whoever leads: a leader that was just elected
        may not have all of it in its hands yet, and one that lost the others does not know."""
        await self.bucket.commit([Change(SETTLED, b"\x01", None)])

    async def erase_records(self, place: bytes, before: int) -> None:
        """Of a closed account, whose closing is version `before`."""
        for key in await self.bucket.keys(f"record.{place.hex()}.*"):
            if int(key.rpartition(".")[2]) < before:
                await self.bucket.purge(key)

    # --- heads -------------------------------------------------------------------------------

    async def remember(self, checkpoint: Checkpoint) -> None:
        """Have the cluster know that this head is about to be signed, before it is.

        Raises:
            ForkRefusedError: another root of this size was.
            OutrunError: a larger size was.
        """

        async def work(draft: Draft) -> None:
            value = await draft.get(HEAD)
            held = decode(HeadRow, value) if value is not None else HeadRow(0, b"")
            if held.size > checkpoint.size:
                raise OutrunError
            refuse_fork(Head(held.size, held.root), Head(checkpoint.size, checkpoint.root))
            if held.size < checkpoint.size:
                draft.put(HEAD, encode(HeadRow(checkpoint.size, checkpoint.root)))

        await transact(self.bucket, work)

    async def publish(self, size: int, note: bytes) -> None:
        """Have every node answer from this size on; nothing where one does already."""

        async def work(draft: Draft) -> None:
            value = await draft.get(PUBLISHED)
            if value is None or decode(PublishedRow, value).size < size:
                draft.put(PUBLISHED, encode(PublishedRow(size, note)))

        await transact(self.bucket, work)

    async def published(self) -> PublishedRow:
        entry = await self.bucket.get(PUBLISHED)
        return NOTHING_PUBLISHED if entry.value is None else decode(PublishedRow, entry.value)
