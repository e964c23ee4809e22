"""Accounts and prekeys in SQLite. Runs in the writer's thread, inside a transaction.

Every check comes before the first change, so that what is refused leaves nothing behind.
"""

import sqlite3
from collections.abc import Callable, Sequence

from doorless_server.store import names
from doorless_server.store.base import (
    Account,
    Batch,
    Listing,
    OneTime,
    Seat,
    Served,
    StaleError,
    TakenError,
)
from doorless_server.store.names import Name

ForgetMailbox = Callable[[sqlite3.Connection, bytes], None]

SWEPT_AT_ONCE = 8
"""Devices of which one sweep forgets the prekeys, some 300 rows each."""

_ACCOUNT = "SELECT id, handle, version, manifest_hash, manifest, token_hash FROM accounts"
_SEAT = "SELECT account, id, mailbox, key_hash FROM devices"


def create(
    db: sqlite3.Connection, handle: str, listing: Listing, token_hash: bytes, day: int
) -> None:
    account = listing.seats[0].account
    if db.execute(
        "SELECT 1 FROM accounts WHERE handle = ? OR id = ?", (handle, account)
    ).fetchone():
        raise TakenError("handle or account")
    names.check_free(names.find(db, handle), handle, account, day)
    _check_bindings(db, account, listing)
    names.keep(db, handle, names.TAKEN)
    db.execute(
        "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, x'', 0)",
        (
            account,
            handle,
            day,
            day,
            listing.version,
            listing.hash,
            listing.manifest,
            token_hash,
        ),
    )
    _list(db, account, listing)


def replace_manifest(
    db: sqlite3.Connection, account: bytes, listing: Listing, forget: ForgetMailbox
) -> list[Seat]:
    held = db.execute(
        "SELECT version, manifest_hash FROM accounts WHERE id = ?", (account,)
    ).fetchone()
    if held is None or (listing.version, listing.previous) != (held[0] + 1, held[1]):
        raise StaleError("another manifest is held")
    _check_bindings(db, account, listing)
    gone = [seat for seat in seats(db, account) if seat not in listing.seats]
    for seat in gone:
        _unseat(db, seat, forget)
    db.execute(
        "UPDATE accounts SET version = ?, manifest_hash = ?, manifest = ? WHERE id = ?",
        (listing.version, listing.hash, listing.manifest, account),
    )
    _list(db, account, listing)
    return gone


def close_account(
    db: sqlite3.Connection, account: bytes, day: int, forget: ForgetMailbox
) -> list[Seat]:
    gone = seats(db, account)
    for (handle,) in db.execute("SELECT handle FROM accounts WHERE id = ?", (account,)).fetchall():
        names.keep(db, handle, Name.given_up(handle, account, day))
    for seat in gone:
        _unseat(db, seat, forget)
    db.execute("DELETE FROM heads WHERE account = ?", (account,))
    db.execute("DELETE FROM bindings WHERE account = ?", (account,))
    db.execute("DELETE FROM accounts WHERE id = ?", (account,))
    return gone


def account_named(db: sqlite3.Connection, handle: str) -> Account | None:
    found = db.execute(f"{_ACCOUNT} WHERE handle = ?", (handle,)).fetchone()
    return Account(*found) if found else None


def account(db: sqlite3.Connection, account: bytes) -> Account | None:
    found = db.execute(f"{_ACCOUNT} WHERE id = ?", (account,)).fetchone()
    return Account(*found) if found else None


def heads(
    db: sqlite3.Connection, account: bytes, after: int, before: int, limit: int
) -> list[bytes]:
    found = db.execute(
        "SELECT head FROM heads WHERE account = ? AND version > ? AND version < ?"
        " ORDER BY version LIMIT ?",
        (account, after, before, limit),
    )
    return [head for (head,) in found]


def seat(db: sqlite3.Connection, device: bytes) -> Seat | None:
    found = db.execute(f"{_SEAT} WHERE id = ?", (device,)).fetchone()
    return Seat(*found) if found else None


def seats(db: sqlite3.Connection, account: bytes) -> list[Seat]:
    return [Seat(*row) for row in db.execute(f"{_SEAT} WHERE account = ?", (account,))]


def note_connection(db: sqlite3.Connection, account: bytes, day: int) -> None:
    db.execute(
        "UPDATE accounts SET connected_day = ? WHERE id = ? AND connected_day < ?",
        (day, account, day),
    )


def set_token(db: sqlite3.Connection, account: bytes, token_hash: bytes, until: int) -> None:
    db.execute(
        "UPDATE accounts SET previous_hash = token_hash, previous_until = ?, token_hash = ?"
        " WHERE id = ?",
        (until, token_hash, account),
    )


