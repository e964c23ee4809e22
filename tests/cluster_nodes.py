"""Nodes of one cluster in one process: each has its own connection, folder and clock."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import HeadProof, LookupProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_server.directory.base import Change, Shown
from doorless_server.directory.clustered.opening import open_log
from doorless_server.directory.clustered.service import ClusteredLog
from doorless_server.directory.service import Cosign
from doorless_server.store.memory import MemoryStore
from doorless_server.store.nats.accounts import NatsAccounts
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.prekeys import NatsPrekeys

NOW = 1_750_000_000
PREFIX = "tested"


@dataclass
class Node:
    """A relay node, as far as accounts and prekeys go.

    Attributes:
        forgotten: mailboxes that were to be emptied.
    """

    connection: Connection
    accounts: NatsAccounts
    prekeys: NatsPrekeys
    forgotten: list[bytes]


async def join(urls: list[str], replicas: int = 1) -> Node:
    connection = await Connection.open(urls)
    forgotten: list[bytes] = []

    async def forget(mailbox: bytes) -> None:
        forgotten.append(mailbox)

    accounts = await NatsAccounts.open(connection, PREFIX, replicas, forget_mailbox=forget)
    return Node(
        connection, accounts, await NatsPrekeys.open(connection, PREFIX, replicas), forgotten
    )


@dataclass
class Owner:
    """Who writes the records of one label, and remembers its chain."""

    label: Label
    seed: int
    version: int = 0
    head: bytes = NO_HEAD
    random: Callable[[int], bytes] = field(init=False)
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed).randbytes
        self.key = SigningKey.draw(self.random)

    def change(self, kind: RecordKind | None = None, superseded: bytes = b"") -> Change:
        """The next record of this label."""
        kind = kind or (RecordKind.UPDATE if self.version else RecordKind.CREATE)
        manifest = (self.version + 1).to_bytes(32, "big")
        version, time_ms = self.version + 1, NOW * 1000
        record = Record.sign(
            self.key, kind, self.label, version, self.head, time_ms, version, manifest
        )
        return Change(record, self.random(16), superseded)


async def nobody(note: bytes, *_: Any) -> bytes:
    return note


@dataclass
class LogNode:
    """A node's part of the log. Its clock and its lease's clock go as the test says."""

    urls: list[str]
    folder: Path
    seed: int
    now: int = NOW
    elapsed: float = 0.0
    replicas: int = 1
    accounts: Any = field(default_factory=MemoryStore)
    broken: list[Exception] = field(default_factory=list)
    log: ClusteredLog = field(init=False)
    connection: Connection = field(init=False)

    async def open(self, cosign: Cosign = nobody) -> "LogNode":
        self.connection = await Connection.open(self.urls)
        try:
            self.log = await self._open(cosign)
        except BaseException:
            await self.connection.close()
            raise
        return self

    async def _open(self, cosign: Cosign) -> ClusteredLog:
        return await open_log(
            self.connection,
            PREFIX,
            self.replicas,
            self.folder,
            "relay.test",
            Random(self.seed).randbytes,
            accounts=self.accounts,
            interval=None,
            window=None,
            clock=lambda: self.now,
            broken=self.broken.append,
            cosign=cosign,
            elapsed=lambda: self.elapsed,
        )

    async def close(self) -> None:
        await self.log.close()
        await self.connection.close()

    async def put(self, owner: Owner, kind: RecordKind | None = None) -> bytes:
        """Have its next change promised; the receipt."""
        change = owner.change(kind)
        await self.log.stage(change)
        return await self.log.confirm(change, self.now)

    @property
    def config(self) -> LogConfig:
        return self.log.config

    async def epoch(self, seconds: int = 0) -> None:
        """Publish one of all that waits, so much later, whoever has the lease."""
        self.now += seconds
        survey = await self.log._waiting.survey()
        await self.log.builder.next_epoch(survey.entering)
        await self.log._waiting.survey()

    async def look_up(self, owner: Owner) -> Any:
        """The entry, checked as a client does; None where it is proven absent."""
        shown = await self.log.look_up(owner.label, owner.version, 0, self.now)
        proof = LookupProof.decode(shown.proof)
        proof.head.check(self.log.config)
        return proof.entries[0].check(self.log.config, owner.label, proof.head.leaf.map_root)

    async def learn(self, owner: Owner) -> None:
        """What its newest version is."""
        entry = await self.look_up(owner)
        owner.version, owner.head = entry.version, entry.head

    async def size(self) -> int:
        """Of the head that it answers with, checked as a client does."""
        proof = HeadProof.decode(await self.log.head(0, self.now))
        return proof.check(self.log.config).size


def folder_at(folder: Path) -> Path:
    folder.mkdir()
    return folder


def joining(first: Path, folder: Path) -> Path:
    """What an operator copies to a new node."""
    folder.mkdir()
    shutil.copytree(first / "keys", folder / "keys")
    shutil.copy(first / "log.config", folder / "log.config")
    return folder


class Turning:
    """A node's log that makes epochs when it is asked something, as the one in memory does."""

    def __init__(self, node: LogNode) -> None:
        self._node, self._log = node, node.log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def turn(self, _now: int) -> None:
        if (await self._log._waiting.survey()).entering:
            await self._node.epoch()

    async def confirm(self, change: Change, now: int) -> bytes:
        receipt = await self._log.confirm(change, now)
        await self._turned(now)
        return receipt

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:
        await self._turned(now)
        return await self._log.look_up(label, known, size, now)

    async def _turned(self, now: int) -> None:
        """As `turn` says, which a test may have replaced by nothing."""
        turning = self.turn(now)
        if turning is not None:
            await turning
