"""A relay's folder as it is after years: so many accounts, so many envelopes that wait.

Written before the relay starts, by the store's own hand: to register a hundred thousand accounts
over the wire takes minutes, and leaves the same rows.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.relay_client import Device
from benchmarks.relay_load import SIZE
from doorless_protocol.frames import delivery_token_hash
from doorless_protocol.keys import DeviceKeys, SigningKey
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.primitives import sha256
from doorless_server.datadir import DATABASE
from doorless_server.limits import DAY, HOUR
from doorless_server.store import sqlite_accounts as accounts
from doorless_server.store.base import Listing, Seat
from doorless_server.store.schema import in_one_piece, open_writer


def settle(folder: Path, count: int, queued: int = 0) -> list[Device]:
    """Begin a relay's folder with `count` devices, each of an account of its own.

    Args:
        queued: envelopes of SIZE that wait, spread over the second half of the devices.
    """
    now = int(time.time())
    folder.mkdir(mode=0o700)
    with closing(open_writer(folder / DATABASE)) as db, in_one_piece(db):
        devices = []
        for handle, device, listing in drawn(count):
            accounts.create(db, handle, listing, delivery_token_hash(device.token), now // DAY)
            devices.append(device)
        rows = _envelopes(devices[count // 2 :], queued, now // HOUR)
        db.executemany("INSERT INTO envelopes VALUES (?, ?, ?, 0, ?, ?)", rows)
        db.execute("INSERT INTO places SELECT mailbox, position FROM envelopes ORDER BY 1, 2")
        db.execute("INSERT INTO placed VALUES (?)", (queued,))
    return devices


def drawn(count: int) -> Iterator[tuple[str, Device, Listing]]:
    """Devices, and what a store is told of the account that each of them has."""
    manifest, key = _some_manifest(), SigningKey.draw(secrets.token_bytes)
    for _ in range(count):
        device = _draw(key)
        yield f"b{device.account[:8].hex()}", device, _listing(device, manifest)


def _draw(key: SigningKey) -> Device:
    """All sign in with one key: to draw so many takes a minute, and the relay checks each alike."""
    account, (device, mailbox, token) = secrets.token_bytes(32), map(secrets.token_bytes, [16] * 3)
    return Device(account, device, mailbox, token, key)


def _listing(device: Device, manifest: bytes) -> Listing:
    seat = Seat(
        device.account, device.device, device.mailbox, sha256(device.key.verifying.encode())
    )
    drawn = secrets.token_bytes(32)
    return Listing(0, drawn, bytes(32), drawn, manifest, (seat,), (drawn,))


def _some_manifest() -> bytes:
    """As long as everybody's: what is in it the store does not read."""
    key, device = SigningKey.draw(secrets.token_bytes), DeviceKeys.draw(secrets.token_bytes)
    return Manifest.sign(key, [DeviceEntry.of(device, 0)], 0).encode()


def _envelopes(
    devices: Sequence[Device], count: int, hour: int
) -> Iterator[tuple[int, bytes, bytes, int, bytes]]:
    for number in range(count):
        mailbox = devices[number % len(devices)].mailbox
        yield number + 1, mailbox, secrets.token_bytes(16), hour, secrets.token_bytes(SIZE)