def swap_incarnation(
    db: sqlite3.Connection, device: bytes, expected: int, successor: int
) -> int | None:
    (held,) = db.execute("SELECT incarnation FROM devices WHERE id = ?", (device,)).fetchone() or (
        0,
    )
    if held != expected:
        return int(held)
    db.execute("UPDATE devices SET incarnation = ? WHERE id = ?", (successor, device))
    return None


def publish(db: sqlite3.Connection, device: bytes, batch: Batch) -> None:
    for digest in batch.keys:
        held = db.execute("SELECT device FROM served_keys WHERE digest = ?", (digest,)).fetchone()
        if held is not None and held[0] != device:
            raise TakenError("a prekey")
    _forget_prekeys(db, device)
    db.executemany(
        "INSERT INTO served_keys VALUES (?, ?)", [(digest, device) for digest in batch.keys]
    )
    db.execute(
        "INSERT INTO bundles VALUES (?, ?, ?, ?)",
        (device, batch.bundle, batch.hash, batch.expires),
    )
    db.executemany(
        "INSERT INTO one_time_pairs VALUES (?, ?, ?, ?)",
        [(device, pair.index, pair.pair, pair.path) for pair in batch.pairs],
    )


def prekeys_left(db: sqlite3.Connection, device: bytes) -> tuple[bytes, int] | None:
    found = db.execute(
        "SELECT hash, (SELECT count(*) FROM one_time_pairs WHERE device = bundles.device)"
        " FROM bundles WHERE device = ?",
        (device,),
    ).fetchone()
    return (found[0], found[1]) if found else None


def take_prekeys(db: sqlite3.Connection, device: bytes, day: int, one_time: bool) -> Served | None:
    found = db.execute(
        "SELECT bundle FROM bundles WHERE device = ? AND expires_day >= ?", (device, day)
    ).fetchone()
    if found is None:
        return None
    taken: Sequence[tuple[int, bytes, bytes]] = []
    if one_time:
        taken = db.execute(
            "DELETE FROM one_time_pairs WHERE rowid ="  # in the order published, not by place
            " (SELECT min(rowid) FROM one_time_pairs WHERE device = ?)"
            " RETURNING place, pair, path",
            (device,),
        ).fetchall()
    return Served(found[0], OneTime(*taken[0]) if taken else None)


def expired(db: sqlite3.Connection, day: int) -> list[bytes]:
    """Some of the devices whose bundles are over."""
    found = db.execute(
        "SELECT device FROM bundles WHERE expires_day < ? LIMIT ?", (day, SWEPT_AT_ONCE)
    )
    return [device for (device,) in found]


def forget_prekeys(db: sqlite3.Connection, devices: Sequence[bytes]) -> None:
    for device in devices:
        _forget_prekeys(db, device)


def prekey_rows(db: sqlite3.Connection, device: bytes) -> int:
    """How many go with a device: its keys and pairs, its bundle and its own."""
    (keys,) = db.execute("SELECT count(*) FROM served_keys WHERE device = ?", (device,)).fetchone()
    (pairs,) = db.execute(
        "SELECT count(*) FROM one_time_pairs WHERE device = ?", (device,)
    ).fetchone()
    return int(keys) + int(pairs) + 2


def rows_of(db: sqlite3.Connection, account: bytes) -> int:
    """How many go with an account, beside those of its devices."""
    (heads,) = db.execute("SELECT count(*) FROM heads WHERE account = ?", (account,)).fetchone()
    (keys,) = db.execute("SELECT count(*) FROM bindings WHERE account = ?", (account,)).fetchone()
    return int(heads) + int(keys) + 1


def _check_bindings(db: sqlite3.Connection, account: bytes, listing: Listing) -> None:
    for digest in listing.bindings:
        held = db.execute("SELECT account FROM bindings WHERE digest = ?", (digest,)).fetchone()
        if held is not None and held[0] != account:
            raise TakenError("a key")


def _list(db: sqlite3.Connection, account: bytes, listing: Listing) -> None:
    db.execute("INSERT INTO heads VALUES (?, ?, ?)", (account, listing.version, listing.head))
    db.executemany(
        "INSERT INTO bindings VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(digest, account) for digest in listing.bindings],
    )
    db.executemany(
        "INSERT INTO devices VALUES (?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
        [(s.device, s.account, s.mailbox, s.key_hash) for s in listing.seats],
    )


def _unseat(db: sqlite3.Connection, seat: Seat, forget: ForgetMailbox) -> None:
    forget(db, seat.mailbox)
    _forget_prekeys(db, seat.device)
    db.execute("DELETE FROM devices WHERE id = ?", (seat.device,))


def _forget_prekeys(db: sqlite3.Connection, device: bytes) -> None:
    db.execute("DELETE FROM bundles WHERE device = ?", (device,))
    db.execute("DELETE FROM served_keys WHERE device = ?", (device,))
    db.execute("DELETE FROM one_time_pairs WHERE device = ?", (device,))
