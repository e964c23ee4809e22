"""A wire leads to the relay that was meant, or to none."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_protocol.frames import Done, Hello
from doorless_protocol.primitives import sha256


def self_signed(folder: Path) -> tuple[Path, Path, bytes]:
    """Files of a certificate and its key, and the fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem", sha256(der)


@pytest.fixture
async def tls_relay(tmp_path: Path, scripted_relay: Any) -> AsyncIterator[Any]:
    """The scripted relay on TLS; `pin` is its certificate's fingerprint."""
    certificate, key, pin = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    relay = type(scripted_relay)(context)
    relay.pin, relay.tls = pin, context
    await relay.start()
    yield relay
    await relay.stop()


async def test_the_pinned_certificate_is_enough_and_binds_the_channel(tls_relay: Any) -> None:
    wire = await Wire.open(Endpoint.parse(f"127.0.0.1:{tls_relay.port}", tls_relay.pin))
    try:
        assert wire.binding == tls_relay.pin
        assert await wire.ask(Hello()) == Done()
    finally:
        await wire.close()


async def test_another_certificate_than_the_pinned_one_is_refused(tls_relay: Any) -> None:
    endpoint = Endpoint.parse(f"127.0.0.1:{tls_relay.port}", bytes(32))
    with pytest.raises(UnreachableError, match="not the one that was pinned"):
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
