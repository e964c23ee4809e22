"""Beyond loopback there is TLS 1.3, and a login is bound to the certificate that was shown."""

import datetime
import hashlib
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import connect

from doorless_protocol.frames import Answer, Call, Challenge, Done, decode_from_relay, encode
from doorless_server import listener, tls
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000


class Files(NamedTuple):
    certificate: Path
    key: Path
    der: bytes


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A certificate for 127.0.0.1 that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay.test")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    found = Files(
        tmp_path / "cert.pem",
        tmp_path / "key.pem",
        certificate.public_bytes(serialization.Encoding.DER),
    )
    found.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return found


@pytest.fixture
async def server(files: Files) -> AsyncIterator[listener.Listener]:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes)
    serving = await listener.serve_on(
        relay,
        listener.bind("127.0.0.1", 0),
        clock=lambda: NOW,
        tls=tls.server_context(files.certificate, files.key),
        binding=tls.channel_binding(files.certificate),
    )
    yield serving
    await serving.close()


def test_the_binding_is_the_hash_of_the_leaf(files: Files) -> None:
    assert tls.channel_binding(files.certificate) == hashlib.sha256(files.der).digest()


@pytest.mark.parametrize("bound", [True, False])
async def test_a_login_is_bound_to_the_certificate(
    server: listener.Listener, files: Files, alice: Any, bound: bool
) -> None:
    trusting = ssl.create_default_context(cafile=str(files.certificate))
    async with connect(
        server.url,
        ssl=trusting,
        subprotocols=["doorless.1"],  # type: ignore[list-item]
        compression=None,
        close_timeout=0.2,
    ) as socket:
        challenge = decode_from_relay(await socket.recv())  # type: ignore[arg-type]
        assert isinstance(challenge, Challenge)
        seen = hashlib.sha256(files.der).digest() if bound else bytes(32)
        signing_in = alice.sign_in(Greeted(challenge, NOW, seen))
        await socket.send(encode(Call(1, signing_in)))
        answer = decode_from_relay(await socket.recv())  # type: ignore[arg-type]
    assert isinstance(answer, Answer)
    assert (answer.answered == Done()) is bound


async def test_older_tls_is_refused(server: listener.Listener, files: Files) -> None:
    old = ssl.create_default_context(cafile=str(files.certificate))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, OSError)):
        await connect(server.url, ssl=old, subprotocols=["doorless.1"])  # type: ignore[list-item]


def test_files_that_do_not_serve_are_named(files: Files, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text("no certificate")
    with pytest.raises(tls.CertificateError, match="do not serve"):
        tls.server_context(other, files.key)
    with pytest.raises(tls.CertificateError, match="holds no PEM"):
        tls.channel_binding(other)
