"""Load for a relay of one node or more: what one sends at a node is read at the next."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.relay_client import Client, Device, signed_in
from benchmarks.relay_load import ANSWER_BYTES, Load, submit_parts
from benchmarks.relay_mailboxes import drawn
from doorless_protocol.frames import delivery_token_hash
from doorless_server.limits import DAY
from doorless_server.store.nats.store import NatsStore

SENDERS = 64

IN_FLIGHT = 16 * SENDERS
"""Envelopes under way in all, however many nodes there are."""

WARM_UP = 0.5
"""Seconds before a measurement counts."""

DRAINED_SECONDS = 30.0
"""Until a lost envelope shows as a time-out."""

Address = tuple[str, int]


@dataclass
class Across(Load):
    """Senders at one node; the recipients at another one.

    Attributes:
        refused: submits that were told to come later, which may be kept nevertheless. A cluster
            does so when its disk is held up for seconds.
    """

    read_at: Address = ("", 0)
    refused: int = 0

    async def connect(self) -> None:
        for device in self.devices:
            self._parts.append(submit_parts(device.mailbox, device.token))
            if not self.offline:
                client = await signed_in(self.read_at, device)
                self._opened.append(client)
                self._listen(client)
        for _ in range(self.senders):
            self._senders.append(await self._add_sender())

    async def drained(self) -> None:
        """Until everything was delivered that was not refused."""
        async with asyncio.timeout(DRAINED_SECONDS):
            while True:
                await asyncio.sleep(0.01)
                if len(self.sent_at) <= self.refused:
                    return

    def _count_answers(self, client: Client) -> None:
        super()._count_answers(client)
        count = client.on_frame

        def on_frame(client: Client, frame: bytes) -> None:
            if len(frame) == ANSWER_BYTES:
                count(client, frame)
            else:
                self.refused += 1
                if self.refill is not None:
                    self.refill(1)

        client.on_frame = on_frame


async def invited(servers: Sequence[str], count: int) -> list[Device]:
    """Devices that the cluster knows from now on."""
    store = await NatsStore.open(servers)
    devices = []
    for handle, device, listing in drawn(count):
        day = int(time.time()) // DAY
        await store.create(handle, listing, delivery_token_hash(device.token), day)
        devices.append(device)
    await store.close()
    return devices


async def carried(nodes: Sequence[Address], devices: Sequence[Device], seconds: float) -> float:
    """Envelopes a second: stored, pushed to who is at the next node, acknowledged, forgotten."""
    return await _rate(_loads(nodes, devices), seconds, lambda load: load.delivered)


async def stored(nodes: Sequence[Address], devices: Sequence[Device], seconds: float) -> float:
    """Envelopes a second for people who are away, each taken once it was durable."""
    loads = _loads(nodes, devices, offline=True)
    return await _rate(loads, seconds, lambda load: load.taken)


def _loads(
    nodes: Sequence[Address], devices: Sequence[Device], *, offline: bool = False
) -> list[Across]:
    """At each node a part of the senders; always two, so that the load is the same for one node."""
    ways = [(nodes[0], nodes[-1]), (nodes[-1], nodes[0])]
    return [
        Across(at, devices[part::2], SENDERS // 2, offline=offline, read_at=read_at)
        for part, (at, read_at) in enumerate(ways)
    ]


async def _rate(loads: Sequence[Across], seconds: float, count: Callable[[Load], int]) -> float:
    for load in loads:
        await load.connect()
        load.refill = load.send
        load.send(IN_FLIGHT // len(loads))
    await asyncio.sleep(WARM_UP)
    before, start = sum(map(count, loads)), perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(map(count, loads)) - before) / (perf_counter() - start)
    for load in loads:
        load.refill = None
        if not load.offline:
            await load.drained()
        load.close()
    return rate
