"""The tap records what the relay receives, without its mask, and can be cut."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_lab.tap import Tap
from doorless_protocol.frames import Hello, Lookup, Refused, RelayInfo, decode_call
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

HANDLE = "somebody.with.a.long.handle"


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, int]]:
    relay = Relay(MemoryStore(), Identity("relay.example"), random=os.urandom)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: 1_750_000_000)
    host, _, port = server.url.removeprefix("ws://").rpartition(":")
    yield host, int(port)
    await server.close()


@pytest.fixture
async def messages() -> list[bytes]:
    return []


@pytest.fixture
async def tap(
    address: tuple[str, int], tmp_path: Path, messages: list[bytes]
) -> AsyncIterator[Tap]:
    async with Tap(lambda: address, tmp_path / "tap", messages.append) as tap:
        yield tap


async def dial(tap: Tap) -> Wire:
    host, port = tap.address
    return await Wire.open(Endpoint.parse(f"ws://{host}:{port}"))


async def test_what_the_relay_reads_is_recorded_without_its_mask(
    tap: Tap, messages: list[bytes]
) -> None:
    wire = await dial(tap)
    assert isinstance(await wire.ask(Lookup(HANDLE, known_version=0)), Refused)
    (call,) = [decode_call(message) for message in messages]
    assert call.request == Lookup(HANDLE, known_version=0)
    record = tap.record.read_bytes()
    assert HANDLE.encode() in record
    assert record.endswith(messages[0])
    assert len(record) == tap.recorded
    await wire.close()


async def test_the_upgrade_is_recorded_too(tap: Tap) -> None:
    await (await dial(tap)).close()
    assert b"Sec-WebSocket-Key" in tap.record.read_bytes()


async def test_a_cut_ends_what_is_open_and_refuses_what_comes_until_it_is_restored(
    tap: Tap,
) -> None:
    wire = await dial(tap)
    tap.cut()
    with pytest.raises(UnreachableError):
        await wire.ask(Hello())
    await wire.close()
    with pytest.raises(UnreachableError):
        await dial(tap)
    tap.restore()
    wire = await dial(tap)
    assert isinstance(await wire.ask(Hello()), RelayInfo)
    await wire.close()


async def test_a_relay_that_is_gone_looks_like_a_cut(tmp_path: Path) -> None:
    async with Tap(lambda: ("127.0.0.1", 1), tmp_path / "tap", lambda _: None) as tap:
        with pytest.raises(UnreachableError):
            await dial(tap)
