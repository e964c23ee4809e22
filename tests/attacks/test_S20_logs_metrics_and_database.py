"""S20: what a relay writes anywhere, at every level, is searched for people who used it."""

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random as Seeded
from typing import Any

import pytest
import structlog
from websockets.asyncio.client import connect

from doorless_lab.leakscan import Marker, Scanner
from doorless_protocol.blob_frames import BlobPut
from doorless_protocol.frames import (
    Acknowledge,
    Call,
    FetchBundle,
    Lookup,
    Register,
    SignIn,
    Submit,
    Subscribe,
    delivery_token_hash,
    encode,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_server.blobs import schema as blob_schema
from doorless_server.inspection import tables
from doorless_server.logs import log_to_stderr
from doorless_server.store import schema
from doorless_server.store.base import Position
from monitored import NOW, Monitored, monitored
from served import ask, hear

RANDOM = Seeded(20).randbytes
HANDLE = "zwetschgenroester"
SOURCE = "127.83.201.79"
"""Where the person comes from: no other connection of this computer does."""

KEY, KEYS = SigningKey.draw(RANDOM), DeviceKeys.draw(RANDOM)
TOKEN, WRITE, ID, ENVELOPE = RANDOM(16), RANDOM(32), RANDOM(16), RANDOM(2048)

NOWHERE = [
    Marker("address", SOURCE.encode()),
    Marker("delivery token", TOKEN),
    Marker("capability", WRITE),
]
"""What the relay is shown, and writes down in no form."""

DELIVERED = [Marker("envelope id", ID), Marker("ciphertext", ENVELOPE[:16])]

PERSONAL = [
    *NOWHERE,
    Marker("handle", HANDLE.encode()),
    Marker("account", account_id(KEY.verifying)),
    Marker("device", KEYS.device),
    Marker("mailbox", KEYS.mailbox),
    *DELIVERED,
]
"""What its database holds as long as it is needed, and nothing else that it writes ever does."""


DATABASES = {
    "relay.db": set(schema.columns()),
    "blobs.db": set(blob_schema.columns()),
}

EVERY = [lambda: ""] * 9
"""Steps of a schema that may have any version: it is only looked at."""


@pytest.fixture(autouse=True)
def _logging(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    before = structlog.get_config()
    log_to_stderr(logging.DEBUG)
    yield
    structlog.configure(**before)


async def a_person_uses(relay: Monitored) -> None:
    """Registers, is written to, and reads it; then asks what makes the relay fail."""
    host, port = relay.url.removeprefix("ws://").split(":")
    with socket.create_connection((host, int(port)), source_address=(SOURCE, 0)) as bound:
        async with connect(relay.url, sock=bound, subprotocols=["doorless.1"]) as device:  # type: ignore[list-item]
            challenge: Any = await hear(device)
            account = account_id(KEY.verifying)
            signed = login_object(challenge.relay, challenge.nonce, bytes(32), account, KEYS.device)
            signature = KEYS.signing.sign(Purpose.RELAY_LOGIN, signed)
            verifying = KEYS.signing.verifying.encode()
            await ask(device, SignIn(account, KEYS.device, verifying, signature))
            manifest = Manifest.sign(KEY, [DeviceEntry.of(KEYS, NOW)], NOW, None)
            token_hash = delivery_token_hash(TOKEN)
            await ask(device, Register(HANDLE, manifest.encode(), token_hash, b"", bytes(16)))
            await ask(device, Subscribe())
            await writes(relay)
            await ask(device, Acknowledge((ID,)))
            assert await relay.store.waiting(KEYS.mailbox, Position(0), 9, 9999) == []


async def writes(relay: Monitored) -> None:
    host, port = relay.url.removeprefix("ws://").split(":")
    with socket.create_connection((host, int(port)), source_address=(SOURCE, 0)) as bound:
        async with connect(relay.url, sock=bound, subprotocols=["doorless.1"]) as sender:  # type: ignore[list-item]
            await hear(sender)
            await ask(sender, Lookup(HANDLE, 0))
            await ask(sender, FetchBundle(KEYS.device))
            await ask(sender, BlobPut(WRITE, 5, 0, b"piece"))
            await ask(sender, Submit(KEYS.mailbox, TOKEN, ID, ENVELOPE))
            relay.store.account_named = _fails  # type: ignore[method-assign]
            await sender.send(encode(Call(9, Lookup(HANDLE, 0))))  # a mistake is never answered


async def _fails(handle: str) -> Any:
    raise RuntimeError(f"{SOURCE} asked for {handle} in {KEYS.mailbox!r}, {ENVELOPE!r}")


async def written(relay: Monitored, capfd: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The metrics, and the log once the failure stands in it."""
    said = ""
    while "internal_error" not in said and "unlisted" not in said and SOURCE not in said:
        page = await relay.metrics()
        said += "".join(capfd.readouterr())
    return page, said


@pytest.mark.attack(
    "S20",
    "no line of the log at any level, and no metric, holds a handle, id, address, token or "
    "ciphertext",
    weaken={
        "doorless_server.events.place_of": repr,
        "doorless_server.events._shown": lambda value: value,
    },
)
@pytest.mark.claim("P6", "log and metrics name nobody")
async def test_log_and_metrics_name_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], record: Any
) -> None:
    scanner = Scanner(PERSONAL)
    async with monitored(tmp_path) as relay:
        await a_person_uses(relay)
        page, said = await written(relay, capfd)
    assert "doorless_envelopes_submitted_total" in page
    assert '"level": "error"' in said
    assert scanner.scan(said.encode() + KEYS.mailbox.hex().encode(), "control").findings
    assert scanner.scan(page.encode(), "metrics").findings == ()
    assert scanner.scan(said.encode(), "log").findings == ()
    found = len(scanner.scan(said.encode() + page.encode(), "both").findings)
    record("S20", "markers found in log and metrics", found, f"of {len(PERSONAL)}", "== 0")


def rows(folder: Path) -> bytes:
    """Every value of every row, whatever deleted pages may still hold."""
    found = []
    for name, columns in DATABASES.items():
        with closing(schema.open_reader(folder / name, EVERY)) as db:
            for table in tables(db):
                cursor = db.execute(f"SELECT * FROM {table}")
                assert {(table, each[0]) for each in cursor.description} <= columns
                found += [value for row in cursor for value in row if isinstance(value, bytes)]
                found += [str(row).encode() for row in cursor]
    return b"\0".join(found)


@pytest.mark.attack(
    "S20",
    "the database holds no address, token or capability, each of its columns is on the list, and "
    "of a delivered envelope no id is left",
    weaken={"doorless_server.store.sqlite_mail.digest": lambda _mailbox, envelope_id: envelope_id},
)
async def test_the_database_holds_what_is_on_the_list(tmp_path: Path, record: Any) -> None:
    async with monitored(tmp_path) as relay:
        await a_person_uses(relay)
    files = b"".join((tmp_path / name).read_bytes() for name in DATABASES)
    assert Scanner(PERSONAL).scan(files, "control").findings
    assert Scanner(NOWHERE).scan(files, "files").findings == ()
    found = len(Scanner(NOWHERE).scan(files, "files").findings)
    record("S20", "markers found in the database", found, f"of {len(NOWHERE)}", "== 0")
    assert Scanner([Marker("account", account_id(KEY.verifying))]).scan(rows(tmp_path), "").findings
    assert Scanner(DELIVERED).scan(rows(tmp_path), "rows").findings == ()
