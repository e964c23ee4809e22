"""A profile is opened as it was made: the same account, at the same relay, reached the same way."""

import datetime
import random
import time
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from doorless_client.creating import begin_account
from doorless_client.endpoint import Endpoint
from doorless_client.opening import open_profile
from doorless_protocol.primitives import sha256
from doorless_server import listener, tls
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

pytestmark = pytest.mark.usefixtures("cheap_passphrases")


@pytest.fixture
async def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    """A relay on this computer, over TLS, whose certificate the system's authorities vouch for."""
    certificate, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = await listener.serve_on(
        Relay(MemoryStore(), Identity("relay.test"), random=random.Random(2).randbytes),
        listener.bind("127.0.0.1", 0),
        clock=lambda: int(time.time()),
        tls=tls.server_context(certificate, key),
        binding=tls.channel_binding(certificate),
    )
    yield Endpoint.parse(server.url)
    await server.close()


@pytest.mark.parametrize("pinned", [False, True])
async def test_a_relay_over_tls_on_this_computer_is_reached_so_again(
    endpoint: Endpoint, tmp_path: Path, pinned: bool
) -> None:
    pin = sha256(der(tmp_path / "certificate.pem")) if pinned else b""
    home = Endpoint.parse(endpoint.url, pin)
    randomness, place = random.Random(3).randbytes, tmp_path / "alice"
    account = await begin_account(place, "a secret", home, "alice", time.time, randomness)
    await account.claim()
    account.finish()
    account.close()
    opened = await open_profile(place, "a secret", time.time, randomness)
    try:
        await opened.messenger.start()
        assert await opened.messenger.online(10)
    finally:
        await opened.close()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself; and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay.test")])
    today = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def der(certificate: Path) -> bytes:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return loaded.public_bytes(serialization.Encoding.DER)
