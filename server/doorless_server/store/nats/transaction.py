"""Read some keys, decide, change several of them: as if nobody else were there.

    read with revisions ──► decide ──► one batch ──► done
             ▲                            └─ one of them was changed meanwhile ─┐
             └──────────────────────────────────────────────────────────────────┘

What was read and not written is not watched: `Draft.hold` has it watched.
Spec: docs/spec/17-cluster-state.md §2.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.buckets import Bucket, Change, ConflictError, Entry

T = TypeVar("T")

TURNS = 32
"""Times that it is decided anew when others were faster: of 33 that race for a key, the last."""


class Draft:
    """What a transaction read, and what it will write. Nothing is written before its end."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._read: dict[str, Entry] = {}
        self._written: dict[str, bytes | None] = {}

    async def get(self, key: str) -> bytes | None:
        return (await self.get_all([key]))[0]

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        """As it will be after what was written here."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._read]
        self._read.update(zip(missing, await self._bucket.get_all(missing), strict=True))
        return [self._written.get(key, self._read[key].value) for key in keys]

    def revision(self, key: str) -> int:
        """Of a key that was read; where it is written too, no other transaction has the same."""
        return self._read[key].revision

    def put(self, key: str, value: bytes) -> None:
        """Of a key that was not read, any revision is replaced."""
        self._written[key] = value

    def delete(self, key: str) -> None:
        self._written[key] = None

    def hold(self, key: str) -> None:
        """Have it fail if somebody changes what was read there."""
        held = self._read[key].value
        if held is not None and key not in self._written:
            self._written[key] = held

    @property
    def changes(self) -> list[Change]:
        return [
            Change(key, value, self._read[key].revision if key in self._read else None)
            for key, value in self._written.items()
            if value is not None or key not in self._read or self._read[key].value is not None
        ]


async def transact(bucket: Bucket, work: Callable[[Draft], Awaitable[T]]) -> T:
    """Do `work`, which may be done several times, and return what the last time returned.

    Raises:
        UnavailableError: too many change the same; or the cluster does not answer, and it is
            not known whether the last time was the one that counts.
        Whatever `work` raises; nothing was changed.
    """
    for _ in range(TURNS):
        draft = Draft(bucket)
        outcome = await work(draft)
        try:
            if draft.changes:
                await bucket.commit(draft.changes)
        except ConflictError:
            continue
        return outcome
    raise UnavailableError("too many change the same")
