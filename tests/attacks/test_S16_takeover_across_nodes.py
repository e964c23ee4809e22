"""S16: one device connects to two nodes of a relay."""

from typing import Any

import pytest

from doorless_protocol.frames import CloseReason, Closing, Done, Subscribe
from relay_person import Person
from served import ask, talking
from two_nodes import closing, nodes_over

ALICE = Person("alice", 1)


@pytest.mark.attack(
    "S16",
    "the newest connection of a device wins, also where the older one is on another node",
    weaken={"doorless_server.others.Together.taken": lambda *_: None},
)
async def test_the_newest_connection_wins_on_whatever_node(nats_node: Any) -> None:
    async with (
        nodes_over(nats_node.urls, ALICE) as (here, there),
        talking(here.url, ALICE) as older,
    ):
        await ask(older, Subscribe())
        async with talking(there.url, ALICE) as newer:
            try:
                heard = await closing(older)
            except TimeoutError:
                pytest.fail("the older connection lives on")
            assert heard == [Closing(int(CloseReason.REPLACED))]
            assert (here.connected_as()["device"], there.connected_as()["device"]) == (0, 1)
            assert await ask(newer, Subscribe()) == Done()
