"""kill -9 of a node that claims names and takes pairs, at any moment. More: `DOORLESS_KILLS=50`."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from random import Random
from typing import Any

import pytest

from claiming_node import SHARED, TOKEN, listing
from cluster_nodes import join
from doorless_server.store.base import Batch, OneTime, TakenError

KILLS = int(os.environ.get("DOORLESS_KILLS", "3"))

TESTS = Path(__file__).parents[2]


async def started(word: str, urls: list[str]) -> Process:
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "claiming_node", word, *urls]
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, env=environment)


async def killed(process: Process, claims: int, seconds: float) -> list[list[str]]:
    """What it said, until it was killed so long behind a claim."""
    assert process.stdout is not None
    said: list[list[str]] = []
    while claims:
        said.append((await process.stdout.readline()).decode().split())
        assert said[-1], "it ended by itself"
        claims -= said[-1][0] == "claim"
    await asyncio.sleep(seconds)
    process.kill()
    said += [line.decode().split() for line in (await process.stdout.read()).splitlines()]
    await process.wait()
    return [line for line in said if len(line) == 2]


@pytest.mark.timeout(60 + 5 * KILLS)
async def test_it_has_what_it_claimed_or_nothing_and_no_pair_is_given_twice(
    nats_node: Any,
) -> None:
    node, random = await join(nats_node.urls), Random(KILLS)
    pairs = tuple(OneTime(number, b"pair", b"path") for number in range(900))
    await node.accounts.create("ada", listing("ada"), TOKEN, 1)
    await node.prekeys.publish(SHARED, Batch(b"bundle", b"h" * 32, 9, pairs))
    processes = [await started(f"k{number}", nats_node.urls) for number in range(KILLS)]
    runs = await asyncio.gather(
        *[killed(each, random.randint(2, 12), random.random() / 100) for each in processes]
    )
    said = [line for run in runs for line in run]
    given = [int(value) for word, value in said if word == "pair"]
    assert len(given) == len(set(given)) > 0
    claimed = [value for word, value in said if word == "claim"]
    told = {value for word, value in said if word == "has"}
    for name in claimed:
        held = await node.accounts.account_named(name)
        seat = await node.accounts.seat(b"phone of " + name.encode())
        assert (held is None) == (seat is None)
        if name in told:
            assert held is not None
        if held is None:
            await node.accounts.create(name, listing(name), TOKEN, 1)
        else:
            with pytest.raises(TakenError):
                await node.accounts.create(f"{name}2", listing(name), TOKEN, 1)
    left = await node.prekeys.take_prekeys(SHARED, 1, one_time=True)
    assert left is not None
    assert left.one_time is not None
    assert left.one_time.index not in given
    remaining = await node.prekeys.prekeys_left(SHARED)
    assert remaining is not None
    wasted = len(pairs) - len(given) - 1 - remaining[1]
    assert 0 <= wasted <= KILLS
    await node.connection.close()
