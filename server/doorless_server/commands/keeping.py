"""What a relay keeps, and where: in a folder of its own, or in a cluster with other nodes.

    --store sqlite              DIR/relay.db, blobs.db, log.db              one node
    --store nats --nats URL,…   a NATS cluster, and in DIR what is this     any number of nodes
                                node's own (keys, its copy of the log)

Spec: docs/spec/07-relay.md §9, 16-cluster.md §2.
"""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from doorless_server import datadir
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.base import BlobStore
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.commands.base import USAGE, CommandError, Sources
from doorless_server.commands.stopping import Stop
from doorless_server.directory import desk, opening
from doorless_server.directory.base import RunningLog
from doorless_server.others import Others
from doorless_server.store.base import Store
from doorless_server.store.disk import Disk
from doorless_server.store.sqlite import SqliteStore
from doorless_server.store.writer import Writer
from doorless_server.tls import check_private
from doorless_server.witness.asking import Panel

SQLITE, NATS = "sqlite", "nats"


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that a relay keeps, opened.

    Attributes:
        open_log: given the relay's name, its key log, which runs.
        writers: of the databases that are its own.
        others: the way to other nodes; None where there are none.
    """

    store: Store
    blobs: BlobStore
    open_log: Callable[[str], Awaitable[RunningLog]]
    writers: Mapping[str, Writer]
    others: Others | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", choices=(SQLITE, NATS), default=SQLITE, help="default sqlite: in --data"
    )
    parser.add_argument(
        "--nats",
        type=_urls,
        metavar="URL,…",
        help="servers of one NATS cluster, for --store nats: nats://HOST:PORT",
    )
    parser.add_argument(
        "--nats-login",
        type=Path,
        metavar="F",
        help="a private file with user:password, for all of them",
    )


def check(chosen: argparse.Namespace) -> None:
    """Raises CommandError: the arguments do not fit together."""
    if (chosen.store == NATS) != (chosen.nats is not None):
        raise CommandError("--store nats and --nats URL go together", USAGE)
    if chosen.nats_login is not None and chosen.nats is None:
        raise CommandError("--nats-login is for --store nats", USAGE)


async def opened(
    chosen: argparse.Namespace, sources: Sources, stop: Stop, leaving: AsyncExitStack
) -> Kept:
    """Open it until `leaving`. Raises whatever keeps it from being opened."""
    if chosen.store == NATS:
        return await _in_cluster(chosen, sources, stop, leaving)
    return await _in_folder(chosen, sources, stop, leaving)


async def _in_folder(
    chosen: argparse.Namespace, sources: Sources, stop: Stop, leaving: AsyncExitStack
) -> Kept:
    folder: Path = chosen.data
    writers: dict[str, Writer] = {}

    def failed(error: Exception) -> None:
        """The databases lie on one disk: where it failed for one, none accepts anything more."""
        stop.failed(error)
        for writer in writers.values():
            writer.fail(error)

    disk = Disk(folder)
    store = await SqliteStore.open(folder / datadir.DATABASE, broken=failed, disk=disk)
    leaving.push_async_callback(store.close)
    blobs = await SqliteBlobs.open(folder / blob_schema.DATABASE, broken=failed, disk=disk)
    leaving.push_async_callback(blobs.close)
    writers |= {"relay": store.writer, "blobs": blobs.writer}

    async def open_log(name: str) -> RunningLog:
        keys, config = opening.settle(
            folder, name, sources.random, interval=chosen.epoch, window=chosen.anchor
        )
        log = await opening.start(
            folder,
            keys,
            config,
            sources.random,
            clock=sources.clock,
            broken=failed,
            cosign=Panel(config.policy, clock=sources.clock).cosigned,
            elapsed=sources.elapsed,
        )
        leaving.push_async_callback(log.close)
        await desk.decide(log, store, sources.clock())
        log.run()
        return log

    return Kept(store, blobs, open_log, writers, None)


async def _in_cluster(
    chosen: argparse.Namespace, sources: Sources, stop: Stop, leaving: AsyncExitStack
) -> Kept:
    # Who serves from a folder needs none of it, and not the client of NATS.
    from doorless_server.blobs.nats import NatsBlobs
    from doorless_server.directory.clustered.opening import open_log as open_shared
    from doorless_server.store.nats.names import PREFIX
    from doorless_server.store.nats.others import NatsOthers
    from doorless_server.store.nats.store import NatsStore
    from doorless_server.store.nats.streams import REPLICAS

    folder: Path = chosen.data
    login = None if chosen.nats_login is None else login_in(chosen.nats_login)
    store = await NatsStore.open(chosen.nats, broken=stop.failed, login=login)
    leaving.push_async_callback(store.close)
    blobs = await NatsBlobs.open(store.connection, PREFIX, REPLICAS)

    async def open_log(name: str) -> RunningLog:
        _, config = opening.settle(
            folder, name, sources.random, interval=chosen.epoch, window=chosen.anchor
        )
        log = await open_shared(
            *(store.connection, PREFIX, REPLICAS, folder, name, sources.random),
            accounts=store,
            interval=chosen.epoch,
            window=chosen.anchor,
            clock=sources.clock,
            broken=stop.failed,
            cosign=Panel(config.policy, clock=sources.clock).cosigned,
            elapsed=sources.elapsed,
        )
        leaving.push_async_callback(log.close)
        log.run()
        return log

    return Kept(store, blobs, open_log, {}, NatsOthers(store.connection, store.news))


def login_in(path: Path) -> tuple[str, str]:
    """User and password. Raises CertificateError, CommandError: not private, or no such line."""
    check_private(path)
    try:
        user, colon, password = path.read_text(encoding="utf-8").strip().partition(":")
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"cannot read {path}") from None
    if not (user and colon and password) or "\n" in password:
        raise CommandError(f"{path} has one line, user:password")
    return user, password


def _urls(text: str) -> tuple[str, ...]:
    urls = tuple(each.strip() for each in text.split(","))
    if not all(each.startswith(("nats://", "tls://")) for each in urls):
        raise argparse.ArgumentTypeError("nats://HOST:PORT, or tls://, more than one by commas")
    return urls
