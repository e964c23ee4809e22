"""The load of relay_load.py for servers that speak something else: the same work, the same size.

Clients of our own, as cheap as those for the relay: the libraries that speak MQTT or XMPP in Python
carry a tenth of what the servers do, and would be measured in their place.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import uvloop

from benchmarks.relay_speed import IN_FLIGHT, SENDERS, WARM_UP

Count = Callable[[int], None]

PATIENCE = 30.0
"""Seconds until all that was sent is taken, or delivered."""

LAST_WORDS = 0.1
"""Seconds for the last acknowledgements to be heard."""


class PeerClient(asyncio.Protocol, ABC):
    """One connection; told how many messages were taken of it, or delivered to it."""

    def __init__(self, on_taken: Count, on_delivered: Count) -> None:
        self.on_taken, self.on_delivered = on_taken, on_delivered
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)


class Dialect(ABC):
    """How one kind of server is spoken to. Recipients are numbered from 0.

    Args:
        names: what the names of these recipients begin with: others' mail may wait there, too.
    """

    def __init__(self, names: str) -> None:
        self.names = names

    @abstractmethod
    async def recipient(self, address: tuple[str, int], number: int, heard: Count) -> PeerClient:
        """Connect it, known to the server from then on; `heard` is told what is delivered."""

    @abstractmethod
    async def sender(self, address: tuple[str, int], number: int, taken: Count) -> PeerClient:
        """Connect one; `taken` is told what the server has taken."""

    @abstractmethod
    def message(self, recipient: int, number: int) -> bytes:
        """2 KiB for a recipient, and whatever has the server say that it took it."""


@dataclass
class PeerLoad:
    """Senders, and recipients that are there, or that the server knows and mail waits for."""

    dialect: Dialect
    address: tuple[str, int]
    recipients: int
    offline: bool
    done: int = 0  # taken, or delivered: what the measurement counts
    _senders: list[PeerClient] = field(default_factory=list)
    _opened: list[PeerClient] = field(default_factory=list)
    _number: int = 0
    _refills: bool = True
    _drained: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> None:
        if not self.offline:
            for number in range(self.recipients):
                client = await self.dialect.recipient(self.address, number, self._count)
                self._opened.append(client)
        taken = self._count if self.offline else _ignored
        for number in range(SENDERS):
            self._senders.append(await self.dialect.sender(self.address, number, taken))

    def send(self, count: int) -> None:
        batches: list[list[bytes]] = [[] for _ in self._senders]
        for _ in range(count):
            self._number += 1
            recipient = self._number % self.recipients
            made = self.dialect.message(recipient, self._number)
            batches[self._number % len(batches)].append(made)
        for sender, batch in zip(self._senders, batches, strict=True):
            if batch:
                sender.transport.write(b"".join(batch))

    async def drained(self) -> None:
        """Until all that was sent is done: else the next load finds what is left."""
        self._refills = False
        if self.done < self._number:
            await self._drained.wait()

    def close(self) -> None:
        for client in (*self._senders, *self._opened):
            client.transport.abort()

    def _count(self, count: int) -> None:
        if len(self._senders) < SENDERS:
            return  # what an earlier load left
        self.done += count
        if self._refills:
            self.send(count)
        elif self.done >= self._number:
            self._drained.set()


def acquaint(dialect: Dialect, address: tuple[str, int], recipients: int) -> None:
    """Have the server know them: each was there once, and is gone."""

    async def come_and_go() -> None:
        for number in range(recipients):
            client = await dialect.recipient(address, number, _ignored)
            client.transport.close()
        await asyncio.sleep(LAST_WORDS)

    uvloop.run(come_and_go())


def rate(load: PeerLoad, seconds: float) -> float:
    """Messages a second that were taken, or that were delivered."""

    async def measure() -> float:
        await load.connect()
        load.send(IN_FLIGHT)
        await asyncio.sleep(WARM_UP / 2 if load.offline else WARM_UP)
        before, start = load.done, perf_counter()
        await asyncio.sleep(seconds)
        seen = (load.done - before) / (perf_counter() - start)
        await asyncio.wait_for(load.drained(), PATIENCE)
        await asyncio.sleep(LAST_WORDS)
        load.close()
        return seen

    return uvloop.run(measure())


def _ignored(_count: int) -> None:
    pass
