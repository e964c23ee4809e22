"""A profile is opened as it was made: the same account, at the same relay, reached the same way."""

import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from certified import Certified
from doorless_client.creating import begin_account
from doorless_client.endpoint import Endpoint
from doorless_client.opening import open_profile
from doorless_protocol.primitives import sha256
from doorless_server import listener, tls
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

pytestmark = pytest.mark.usefixtures("cheap_passphrases")


@pytest.fixture(params=[False, True], ids=["vouched", "pinned"])
async def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Endpoint]:
    """A relay on this computer, over TLS, whose certificate the system's authorities vouch for."""
    files = Certified.make(tmp_path, "relay")
    monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
    server = await listener.serve_on(
        Relay(MemoryStore(), Identity("relay.test"), random=random.Random(2).randbytes),
        listener.bind("127.0.0.1", 0),
        clock=lambda: int(time.time()),
        certificates=tls.Certificates(files.certificate, files.key),
    )
    yield Endpoint.parse(server.url, sha256(files.spki) if request.param else b"")
    await server.close()


async def test_a_relay_over_tls_on_this_computer_is_reached_so_again(
    home: Endpoint, tmp_path: Path
) -> None:
    randomness, place = random.Random(3).randbytes, tmp_path / "alice"
    account = await begin_account(place, "a secret", home, "alice", time.time, randomness)
    await account.claim()
    account.finish()
    account.close()
    opened = await open_profile(place, "a secret", time.time, randomness)
    try:
        await opened.messenger.start()
        assert await opened.messenger.online(60)
    finally:
        await opened.close()
