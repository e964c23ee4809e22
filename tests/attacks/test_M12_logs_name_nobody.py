"""M12: what a relay writes to its log, at every level and while it fails, names nobody."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from random import Random as Seeded
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from doorless_client.anonymous import Anonymous
from doorless_client.endpoint import Endpoint
from doorless_lab.leakscan import Marker, Scanner
from doorless_lab.stage import until
from doorless_protocol.frames import FetchBundle, Lookup, Submit
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
RANDOM = Seeded(12).randbytes
HANDLE = "zwetschgenknoedel"
DEVICE, MAILBOX, TOKEN, ID = (RANDOM(16) for _ in range(4))
ENVELOPE = RANDOM(2048)
SECRETS = [
    Marker("handle", HANDLE.encode()),
    Marker("device", DEVICE),
    Marker("mailbox", MAILBOX),
    Marker("token", TOKEN),
    Marker("envelope id", ID),
    Marker("ciphertext", ENVELOPE[:16]),
    Marker("address", b"127.0.0.1"),
]


@pytest.fixture(autouse=True)
def _every_level() -> Iterator[None]:
    """Whatever a relay that ran in this process before was asked to log."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


class Failing(MemoryStore):
    """A store whose mistakes say all that it was handling."""

    failing = False

    def _fail(self, *about: object) -> None:
        if self.failing:
            raise RuntimeError(f"127.0.0.1 asked about {about!r}")

    async def put(self, mails: Any, hour: int, day: int) -> Any:
        self._fail(*((mail.mailbox, mail.id, mail.envelope, TOKEN) for mail in mails))
        return await super().put(mails, hour, day)

    async def account_named(self, handle: str) -> Any:
        self._fail(handle)
        return await super().account_named(handle)

    async def prekeys_left(self, device: bytes) -> Any:
        self._fail(device)
        return await super().prekeys_left(device)


@pytest.fixture
async def store() -> Failing:
    return Failing()


@pytest.fixture
async def relay(store: Failing) -> AsyncIterator[Endpoint]:
    core = Relay(store, Identity("relay.test"), random=RANDOM)
    serving = await listener.serve(core, "127.0.0.1", 0, clock=lambda: NOW)
    yield Endpoint.parse(serving.url)
    await serving.close()


REQUESTS = (Lookup(HANDLE, 0), FetchBundle(DEVICE), Submit(MAILBOX, TOKEN, ID, ENVELOPE))


async def used(relay: Endpoint, store: Failing, lines: list[Any]) -> None:
    """Each request once while all is well, and once while the store fails at it."""
    async with Anonymous() as anonymous:
        for request in REQUESTS:
            await anonymous.ask(relay, request)
        store.failing = True
        asking = [
            asyncio.create_task(anonymous.ask(relay, request, apart=bytes((n,))))
            for n, request in enumerate(REQUESTS)
        ]
        await until(lambda: len(lines) >= len(REQUESTS), 20, "that it failed")
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


@pytest.mark.attack(
    "M12",
    "no log line at any level, of a relay that fails as well, holds a handle, id, token, address "
    "or ciphertext",
    weaken={"doorless_server.events.place_of": repr},
)
async def test_no_log_line_names_anybody(
    relay: Endpoint,
    store: Failing,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    assert structlog.get_logger().is_enabled_for(logging.DEBUG)
    with capture_logs() as lines:
        await used(relay, store, lines)
    servers = [line.getMessage() for line in caplog.records if "client" not in line.name]
    written = "".join(capfd.readouterr())
    logged = "\n".join([*map(repr, lines), *servers, written]).encode()
    assert [line["event"] for line in lines] == ["internal_error"] * len(REQUESTS)
    scanner = Scanner(SECRETS)
    assert scanner.scan(logged + MAILBOX.hex().encode(), "control").findings
    assert scanner.scan(logged, "what the relay logged").findings == ()
