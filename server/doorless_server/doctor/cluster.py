"""Whether a relay's NATS servers may be trusted, are all there, and have a copy of everything.

    servers ──► what each says of itself: does it sync, how late is it, how full is it
    streams ──► what each promises, who leads it, and whose copy is behind

Asked as the relay asks, with its own account; nothing is changed, and nothing is made that is
missing. Spec: docs/spec/16-cluster.md §2, §3.1.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import Struct, field

from doorless_server.doctor.base import GIB, Finding, Verdict, fault, ok, warning
from doorless_server.store.base import UnavailableError
from doorless_server.store.nats import checks, streams
from doorless_server.store.nats.checks import Fit
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ApiError, ClusterError
from doorless_server.store.nats.mail import stream_of
from doorless_server.store.nats.names import MailNames
from doorless_server.store.nats.streams import REPLICAS

SERVERS, CLOCK, ROOM, STREAMS, COPIES = (
    "NATS servers",
    "NATS clock",
    "NATS space",
    "NATS streams",
    "NATS copies",
)

APART: Final = 30
"""Seconds by which clocks may differ: prekeys and the key log go by them, on every node."""

FULL: Final = 0.75
"""Of a server's room: what is beyond its limit is refused."""

LOOKS, PAUSE = 3, 1.0
"""Looks at copies that are behind, and the seconds between them: under load one is for a moment."""


class _Copy(Struct):
    name: str = ""
    current: bool = False
    offline: bool = False


class _Group(Struct):
    leader: str = ""
    replicas: list[_Copy] = field(default_factory=list)


class _Named(Struct):
    name: str = ""


class _Stream(Struct):
    config: _Named = field(default_factory=_Named)
    cluster: _Group = field(default_factory=_Group)


class _Page(Struct):
    total: int = 0
    streams: list[_Stream] = field(default_factory=list)
    missing: list[str] | None = None  # those whose leaders did not answer


async def examined(urls: Sequence[str], login: tuple[str, str] | None, now: int) -> list[Finding]:
    """
    Args:
        now: what the clock of this computer shows.
    """
    try:
        connection = await Connection.open(urls, login)
    except ClusterError as error:
        do = "start them, or give their --nats, and the --nats-login that they know"
        return [fault(SERVERS, str(error), do)]
    try:
        told = sorted(await checks.ask_servers(connection, REPLICAS), key=attrgetter("name"))
        found = [*servers(told), *clocks(told, now), *rooms(told)]
        if _may_serve(found):
            found += await _streams(connection)
    except ClusterError as error:
        return [fault(SERVERS, str(error), "enable JetStream on it (the how-to of a cluster)")]
    finally:
        await connection.close()
    return found


def _may_serve(found: Sequence[Finding]) -> bool:
    return all(each.check != SERVERS or each.verdict is not Verdict.FAULT for each in found)


def servers(told: Sequence[Fit]) -> Iterator[Finding]:
    """Whether they are enough, and each keeps what it acknowledges."""
    if not told:
        says = f"none tells whether it syncs: their account does not import {checks.ASKED}"
        yield fault(SERVERS, says, "add the import (the how-to of a cluster has it)")
        return
    for server in told:
        try:
            checks.check_server(server)
        except ClusterError as error:
            yield fault(SERVERS, str(error), "change its configuration, and start it anew")
    there_are = max(REPLICAS, *(server.size for server in told))
    names = ", ".join(f"{server.name!r} {_shown(server.version)}" for server in told)
    says = f"{len(told)} of {there_are} answer: {names}"
    if 2 * len(told) <= there_are:
        yield fault(SERVERS, says, "start the others: nothing is accepted until most are there")
    elif len(told) < there_are:
        yield warning(SERVERS, says, "start the others: while they are down, fewer may fail")
    else:
        yield ok(SERVERS, says)


