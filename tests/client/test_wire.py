"""A wire leads to the relay that was meant, or to none."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from certified import Certified
from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_client.wire import CLOSE_TIMEOUT, Wire
from doorless_protocol.frames import Done, Hello, Submit
from doorless_protocol.primitives import sha256


@pytest.fixture
async def tls_relay(tmp_path: Path, scripted_relay: Any) -> AsyncIterator[Any]:
    """The scripted relay on TLS, that signed for itself; `pin` is its key's fingerprint."""
    files = Certified.make(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    relay = type(scripted_relay)(context)
    relay.files, relay.pin, relay.tls = files, sha256(files.spki), context
    await relay.start()
    yield relay
    await relay.stop()


async def test_the_pinned_key_is_enough_and_its_certificate_binds(
    tls_relay: Any,
) -> None:
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{tls_relay.port}", tls_relay.pin))
    try:
        assert wire.binding == sha256(tls_relay.files.der)
        assert await wire.ask(Hello()) == Done()
    finally:
        await wire.close()


async def test_a_renewed_certificate_of_the_pinned_key_is_the_same_relay(
    tls_relay: Any, tmp_path: Path
) -> None:
    renewal = Certified.make(tmp_path, "renewal", private=tls_relay.files.private)
    tls_relay.tls.load_cert_chain(renewal.certificate, renewal.key)
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{tls_relay.port}", tls_relay.pin))
    assert wire.binding == sha256(renewal.der) != sha256(tls_relay.files.der)
    await wire.close()


async def test_another_key_than_the_pinned_one_is_refused(tls_relay: Any) -> None:
    endpoint = Endpoint.parse(f"127.0.0.1:{tls_relay.port}", bytes(32))
    with pytest.raises(UnreachableError, match="another key than the one that you were given"):
        await (await Wire.open(endpoint)).close()
    assert tls_relay.connections == 0


async def test_a_certificate_that_nobody_vouches_for_is_refused(tls_relay: Any) -> None:
    with pytest.raises(UnreachableError, match="not trusted"):
        await Wire.open(Endpoint.parse(f"wss://127.0.0.1:{tls_relay.port}"))
    assert tls_relay.connections == 0


async def test_less_than_tls_1_3_is_refused(tls_relay: Any) -> None:
    tls_relay.tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(UnreachableError, match=r"TLS 1\.3"):
        await Wire.open(Endpoint.parse(f"127.0.0.1:{tls_relay.port}", tls_relay.pin))


async def test_plain_loopback_binds_no_channel(scripted_relay: Any) -> None:
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))
    assert wire.binding == bytes(32)
    await wire.close()


async def test_who_is_hurried_while_it_closes_leaves_no_socket(scripted_relay: Any) -> None:
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))
    socket = wire._socket
    socket.transport.pause_reading()  # as where the relay says more than is read
    closing = asyncio.create_task(wire.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    async with asyncio.timeout(1):
        await socket.wait_closed()


async def test_who_reads_nothing_holds_no_goodbye_up(scripted_relay: Any) -> None:
    over = asyncio.Event()

    async def deaf(relays: ServerConnection) -> None:
        relays.transport.pause_reading()
        await over.wait()
        relays.transport.resume_reading()

    async def fill() -> None:
        while True:
            await wire.tell(Submit(bytes(32), bytes(16), os.urandom(16), bytes(65_536)))

    scripted_relay.behave = deaf
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))
    filling = asyncio.create_task(fill())
    async with asyncio.timeout(30):
        while not wire._socket.paused:  # noqa: ASYNC110  (until more waits than is sent)
            await asyncio.sleep(0.01)
    filling.cancel()
    try:
        async with asyncio.timeout(10 * CLOSE_TIMEOUT):
            await wire.close()
            await wire._socket.wait_closed()
    finally:
        over.set()


async def test_junk_ends_a_connection_also_to_who_reads_nothing(scripted_relay: Any) -> None:
    over = asyncio.Event()

    async def deaf(relays: ServerConnection) -> None:
        relays.transport.pause_reading()
        await relays.send(b"no frame")
        await over.wait()
        relays.transport.resume_reading()

    scripted_relay.behave = deaf
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT / 2):
            assert "no frame" in (await wire.ended).line
        await wire.close()
    finally:
        over.set()


async def test_nobody_there_is_one_clear_line(scripted_relay: Any) -> None:
    port = scripted_relay.port
    await scripted_relay.stop()
    with pytest.raises(UnreachableError, match=f"relay 127.0.0.1:{port} cannot .* nobody listens"):
        await Wire.open(Endpoint.parse(f"127.0.0.1:{port}"))


@pytest.mark.parametrize("greeting", [b"\xc1", "text", b"\x92\xa6answer\x00"])
async def test_something_that_is_no_relay_is_refused(
    scripted_relay: Any, greeting: bytes | str
) -> None:
    scripted_relay.greeting = greeting
    with pytest.raises(UnreachableError, match="no doorless relay"):
        await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))


@pytest.mark.parametrize(
    ("response", "line"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "status 200"),
        (b"HTTP/1.1 404 \x1b[2J\r\nContent-Length: 0\r\n\r\n", "no doorless relay"),
        (b"SSH-2.0-x\r\n", "no doorless relay"),
        (b"", "no doorless relay"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "status 302",
        ),
    ],
    ids=["web", "escape", "ssh", "nothing", "redirect"],
)
async def test_another_server_is_refused_and_not_followed(response: bytes, line: str) -> None:
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(UnreachableError, match=line) as refused:
            await Wire.open(Endpoint.parse(f"127.0.0.1:{port}"))
        assert "\x1b" not in str(refused.value)
    finally:
        server.close()
        await server.wait_closed()
    assert len(seen) == 1
    assert b"user-agent" not in seen[0].lower()
    assert b"sec-websocket-extensions" not in seen[0].lower()


async def test_proxies_of_the_environment_are_not_used(
    scripted_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{scripted_relay.port}"))
    await wire.close()
