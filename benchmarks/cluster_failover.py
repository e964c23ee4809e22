"""For how long nothing is taken for somebody when the server dies that leads their mailbox."""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from time import perf_counter

from benchmarks.relay_client import Client, Device, connected, payload
from doorless_protocol.frames import Answer, Done, Submit, decode_from_relay
from doorless_server.cluster.configuration import ACCOUNT
from doorless_server.cluster.nodes import Cluster, Node
from doorless_server.store.nats.names import PREFIX

MAIL = f"{PREFIX}-mail-"
"""How the names of the streams begin that keep envelopes."""

AGAIN = 0.05
"""Seconds after which a submit is brought again that was not taken."""

PATIENCE = 30.0
"""Seconds after which it is given up that all goes on."""

BEFORE = 20
"""Envelopes to each mailbox before the server is killed."""


class Caller:
    """Brings envelopes to one mailbox, each until it is taken."""

    def __init__(self, address: tuple[str, int], device: Device) -> None:
        self._address, self._device = address, device
        self.taken: list[float] = []

    async def call(self) -> None:
        """Without end."""
        frames: asyncio.Queue[bytes] = asyncio.Queue()
        client = await connected(self._address, lambda _, frame: frames.put_nowait(frame))
        await frames.get()  # the challenge
        envelope_id = secrets.token_bytes(16)
        while True:
            if await self._bring(client, frames, envelope_id):
                self.taken.append(perf_counter())
                envelope_id = secrets.token_bytes(16)
            else:
                await asyncio.sleep(AGAIN)

    async def _bring(
        self, client: Client, frames: asyncio.Queue[bytes], envelope_id: bytes
    ) -> bool:
        client.ask(Submit(self._device.mailbox, self._device.token, envelope_id, bytes(2048)))
        while not isinstance(answer := decode_from_relay(payload(await frames.get())), Answer):
            pass
        return answer.answered == Done()

    def longest(self) -> float:
        """Seconds between two that were taken."""
        return max(
            after - before for before, after in zip(self.taken, self.taken[1:], strict=False)
        )


async def without_leader(
    cluster: Cluster, address: tuple[str, int], devices: Sequence[Device]
) -> float:
    """Kill the server that leads most; the longest that somebody waited. It is started again."""
    callers = [Caller(address, device) for device in devices]
    tasks = [asyncio.create_task(caller.call()) for caller in callers]
    try:
        await _all(callers, tasks, BEFORE)
        leader = _leader(cluster)
        leader.kill()
        await _all(callers, tasks, max(len(caller.taken) for caller in callers) + 1)
    finally:
        for task in tasks:
            task.cancel()
    leader.start()
    await asyncio.to_thread(cluster.await_ready)
    return max(caller.longest() for caller in callers)


async def _all(callers: Sequence[Caller], tasks: Sequence[asyncio.Task[None]], count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(len(caller.taken) < count for caller in callers):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)


def _leader(cluster: Cluster) -> Node:
    leads: Counter[str] = Counter()
    for node in cluster.nodes:
        told = json.loads(node.ask(f"/jsz?acc={ACCOUNT}&streams=1") or b"{}")
        for detail in told.get("account_details", []):
            streams = detail.get("stream_detail", [])
            leads[node.name] += sum(
                each["cluster"].get("leader") == node.name
                for each in streams
                if each["name"].startswith(MAIL)
            )
    return max(cluster.nodes, key=lambda node: leads[node.name])
