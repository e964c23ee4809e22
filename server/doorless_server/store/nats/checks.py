"""Whether a cluster may be trusted with mail: asked of every server before anything is served.

A NATS server acknowledges before it syncs, unless it is told `sync_interval: always`; then a power
cut takes what was acknowledged. It says how it was told to whoever may ask its system account, and
the relay's account imports that one question (docs/howto/run-a-cluster.md).
"""

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.answers import encode_json
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ClusterError
from doorless_server.store.nats.replies import Reply

ASKED = "doorless.jetstream"
"""The subject under which the relay's account imports $SYS.REQ.SERVER.PING.JSZ."""

LEAST_VERSION = (2, 12)
"""Of a server: older ones know no atomic batches."""

PATIENCE = 2.0
"""Seconds in which every server answers: each of them asks nobody."""


class _Config(Struct):
    sync_always: bool = False
    max_storage: int = 0


class _Meta(Struct):
    cluster_size: int = 0


class _Data(Struct):
    config: _Config | None = None
    storage: int = 0
    meta_cluster: _Meta | None = None


class _Server(Struct):
    name: str = ""
    ver: str = ""
    time: datetime | None = None


class _Told(Struct):
    server: _Server = field(default_factory=_Server)
    data: _Data = field(default_factory=_Data)


class Fit(NamedTuple):
    """A server as it describes itself.

    Attributes:
        size: servers of its cluster, 1 where it has none.
        stored, at_most: bytes on its disk, and how many it takes.
        time: what its clock shows; None where it does not say.
    """

    name: str
    version: tuple[int, ...]
    synced: bool
    size: int
    stored: int
    at_most: int
    time: datetime | None


async def check_cluster(connection: Connection, replicas: int) -> None:
    """Before anything is served; and now and then, since a server may be started anew otherwise.

    A majority is enough to answer: with one server down the others serve, and it is asked later.

    Raises:
        ClusterError: it may lose what it acknowledges, or nobody can tell.
    """
    servers = await ask_servers(connection, replicas)
    if not servers:
        raise ClusterError(
            f"no server tells whether it syncs: the relay's account has to import {ASKED}"
        )
    for server in servers:
        check_server(server)
    there_are = max(replicas, *(server.size for server in servers))
    if 2 * len(servers) <= there_are:
        raise ClusterError(f"{len(servers)} of {there_are} NATS servers answered: no majority")


async def ask_servers(connection: Connection, replicas: int) -> list[Fit]:
    """Those that answer in time. Raises ClusterError: one of them has no JetStream."""
    payloads: list[bytes] = []

    def told(reply: Reply) -> bool:
        payloads.append(reply.payload)
        return len(payloads) >= max(replicas, *map(size_in, payloads))

    with suppress(UnavailableError):  # where some are missing, the caller says whether too many
        await connection.gather(ASKED, encode_json({"config": True}), told, patience=PATIENCE)
    return [read(payload) for payload in payloads]


def check_server(server: Fit) -> None:
    """Raises ClusterError."""
    if not server.synced:
        raise ClusterError(
            f"the NATS server {server.name!r} acknowledges what is not on its disk:"
            " set `sync_interval: always` in its jetstream block"
        )
    if server.version < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        raise ClusterError(f"the NATS server {server.name!r} is older than {least}")


def read(payload: bytes) -> Fit:
    """Raises ClusterError: it is no answer of a server with JetStream."""
    told = _read(payload)
    if told is None or told.data.config is None:
        raise ClusterError(f"what answers at {ASKED} is no NATS server with JetStream")
    numbers = told.server.ver.split("-")[0].split(".")
    version = tuple(int(each) for each in numbers if each.isdigit())
    return Fit(
        told.server.name,
        version,
        told.data.config.sync_always,
        size_in(payload),
        told.data.storage,
        told.data.config.max_storage,
        told.server.time,
    )


def size_in(payload: bytes) -> int:
    """How many servers the one that sent this knows of, itself included."""
    told = _read(payload)
    meta = told.data.meta_cluster if told is not None else None
    return max(1, meta.cluster_size if meta is not None else 1)


def _read(payload: bytes) -> _Told | None:
    try:
        return _decode(payload)
    except msgspec.MsgspecError:
        return None


_decode = msgspec.json.Decoder(_Told).decode
