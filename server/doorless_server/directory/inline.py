"""A key log that does everything at once: for tests and the lab, and to measure.

Each change makes its epoch before it is answered, and time makes one when somebody asks.
"""

from typing import Self

from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.label import Label
from doorless_protocol.primitives import Random
from doorless_server.directory import pages, schema
from doorless_server.directory.answers import DELTAS_IN_FRAME, Answers
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Change, Page, Shown
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog


class InlineDirectory:
    """Never waits for anything, so it needs no event loop."""

    def __init__(self, log: KeyLog, auditors: Auditors) -> None:
        self.log, self._auditors = log, auditors
        self.answers = Answers(log)

    @classmethod
    def in_memory(
        cls,
        keys: LogKeys,
        config: LogConfig,
        *,
        random: Random,
        now: int,
        auditors: Auditors | None = None,
    ) -> Self:
        """Begin a log that lasts as long as this object."""
        heads = HeadStore(schema.IN_MEMORY)
        log = KeyLog.open(schema.IN_MEMORY, heads, keys, config, random)
        directory = cls(log, auditors or Auditors({}))
        directory.turn(now)
        return directory

    def copy(self, random: Random) -> "InlineDirectory":
        """Another log with the same history and keys, which from now on is its own."""
        copied = self.log.copy(random)
        return InlineDirectory(copied, self._auditors)

    @property
    def config(self) -> LogConfig:
        return self.log.config

    def turn(self, now: int) -> None:
        """Build and publish what is due."""
        log = self.log
        newest = log.newest()
        late = newest is None or now - newest.leaf.time_ms // 1000 >= log.config.heartbeat
        if late or log.has_waiting() or log.size > log.published:
            checkpoint = log.build(now)
            log.publish(checkpoint.size, log.sign(checkpoint, now))
            log.forget(now)

    async def stage(self, change: Change) -> None:
        self.log.stage(change)

    async def confirm(self, change: Change, now: int) -> bytes:
        receipt = self.log.confirm(change, now)
        self.turn(now)
        return receipt

    async def drop(self, label: Label) -> None:
        self.log.drop(label)

    async def undecided(self) -> list[Change]:
        return self.log.undecided()

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:
        self.turn(now)
        return self.answers.look_up(label, known, size)

    async def head(self, size: int, now: int) -> bytes:
        self.turn(now)
        return self.answers.head(size)

    async def anchors(self, after: int, size: int, now: int) -> bytes:
        self.turn(now)
        return self.answers.anchors(after, size)

    async def at_anchor(self, label: Label, number: int, known: int, now: int) -> bytes:
        self.turn(now)
        return self.answers.at_anchor(label, number, known)

    async def records(self, label: Label, after: int, now: int) -> bytes:
        self.turn(now)
        return self.answers.records(label, after)

    async def deltas(self, token: bytes, epoch: int, after: int) -> bytes:
        return self.answers.deltas(self._auditors, token, epoch, after, DELTAS_IN_FRAME)

    async def page(self, path: str, query: str, now: int) -> Page | None:
        self.turn(now)
        return pages.page(self.answers, self._auditors, path, query)

    async def close(self) -> None:
        self.log.close()
