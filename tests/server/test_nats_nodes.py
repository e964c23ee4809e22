"""The servers that the tests of the clustered store stand on are real ones, and can be killed."""

import asyncio
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from doorless_server.cluster.nodes import Cluster, ClusterError
from nats_cluster import PASSWORD, await_caught_up, leader_of, running


async def published(streams: JetStreamContext, subject: str, data: bytes) -> None:
    """Say it again until it is stored; once, for it has an id."""
    async with asyncio.timeout(30):
        while True:
            try:
                await streams.publish(subject, data, timeout=1, headers={"Nats-Msg-Id": data.hex()})
            except (NatsError, OSError):
                await asyncio.sleep(0.05)
            else:
                return


async def test_one_server_keeps_what_it_was_given_over_a_kill(tmp_path: Path) -> None:
    with running(tmp_path, 1) as cluster:
        connection = await nats.connect(cluster.urls)
        await connection.jetstream().add_stream(StreamConfig(name="kept", subjects=["kept"]))
        await connection.jetstream().publish("kept", b"this")
        await connection.close()

        cluster.nodes[0].kill()
        assert not cluster.nodes[0].is_ready()
        cluster.nodes[0].start()
        cluster.await_ready()

        connection = await nats.connect(cluster.urls)
        assert (await connection.jetstream().get_msg("kept", seq=1)).data == b"this"
        await connection.close()


async def test_two_of_three_go_on_and_the_third_catches_up(
    nats_cluster: Cluster,
) -> None:
    connection = await nats.connect(nats_cluster.urls, reconnect_time_wait=0.05)
    streams = connection.jetstream()
    config = StreamConfig(name="kept", subjects=["kept"], num_replicas=3)
    await streams.add_stream(config)
    await published(streams, "kept", b"before")

    leader = leader_of(nats_cluster, "kept")
    assert leader is not None
    follower = next(node for node in nats_cluster.nodes if node is not leader)
    follower.kill()
    await published(streams, "kept", b"without it")
    follower.start()
    nats_cluster.await_ready()
    await_caught_up(nats_cluster)
    assert leader_of(nats_cluster, "kept") is leader
    assert (await streams.stream_info("kept")).state.messages == 2
    await connection.close()


@pytest.mark.parametrize("number", [1, 2])
async def test_who_asks_for_the_shared_server_finds_it_empty(
    number: int, nats_node: Cluster
) -> None:
    connection = await nats.connect(nats_node.urls)
    assert await connection.jetstream().streams_info() == []
    await connection.jetstream().add_stream(StreamConfig(name="left", subjects=["left"]))
    await connection.close()


def test_a_server_that_ends_at_once_is_told_of(tmp_path: Path) -> None:
    with Cluster(tmp_path, size=1, password=PASSWORD) as cluster:
        cluster.nodes[0].kill()
        with pytest.raises(ClusterError, match="no nats-server runs"):
            cluster.await_ready()
