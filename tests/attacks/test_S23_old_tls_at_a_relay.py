"""S23, at the relay: TLS 1.3 with its own cipher suites, and nothing older or weaker."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from certified import Certified
from doorless_server import listener, tls
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"}

OLD = {
    "TLS 1.0": ("TLSv1", "ALL:@SECLEVEL=0"),
    "TLS 1.1": ("TLSv1_1", "ALL:@SECLEVEL=0"),
    "TLS 1.2": ("TLSv1_2", "DEFAULT"),
    "TLS 1.2, CBC": ("TLSv1_2", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
    "TLS 1.2, without forward secrecy": ("TLSv1_2", "AES128-SHA:@SECLEVEL=0"),
    "TLS 1.2, without encryption": ("TLSv1_2", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"),
    "TLS 1.2, without a certificate": ("TLSv1_2", "AECDH-AES128-SHA:@SECLEVEL=0"),
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[listener.Listener]:
    files = Certified.make(tmp_path)
    serving = await listener.serve_on(
        Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes),
        listener.bind("127.0.0.1", 0),
        clock=lambda: 1_750_000_000,
        certificates=tls.Certificates(files.certificate, files.key),
    )
    yield serving
    await serving.close()


def client() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def speaking(version: str, ciphers: str) -> ssl.SSLContext:
    context = client()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what they are
        context.minimum_version = ssl.TLSVersion[version]
        context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers(ciphers)
    return context


async def agreed(server: listener.Listener, context: ssl.SSLContext) -> str | None:
    """The cipher suite, or None where no handshake comes about."""
    host, port = server.url.removeprefix("wss://").rsplit(":", 1)
    try:
        _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    except OSError:
        return None
    suite = writer.get_extra_info("cipher")[0]
    writer.transport.abort()
    return str(suite)


@pytest.mark.attack(
    "S23",
    "a relay speaks TLS 1.3 and nothing older, with no weak cipher",
    weaken={"doorless_server.tls.OLDEST": ssl.TLSVersion.TLSv1_2},
)
async def test_what_is_old_or_weak_is_refused(server: listener.Listener, record: Any) -> None:
    taken = {name: await agreed(server, speaking(*how)) for name, how in OLD.items()}
    assert taken == dict.fromkeys(OLD)
    agreed_to = sum(suite is not None for suite in taken.values())
    record("S23", "old or weak handshakes agreed to", agreed_to, f"of {len(OLD)}", "== 0")
    assert await agreed(server, client()) in SUITES


async def test_what_is_not_tls_at_all_gets_no_answer(server: listener.Listener) -> None:
    host, port = server.url.removeprefix("wss://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\nHost: relay.test\r\n\r\n")
    assert b"HTTP" not in await reader.read()
    writer.close()
