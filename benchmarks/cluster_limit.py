"""What the servers take of anybody who only publishes: the limit that a relay stands beside.

As many streams as the relay has for envelopes, kept in the same way, and as many messages under
way; no sign-in, no quota, no relay, and frames that were built once.
"""

import asyncio
import json
import secrets
from time import perf_counter
from typing import cast

from benchmarks.relay_load import SIZE
from doorless_server.cluster.configuration import USER
from doorless_server.cluster.nodes import Cluster, Node
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.names import PARTITIONS
from doorless_server.store.nats.streams import REPLICAS, Stream, keep

NAME = "limit"

TAKEN = b'"seq":'
"""In each answer of a stream that has stored something, and once."""

WARM_UP = 0.5


class Publisher(asyncio.Protocol):
    """Publishes one message more for each that was taken."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._rest, self._number = b"", 0
        self._payload, self._run = secrets.token_bytes(SIZE), secrets.token_hex(8)
        self.taken = 0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        login = {"user": USER, "pass": self._node.password, "verbose": False, "headers": True}
        self.transport.write(f"CONNECT {json.dumps(login)}\r\nSUB {self._run} 1\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if b"PING" in data:
            self.transport.write(b"PONG\r\n")
        data = self._rest + data
        came = data.count(TAKEN)
        self._rest = data[data.rfind(TAKEN) + len(TAKEN) :] if came else data
        self.taken += came
        self.publish(came)

    def publish(self, count: int) -> None:
        parts: list[bytes] = []
        for _ in range(count):
            self._number += 1
            subject = f"{NAME}.{self._number % PARTITIONS}.{self._run}.{self._number}"
            parts.append(f"PUB {subject} {self._run} {SIZE}\r\n".encode())
            parts += (self._payload, b"\r\n")
        self.transport.write(b"".join(parts))


async def published(cluster: Cluster, in_flight: int, seconds: float) -> float:
    """Messages a second that the streams took, through one connection to each of two servers."""
    connection = await Connection.open(cluster.urls)
    for number in range(PARTITIONS):
        stream = Stream(f"{NAME}-{number}", (f"{NAME}.{number}.>",), {"max_msgs_per_subject": 1})
        await keep(connection, stream, REPLICAS)
    loop = asyncio.get_running_loop()
    publishers: list[Publisher] = []
    for node in cluster.nodes[:2]:
        _, publisher = await loop.create_connection(
            lambda node=node: Publisher(node),  # type: ignore[misc]
            "127.0.0.1",
            node.ports.clients,
        )
        publishers.append(publisher)
        publisher.publish(in_flight // 2)
    await asyncio.sleep(WARM_UP)
    before, start = sum(each.taken for each in publishers), perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(each.taken for each in publishers) - before) / (perf_counter() - start)
    for publisher in publishers:
        publisher.transport.abort()
    for number in range(PARTITIONS):
        await connection.ask(f"STREAM.PURGE.{NAME}-{number}", {})
    await connection.close()
    return rate
