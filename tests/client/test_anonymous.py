"""Anonymous requests are tied neither to an account nor to each other."""

import asyncio
from typing import Any

import pytest

from doorless_client import anonymous as module
from doorless_client.anonymous import MAX_CONNECTIONS, Anonymous
from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_protocol.frames import Done, Hello


@pytest.fixture
def relay(scripted_relay: Any) -> Endpoint:
    return Endpoint.parse(f"127.0.0.1:{scripted_relay.port}")


async def test_a_burst_shares_a_connection(scripted_relay: Any, relay: Endpoint) -> None:
    async with Anonymous() as anonymous:
        answers = await asyncio.gather(*(anonymous.ask(relay, Hello()) for _ in range(20)))
    assert answers == [Done()] * 20
    assert scripted_relay.connections == 1


async def test_what_is_kept_apart_shares_none(scripted_relay: Any, relay: Endpoint) -> None:
    async with Anonymous() as anonymous:
        await anonymous.ask(relay, Hello(), apart=b"bob")
        await anonymous.ask(relay, Hello(), apart=b"carol")
        await anonymous.ask(relay, Hello(), apart=b"bob")
    assert scripted_relay.connections == 2


async def test_the_next_burst_has_a_fresh_connection(
    scripted_relay: Any, relay: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 0.02)
    async with Anonymous() as anonymous:
        await anonymous.ask(relay, Hello())
        async with asyncio.timeout(60):
            while anonymous._bursts:
                await asyncio.wait([burst.task for burst in anonymous._bursts.values()])
        await anonymous.ask(relay, Hello())
    assert scripted_relay.connections == 2


async def test_many_apart_wait_for_their_turn(scripted_relay: Any, relay: Endpoint) -> None:
    async with Anonymous() as anonymous:
        for n in range(3 * MAX_CONNECTIONS):
            await anonymous.ask(relay, Hello(), apart=bytes((n,)))
            assert sum(not burst.over for burst in anonymous._bursts.values()) <= MAX_CONNECTIONS
    assert scripted_relay.connections == 3 * MAX_CONNECTIONS


async def test_a_relay_that_is_away_is_unreachable_and_then_asked_again(
    scripted_relay: Any, relay: Endpoint
) -> None:
    port = scripted_relay.port
    await scripted_relay.stop()
    async with Anonymous() as anonymous:
        with pytest.raises(UnreachableError, match="nobody listens"):
            await anonymous.ask(relay, Hello())
        await scripted_relay.start(port)
        assert await anonymous.ask(relay, Hello()) == Done()


async def test_a_connection_that_was_closed_meanwhile_is_replaced(
    scripted_relay: Any, relay: Endpoint
) -> None:
    async with Anonymous() as anonymous:
        await anonymous.ask(relay, Hello())
        port = scripted_relay.port
        await scripted_relay.stop()
        await scripted_relay.start(port)
        assert await anonymous.ask(relay, Hello()) == Done()


async def test_leaving_while_it_asks_leaves_nothing(scripted_relay: Any, relay: Endpoint) -> None:
    async def say_nothing(connection: Any) -> None:
        await connection.wait_closed()

    scripted_relay.behave = say_nothing
    async with Anonymous() as anonymous:
        asking = asyncio.create_task(anonymous.ask(relay, Hello()))
        for _ in range(10):
            await asyncio.sleep(0)
    with pytest.raises(UnreachableError):
        await asking
