"""Beyond loopback there is TLS 1.3, and a login is bound to the certificate that was shown."""

import asyncio
import hashlib
import os
import signal
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from certified import Certified
from doorless_protocol.frames import Answer, Call, Challenge, Done, decode_from_relay, encode
from doorless_protocol.invite import text_of
from doorless_server import events, expiry, listener, renewing, tls
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000


@pytest.fixture
def files(tmp_path: Path) -> Certified:
    return Certified.make(tmp_path)


@pytest.fixture
def certificates(files: Certified) -> tls.Certificates:
    return tls.Certificates(files.certificate, files.key)


@pytest.fixture
async def server(certificates: tls.Certificates) -> AsyncIterator[listener.Listener]:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes)
    bound = listener.bind("127.0.0.1", 0)
    serving = await listener.serve_on(relay, bound, clock=lambda: NOW, certificates=certificates)
    yield serving
    await serving.close()


def replace(old: Certified, new: Certified) -> None:
    """As programs do that renew certificates: each file at once, one after the other."""
    new.certificate.replace(old.certificate)
    new.key.replace(old.key)


def anybody(**changed: Any) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in changed.items():
        setattr(context, name, value)
    return context


def dial(server: listener.Listener) -> connect:
    return connect(
        server.url,
        ssl=anybody(),
        subprotocols=["doorless.1"],  # type: ignore[list-item]
        compression=None,
        close_timeout=0.2,
    )


def shown_to(socket: ClientConnection) -> bytes:
    """The leaf that this connection was shown, in DER."""
    return bytes(socket.transport.get_extra_info("ssl_object").getpeercert(binary_form=True))


async def signs_in(socket: ClientConnection, alice: Any, binding: bytes) -> bool:
    challenge = decode_from_relay(await socket.recv())  # type: ignore[arg-type]
    assert isinstance(challenge, Challenge)
    await socket.send(encode(Call(1, alice.sign_in(Greeted(challenge, NOW, binding)))))
    answer = decode_from_relay(await socket.recv())  # type: ignore[arg-type]
    assert isinstance(answer, Answer)
    return answer.answered == Done()


def test_a_certificate_is_bound_by_its_leaf_and_known_by_its_key(files: Certified) -> None:
    context = tls.context_of(files.certificate, files.key)
    assert context.binding == hashlib.sha256(files.der).digest()
    assert context.fingerprint == text_of(hashlib.sha256(files.spki).digest())
    assert expiry.expires(files.certificate) == int(files.made.not_valid_after_utc.timestamp())


@pytest.mark.parametrize("bound", [True, False])
async def test_a_login_is_bound_to_the_certificate(
    server: listener.Listener, files: Certified, alice: Any, bound: bool
) -> None:
    async with dial(server) as socket:
        seen = hashlib.sha256(files.der).digest() if bound else bytes(32)
        assert await signs_in(socket, alice, seen) is bound


async def test_a_connection_that_was_there_before_a_renewal_lives_on(
    server: listener.Listener,
    certificates: tls.Certificates,
    files: Certified,
    alice: Any,
    tmp_path: Path,
) -> None:
    renewal = Certified.make(tmp_path, "renewal")
    async with dial(server) as before:
        replace(files, renewal)
        assert certificates.changed()
        certificates.renew()
        async with dial(server) as after:
            assert (shown_to(before), shown_to(after)) == (files.der, renewal.der)
            assert await signs_in(after, alice, hashlib.sha256(renewal.der).digest())
        # Its own certificate counts for the older one, though another is shown by now.
        assert await signs_in(before, alice, hashlib.sha256(files.der).digest())


async def test_what_does_not_serve_is_refused_and_the_old_certificate_goes_on(
    server: listener.Listener,
    certificates: tls.Certificates,
    files: Certified,
    tmp_path: Path,
    events_said: list[str],
) -> None:
    renewal = Certified.make(tmp_path, "renewal")
    renewal.certificate.replace(files.certificate)  # and its key has not come yet
    renewing.renew(certificates)
    async with dial(server) as socket:
        assert shown_to(socket) == files.der
    renewal.key.replace(files.key)
    renewing.renew(certificates)
    async with dial(server) as socket:
        assert shown_to(socket) == renewal.der
    files.certificate.unlink()
    renewing.renew(certificates)
    async with dial(server) as socket:
        assert shown_to(socket) == renewal.der
    assert events_said == ["certificate_refused", "certificate_renewed", "certificate_refused"]


@pytest.fixture
def events_said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(events, "say", lambda event, **_: said.append(event.name))
    return said


@pytest.mark.parametrize("by", ["signal", "files"])
async def test_new_files_are_taken_at_a_signal_and_when_they_change(
    certificates: tls.Certificates,
    files: Certified,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(events, "say", lambda event, **_: said.put_nowait(event.name))
    every = 0.005 if by == "files" else 60.0
    async with renewing.renewed(certificates, every=every), asyncio.timeout(60):
        before = certificates.context
        replace(files, Certified.make(tmp_path, "renewal"))
        if by == "signal":
            os.kill(os.getpid(), signal.SIGHUP)
        while await said.get() != "certificate_renewed":
            pass  # between the two files they are no pair
        assert certificates.context is not before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_may_read_is_refused(files: Certified, mode: int) -> None:
    files.key.chmod(mode)
    if mode == 0o640 and os.geteuid() == 0:
        tls.check_private(files.key)  # root lends its key to a group
        return
    with pytest.raises(tls.CertificateError, match="is not private: chmod 600"):
        tls.Certificates(files.certificate, files.key)


def test_files_that_do_not_serve_are_named(files: Certified, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text("no certificate")
    other.chmod(0o600)
    stranger = Certified.make(tmp_path, "stranger")
    for certificate, key, fault in [
        (other, files.key, tls.Fault.NO_CERTIFICATE),
        (tmp_path / "none", files.key, tls.Fault.NO_CERTIFICATE),
        (files.certificate, tmp_path / "none", tls.Fault.UNREADABLE),
        (files.certificate, other, tls.Fault.NO_PAIR),
        (files.certificate, stranger.key, tls.Fault.NO_PAIR),
    ]:
        with pytest.raises(tls.CertificateError) as caught:
            tls.Certificates(certificate, key)
        assert caught.value.fault is fault
    with pytest.raises(tls.CertificateError, match="holds no PEM certificate"):
        expiry.expires(other)


def test_nobody_is_asked_for_the_passphrase_of_a_key(files: Certified) -> None:
    from cryptography.hazmat.primitives import serialization as form

    locked = form.BestAvailableEncryption(b"secret")
    files.key.write_bytes(
        files.private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked)
    )
    with pytest.raises(tls.CertificateError, match="the key is encrypted"):
        tls.Certificates(files.certificate, files.key)


async def test_a_session_is_never_resumed(server: listener.Listener) -> None:
    async with dial(server) as socket:
        await socket.recv()
        session = socket.transport.get_extra_info("ssl_object").session
    assert not session.has_ticket
