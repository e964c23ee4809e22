"""Streams as they must be, made where they are missing, and refused where they are otherwise.

What a stream promises is its configuration; so nobody is served from one that was made by hand
with less. Only what is named here is compared: a server fills in more, each version other things.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ApiError, ClusterError

REPLICAS = 3
"""Servers that keep everything: one may be lost with its disk, and two still agree."""

NANOSECONDS = 1_000_000_000

NOT_FOUND, NO_PEERS = 10059, 10005

PEERS_SECONDS, PEERS_LOOK = 10.0, 0.25
"""For which a stream is asked for again that has no servers to lie on: they may have just started,
and not heard of one another; and how often."""


class Stream(NamedTuple):
    """What a stream is to be.

    Attributes:
        options: of its configuration, beside what is the same for all of ours.
    """

    name: str
    subjects: tuple[str, ...]
    options: Mapping[str, object]


def configured(stream: Stream, replicas: int) -> dict[str, object]:
    """On disk, never silently emptied: where a limit is reached, what is new is refused."""
    return {
        "name": stream.name,
        "subjects": list(stream.subjects),
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "num_replicas": replicas,
        "sealed": False,
        "allow_msg_ttl": True,
        "allow_atomic": True,
        **stream.options,
    }


async def keep(connection: Connection, stream: Stream, replicas: int) -> None:
    """Have the stream there.

    Raises:
        ClusterError: there is one that promises something else, or none can be made.
        UnavailableError: nobody answers.
    """
    wanted = configured(stream, replicas)
    now = asyncio.get_running_loop().time
    until = now() + PEERS_SECONDS
    while True:
        try:
            held = await _held_or_made(connection, stream, wanted)
        except ApiError as error:
            if error.number != NO_PEERS or now() > until:
                raise ClusterError(f"the stream {stream.name} cannot be made: {error}") from None
            await asyncio.sleep(PEERS_LOOK)
        else:
            check(stream, wanted, held)
            return


async def _held_or_made(
    connection: Connection, stream: Stream, wanted: Mapping[str, object]
) -> Mapping[str, object]:
    try:
        return await connection.ask(f"STREAM.INFO.{stream.name}", {})
    except ApiError as error:
        if error.number != NOT_FOUND:
            raise
        return await connection.ask(f"STREAM.CREATE.{stream.name}", wanted)


def check(stream: Stream, wanted: Mapping[str, object], held: Mapping[str, object]) -> None:
    """Raises ClusterError: a stream of this name promises something else."""
    config: Any = held.get("config")
    if not isinstance(config, dict):
        raise UnavailableError("that is no answer of JetStream")
    for option, value in wanted.items():
        if config.get(option, _DEFAULTS.get(option)) != value:
            shown = config.get(option)
            raise ClusterError(f"the stream {stream.name} has {option} {shown}, and not {value}")
    if config.get("persist_mode", "default") != "default":
        raise ClusterError(f"the stream {stream.name} acknowledges before it writes")


_DEFAULTS: Mapping[str, object] = {"allow_msg_ttl": False, "allow_atomic": False}
"""What a server leaves out of what it says."""
