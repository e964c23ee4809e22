"""The server that leads the accounts, or the log, is killed while two nodes change them.

What a node said is so; what it did not say is so or not, as a whole. The same for longer:
`DOORLESS_KILLS=5`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from claiming_node import TOKEN, listing
from cluster_nodes import PREFIX, LogNode, Node, Owner, folder_at, join, joining
from doorless_protocol.log.label import Label
from doorless_server.store.base import (
    Batch,
    OneTime,
    StoreError,
    TakenError,
    UnavailableError,
)
from nats_cluster import leader_of

KILLS = int(os.environ.get("DOORLESS_KILLS", "1"))

T = TypeVar("T")


@pytest.fixture
async def nodes(nats_cluster: Any) -> AsyncIterator[list[Node]]:
    """Two, each of which knows all three servers."""
    joined = [await join(nats_cluster.urls, replicas=3) for _ in range(2)]
    yield joined
    for node in joined:
        await node.connection.close()


async def killing(cluster: Any, stream: str, enough: asyncio.Event) -> None:
    """Kill the stream's leader, let it come back, as often as wanted; then it is enough."""
    for _ in range(KILLS):
        await asyncio.sleep(0.5)  # of a race that goes on
        leader = await asyncio.to_thread(leader_of, cluster, stream)
        assert leader is not None
        leader.kill()
        await asyncio.sleep(1)
        leader.start()
        await asyncio.to_thread(cluster.await_ready)
    enough.set()


async def surely(ask: Callable[[], Awaitable[T]]) -> T:
    """Once somebody answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await ask()
            except UnavailableError:
                await asyncio.sleep(0.1)  # a leader is elected


async def said(asked: Any) -> str:
    """What came of it, in a word."""
    try:
        await asked
    except UnavailableError:
        return "perhaps"
    except StoreError:
        return "no"
    return "yes"


@pytest.mark.timeout(60 + 30 * KILLS)
async def test_of_names_and_pairs_nothing_is_halved_and_nothing_given_twice(
    nats_cluster: Any, nodes: list[Node]
) -> None:
    enough = asyncio.Event()
    pairs = tuple(OneTime(number, b"pair %d" % number, b"path") for number in range(900))
    await nodes[0].accounts.create("ada", listing("ada"), TOKEN, 1)
    await nodes[0].prekeys.publish(b"phone of ada", Batch(b"bundle", b"h" * 32, 9, pairs))
    told: dict[str, dict[str, str]] = {}
    taken: list[int] = []

    async def claim(number: int) -> None:
        names = [f"p{number}n{place}" for place in range(2)]
        outcomes = [
            said(node.accounts.create(f"handle{number}", listing(name), TOKEN, 1))
            for node, name in zip(nodes, names, strict=True)
        ]
        told[f"handle{number}"] = dict(zip(names, await asyncio.gather(*outcomes), strict=True))

    async def claiming() -> None:
        number = 0
        while not enough.is_set():
            await claim(number := number + 1)
            await asyncio.sleep(0.02)

    async def taking(node: Node) -> None:
        while not enough.is_set():
            try:
                served = await node.prekeys.take_prekeys(b"phone of ada", 1, one_time=True)
            except UnavailableError:
                await asyncio.sleep(0.05)  # nobody answers: another asks less often, too
                continue
            if served is not None and served.one_time is not None:
                taken.append(served.one_time.index)
            await asyncio.sleep(0.01)

    await asyncio.gather(
        claiming(),
        *map(taking, nodes),
        killing(nats_cluster, f"KV_{PREFIX}-accounts", enough),
    )
    assert len(taken) == len(set(taken)) > 0
    assert "yes" in [outcome for both in told.values() for outcome in both.values()]
    for handle, both in told.items():
        held = await surely(partial(nodes[0].accounts.account_named, handle))
        for name, outcome in both.items():
            is_held = held is not None and held.id == name.encode()
            assert (outcome, is_held) in {
                ("yes", True),
                ("no", False),
                ("perhaps", True),
                ("perhaps", False),
            }
            seat = await surely(partial(nodes[1].accounts.seat, b"phone of " + name.encode()))
            assert (seat is not None) == is_held
            if not is_held:  # nothing of it blocks anybody
                await nodes[1].accounts.create(f"other-{name}", listing(name), TOKEN, 1)
    with pytest.raises(TakenError):
        await nodes[1].accounts.create("other", listing("ada"), TOKEN, 1)


@pytest.mark.timeout(60 + 30 * KILLS)
async def test_what_was_promised_is_in_the_log_and_no_head_is_forked(
    nats_cluster: Any, tmp_path: Path
) -> None:
    ours = LogNode(nats_cluster.urls, folder_at(tmp_path / "ours"), 1, replicas=3)
    await ours.open()
    theirs = LogNode(nats_cluster.urls, joining(ours.folder, tmp_path / "theirs"), 2, replicas=3)
    theirs.accounts = ours.accounts
    await theirs.open()
    enough, promised = asyncio.Event(), list[Owner]()
    loop = asyncio.get_running_loop()

    async def registering(node: LogNode) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            owner = Owner(Label(f"p{number}n{node.seed}"), 100 * number + node.seed)
            node.elapsed = loop.time()
            if await said(node.put(owner)) == "yes":
                promised.append(owner)
            node.now += 10  # so that epochs may follow one another
            await asyncio.sleep(0.05)

    for node in (ours, theirs):
        node.log.run()
    try:
        await asyncio.gather(
            *map(registering, (ours, theirs)),
            killing(nats_cluster, f"KV_{PREFIX}-log", enough),
        )
        assert promised
        async with asyncio.timeout(60):
            for owner in promised:
                while await surely(partial(theirs.look_up, owner)) is None:
                    for node in (ours, theirs):  # time goes on, and with it the builder's turns
                        node.elapsed, node.now = node.elapsed + 1, node.now + 1
                    await asyncio.sleep(0.1)
        assert ours.broken == theirs.broken == []
    finally:
        await ours.close()
        await theirs.close()