def clocks(told: Sequence[Fit], now: int) -> Iterator[Finding]:
    """Beside the clock of this computer, which a node goes by."""
    shown = [(server, server.time.timestamp() - now) for server in told if server.time is not None]
    wrong = [(server, late) for server, late in shown if abs(late) > APART]
    for server, late in wrong:
        word = "ahead of" if late > 0 else "behind"
        says = f"{server.name!r} is {abs(late):,.0f} s {word} this computer"
        yield fault(CLOCK, says, "set both, and keep them set (NTP)")
    if shown and not wrong:
        yield ok(CLOCK, "as on this computer")


def rooms(told: Sequence[Fit]) -> Iterator[Finding]:
    for server in told:
        if server.at_most > 0:
            says = (
                f"{server.name!r} has {server.stored / GIB:,.1f} of {server.at_most / GIB:,.1f} GiB"
            )
            if server.stored > FULL * server.at_most:
                yield warning(ROOM, says, "make room: a full server refuses everybody")
            else:
                yield ok(ROOM, says)


async def _streams(connection: Connection) -> list[Finding]:
    try:
        held = await _held(connection)
        copies = list(behind(held))
        for _ in range(LOOKS - 1):
            if not any(finding.do for finding in copies):
                break
            await asyncio.sleep(PAUSE)
            held = await _held(connection)
            copies = list(behind(held))
        return [*await _promises(connection, held), *copies]
    except (ApiError, UnavailableError) as error:
        do = "look again in ten seconds: where a server just died, the others choose a leader"
        return [fault(STREAMS, f"nobody tells of them: {error}", do)]


async def _held(connection: Connection) -> Mapping[str, _Group | None]:
    """Of all streams that there are who leads and copies them; None: that is not told."""
    held: dict[str, _Group | None] = {}
    while True:
        answer = await connection.ask("STREAM.LIST", {"offset": len(held)})
        try:
            page = msgspec.convert(answer, _Page)
        except msgspec.ValidationError:
            raise UnavailableError("that is no answer of JetStream") from None
        held |= dict.fromkeys(page.missing or ())
        held |= {stream.config.name: stream.cluster for stream in page.streams}
        if not page.streams or len(held) >= page.total:
            return held


async def _promises(connection: Connection, held: Mapping[str, _Group | None]) -> list[Finding]:
    """Whether the streams of all mailboxes are there, as they were made."""
    names = MailNames()
    wanted = [stream_of(names, partition) for partition in range(names.partitions)]
    there = [stream for stream in wanted if stream.name in held]
    if not there:
        return [ok(STREAMS, "none yet: the first relay makes them")]
    found = []
    for stream in wanted:
        if stream not in there:
            do = "restore it: the mail of an eighth of all people was in it"
            found.append(fault(STREAMS, f"{stream.name} is gone", do))
            continue
        try:
            info = await connection.ask(f"STREAM.INFO.{stream.name}", {})
            streams.check(stream, streams.configured(stream, REPLICAS), info)
        except ClusterError as error:
            found.append(fault(STREAMS, str(error), "no relay serves from it: restore it"))
    return found or [ok(STREAMS, f"{len(held)}, and they promise what they have to")]


def behind(held: Mapping[str, _Group | None]) -> Iterator[Finding]:
    """Whether each stream is led, and each copy has what its leader has."""
    unled = [name for name, group in held.items() if group is None or not group.leader]
    if unled:
        says = f"nobody leads {unled[0]!r}" + (f", and {len(unled) - 1} more" * (len(unled) > 1))
        yield fault(COPIES, says, "start the servers that are down; else look again in ten seconds")
    late = Counter(
        copy.name
        for group in held.values()
        if group is not None
        for copy in group.replicas
        if copy.offline or not copy.current
    )
    for name, number in sorted(late.items()):
        says = f"{name!r} is behind in {number} of {len(held)} streams"
        yield warning(COPIES, says, "it fetches what it missed: look again before another stops")
    if held and not unled and not late:
        yield ok(COPIES, f"each of {len(held)} streams is whole on every server that has it")


def _shown(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
