"""A node's part of the cluster's log: its keys, its copy, and what it remembers to have signed.

    DIR/log.db       a copy, made anew where it is missing      DIR/heads.db   what was signed last
    DIR/keys/, DIR/log.config    the same files on every node

Spec: docs/spec/17-cluster-state.md §5.1.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from doorless_protocol.primitives import Random
from doorless_server.clock import Elapsed
from doorless_server.datadir import DataError
from doorless_server.directory import opening
from doorless_server.directory.auditors import Auditors, AuditorsError
from doorless_server.directory.clustered.following import Follower
from doorless_server.directory.clustered.lease import Lease
from doorless_server.directory.clustered.ledger import Ledger
from doorless_server.directory.clustered.replica import Replica
from doorless_server.directory.clustered.service import ClusteredLog
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog
from doorless_server.directory.service import Cosign
from doorless_server.store.base import AccountStore
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection

BUCKET = "log"

NODE_SIZE = 16
"""Bytes drawn by a node at its start, by which it knows its own lease."""


async def open_log(
    connection: Connection,
    prefix: str,
    replicas: int,
    folder: Path,
    name: str,
    random: Random,
    *,
    accounts: AccountStore,
    interval: int | None,
    window: int | None,
    clock: Callable[[], int],
    broken: Callable[[Exception], None],
    cosign: Cosign,
    elapsed: Elapsed,
) -> ClusteredLog:
    """Bring the copy up to the cluster's log, which is begun where there is none.

    Raises:
        DataError: a file is not what it was, or other numbers are wanted than the log has.
        ForkRefusedError: the cluster's log does not continue what this node signed, or saw.
        OtherLogError: the cluster has the log of another configuration.
        ClusterError, UnavailableError: as of `Bucket.open`.
    """
    keys, config = opening.settle(folder, name, random, interval=interval, window=window)
    try:
        auditors = Auditors.read(folder / opening.AUDITORS)
    except (AuditorsError, OSError) as error:
        raise DataError(str(error)) from None
    bucket = await Bucket.open(connection, prefix, BUCKET, replicas)
    ledger = Ledger(bucket)
    await ledger.bind(config.hash)

    def open_copy() -> KeyLog:
        heads = HeadStore(folder / opening.HEADS)
        try:
            path = folder / opening.DATABASE
            return KeyLog.open(path, heads, keys, config, random, is_copy=True)
        except BaseException:
            heads.close()
            raise

    thread = ThreadPoolExecutor(1, "doorless-log")
    loop = asyncio.get_running_loop()
    try:
        copy = await loop.run_in_executor(thread, open_copy)
    except sqlite3.Error as error:
        thread.shutdown(wait=False)
        raise DataError(f"cannot use {folder / opening.DATABASE}: {error}") from None
    except BaseException:
        thread.shutdown(wait=False)
        raise
    subject = f"{prefix}.log"
    log = ClusteredLog(
        Follower(Replica(copy), ledger, thread, broken),
        ledger,
        Lease(bucket, random(NODE_SIZE), elapsed),
        accounts,
        auditors,
        keys.signer,
        thread,
        call=lambda: connection.publish(subject, b""),
        clock=clock,
        cosign=cosign,
        elapsed=elapsed,
    )
    try:
        await log.begin()
        await connection.subscribe(subject, lambda _: log.builder.changed.set())
    except BaseException:
        await loop.run_in_executor(thread, copy.close)
        thread.shutdown()
        raise
    return log
