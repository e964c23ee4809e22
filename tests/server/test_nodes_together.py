"""Several nodes over one cluster are one relay to everybody who is connected to any of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from doorless_protocol.frames import (
    Acknowledge,
    CloseReason,
    Closing,
    Collect,
    Collected,
    Deliver,
    Done,
    Leave,
    Refused,
    Subscribe,
)
from doorless_protocol.keys import DeviceKeys
from doorless_server import listener
from doorless_server.peers import Greeted
from relay_person import Person
from served import ask, hear, talking
from two_nodes import closing, nodes_over

ALICE = Person("alice", 1)


@pytest.fixture
async def nodes(nats_node: Any) -> AsyncIterator[list[listener.Listener]]:
    """Two, and an account for Alice."""
    async with nodes_over(nats_node.urls, ALICE) as both:
        yield both


async def pushed(socket: Any, count: int) -> list[int]:
    heard = [await hear(socket) for _ in range(count)]
    assert all(isinstance(each, Deliver) for each in heard), heard
    return [int.from_bytes(each.envelope_id, "big") for each in heard]


async def signed_in(url: str, person: Person, device: DeviceKeys) -> ClientConnection:
    socket = await connect(url, subprotocols=["doorless.1"], compression=None)  # type: ignore[list-item]
    challenge = await hear(socket)
    assert await ask(socket, person.sign_in(Greeted(challenge, 0, bytes(32)), device)) == Done()
    return socket


async def test_what_comes_in_at_one_node_is_pushed_at_another(
    nodes: list[listener.Listener],
) -> None:
    here, there = nodes
    async with talking(here.url, ALICE) as device, talking(there.url) as sender:
        await ask(sender, ALICE.envelope(1))
        await ask(device, Subscribe())
        assert await pushed(device, 1) == [1]
        for number in (2, 3):
            assert await ask(sender, ALICE.envelope(number)) == Done()
        assert await pushed(device, 2) == [2, 3]


async def test_senders_at_both_nodes_are_heard_in_the_order_of_the_stream(
    nodes: list[listener.Listener],
) -> None:
    here, there = nodes
    async with (
        talking(here.url, ALICE) as device,
        talking(here.url) as near,
        talking(there.url) as far,
    ):
        await ask(device, Subscribe())
        for number in range(0, 40, 2):
            await asyncio.gather(
                ask(near, ALICE.envelope(number)), ask(far, ALICE.envelope(number + 1))
            )
        first = await pushed(device, 40)
        assert sorted(first) == list(range(40))
        await ask(device, Subscribe())  # everything once more, as it lies there
        assert await pushed(device, 40) == first


async def test_what_is_acknowledged_at_one_node_is_gone_at_another(
    nodes: list[listener.Listener],
) -> None:
    here, there = nodes
    async with talking(here.url, ALICE) as device, talking(there.url) as sender:
        for number in (1, 2, 3):
            await ask(sender, ALICE.envelope(number))
        await ask(device, Subscribe())
        assert await pushed(device, 3) == [1, 2, 3]
        await ask(device, Acknowledge((ALICE.envelope(2).envelope_id,)))
    async with talking(there.url, ALICE) as device, talking(here.url) as sender:
        await ask(sender, ALICE.envelope(2))  # a sender's repetition
        await ask(device, Subscribe())
        assert await pushed(device, 2) == [1, 3]


async def test_devices_meet_whichever_node_each_is_at(nodes: list[listener.Listener]) -> None:
    here, there = nodes
    place, sealed = bytes(32), bytes(28)
    async with talking(here.url) as leaving, talking(there.url) as collecting:
        assert await ask(leaving, Leave(place, sealed)) == Done()
        async with asyncio.timeout(5):
            while await ask(collecting, Collect(place)) != Collected(sealed):
                pass
        assert isinstance(await ask(collecting, Leave(place, bytes(29))), Refused)


async def test_a_revoked_device_is_cut_off_on_every_node(nodes: list[listener.Listener]) -> None:
    here, there = nodes
    alice = Person("alice", 1)
    desk = DeviceKeys.draw(alice.random)
    async with talking(here.url, alice) as phone:
        both = alice.listing(alice.device, desk, after=alice.manifest)
        assert await ask(phone, alice.publish(both)) == Done()
        revoked = await signed_in(there.url, alice, desk)
        await ask(phone, alice.publish(alice.listing(alice.device, after=both)))
        assert await closing(revoked) == [Closing(int(CloseReason.REVOKED))]
