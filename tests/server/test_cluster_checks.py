"""Servers that could lose what they acknowledge are refused before anybody is served from them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from doorless_server.cluster.nodes import Cluster
from doorless_server.store.nats import checks, connection, streams
from doorless_server.store.nats.checks import check_cluster
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ApiError, ClusterError
from nats_cluster import PASSWORD, configured, unsynced

KEPT = streams.Stream("kept", ("kept.>",), {})


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not answer here at once never does."""
    monkeypatch.setattr(checks, "PATIENCE", 0.5)
    monkeypatch.setattr(connection, "FIRST_PATIENCE", 0.5)


@asynccontextmanager
async def connected(cluster: Cluster) -> AsyncIterator[Connection]:
    opened = await Connection.open(cluster.urls)
    try:
        yield opened
    finally:
        await opened.close()


async def test_servers_that_sync_what_they_acknowledge_are_taken(nats_three: Cluster) -> None:
    async with connected(nats_three) as there:
        await check_cluster(there, 3)
        assert {server.synced for server in await checks.ask_servers(there, 3)} == {True}


@pytest.mark.attack(
    "S11",
    "a cluster of which one server acknowledges before it syncs is refused",
    weaken={"doorless_server.store.nats.checks.check_server": lambda _server: None},
)
async def test_a_server_that_acknowledges_before_it_syncs_is_refused(tmp_path: Path) -> None:
    with configured(tmp_path, 3, unsynced) as cluster:
        async with connected(cluster) as there:
            with pytest.raises(ClusterError, match="'nats-3' acknowledges what is not on its disk"):
                await check_cluster(there, 3)


async def test_servers_that_do_not_tell_are_refused(tmp_path: Path) -> None:
    with configured(tmp_path, 1, lambda text: text.replace("doorless.jetstream", "x")) as cluster:
        async with connected(cluster) as there:
            with pytest.raises(ClusterError, match=r"has to import doorless\.jetstream"):
                await check_cluster(there, 1)


async def test_one_server_is_no_cluster(nats_node: Cluster) -> None:
    async with connected(nats_node) as there:
        await check_cluster(there, 1)
        with pytest.raises(ClusterError, match="1 of 3 NATS servers answered"):
            await check_cluster(there, 3)


async def test_two_of_three_are_enough_to_start_and_one_is_not(nats_cluster: Cluster) -> None:
    nats_cluster.nodes[0].kill()
    async with connected(nats_cluster) as there:
        await check_cluster(there, 3)
        nats_cluster.nodes[1].kill()
    async with connected(nats_cluster) as there:
        with pytest.raises(ClusterError, match="1 of 3 NATS servers answered"):
            await check_cluster(there, 3)


async def test_nobody_there_is_one_line_without_a_password(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, size=1, password=PASSWORD)
    with pytest.raises(ClusterError, match="no NATS server answers") as refused:
        await Connection.open(cluster.urls)
    assert PASSWORD not in str(refused.value)
    cluster.close()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"num_replicas": 1}, "num_replicas 1, and not 3"),
        ({"storage": "memory"}, "storage memory, and not file"),
        ({"discard": "old"}, "discard old, and not new"),
    ],
)
async def test_a_stream_that_promises_less_is_refused(
    other: dict[str, object], says: str, nats_three: Cluster
) -> None:
    async with connected(nats_three) as there:
        await there.ask("STREAM.CREATE.kept", streams.configured(KEPT, 3) | other)
        with pytest.raises(ClusterError, match=says):
            await streams.keep(there, KEPT, 3)


async def test_a_stream_that_acknowledges_before_it_writes_is_refused(nats_node: Cluster) -> None:
    """NATS allows that of one server alone; so does the contract of the store, in tests."""
    plain = streams.configured(KEPT, 1) | {"allow_atomic": False, "persist_mode": "async"}
    async with connected(nats_node) as there:
        held = await there.ask("STREAM.CREATE.kept", plain)
        with pytest.raises(ClusterError, match="acknowledges before it writes"):
            streams.check(KEPT, streams.configured(KEPT, 1) | {"allow_atomic": False}, held)


async def test_a_stream_that_is_as_it_must_be_is_kept_as_it_is(nats_three: Cluster) -> None:
    async with connected(nats_three) as there:
        await streams.keep(there, KEPT, 3)
        first = await there.store("kept.one", b"this")
        await streams.keep(there, KEPT, 3)
        assert await there.store("kept.one", b"that") == first + 1


class Starting:
    """Servers that have not heard of one another yet, so many times."""

    def __init__(self, alone: int, number: int = streams.NO_PEERS) -> None:
        self.alone, self.number = alone, number

    async def ask(self, subject: str, question: Mapping[str, object]) -> Mapping[str, object]:
        if subject.startswith("STREAM.INFO"):
            raise ApiError(404, streams.NOT_FOUND, "stream not found")
        self.alone -= 1
        if self.alone >= 0:
            raise ApiError(400, self.number, "no suitable peers for placement, peer offline")
        return {"config": question}


async def test_servers_that_just_started_are_asked_again_for_a_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "PEERS_LOOK", 0.01)
    stream = streams.Stream("doorless-mail-00", ("a.>",), {})
    await streams.keep(Starting(3), stream, 3)  # type: ignore[arg-type]
    with pytest.raises(ClusterError, match="cannot be made"):
        await streams.keep(Starting(1, 10_025), stream, 3)  # type: ignore[arg-type]
    monkeypatch.setattr(streams, "PEERS_SECONDS", 0.05)
    with pytest.raises(ClusterError, match="no suitable peers"):
        await streams.keep(Starting(1_000), stream, 3)  # type: ignore[arg-type]
