"""Reading account data for an answer: one function, which nothing but a Pass lets in.

Spec: docs/spec/19-demands.md §7.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from doorless_protocol.handles import skeleton
from doorless_server import datadir, inspection
from doorless_server.demands import inventory
from doorless_server.demands.demand import Demand, Target
from doorless_server.demands.disclosure import Disclosure, Found, Listed, Record
from doorless_server.demands.gate import Pass
from doorless_server.directory import opening
from doorless_server.limits import DAY, HOUR
from doorless_server.store.schema import open_reader

CIPHERTEXT = "envelopes"
"""The kind of holding whose values lie in files of their own."""


class OtherDemandError(Exception):
    """The Pass is for another demand. Nothing was read."""


def collect(
    data: Path,
    demand: Demand,
    wanted: Mapping[int, frozenset[str]],
    spool: Path,
    *,
    allowed: Pass,
) -> Disclosure:
    """Read what may be given, and nothing else: as of one moment for each database.

    Args:
        wanted: kinds of holdings, by the place of their target in the demand.
        spool: a folder for ciphertext; envelopes of a hundred mailboxes are not held in memory.
        allowed: that the demand stands in the public log.

    Raises:
        OtherDemandError: it is another demand that stands there.
        NewerSchemaError, DataError, sqlite3.Error: a database cannot be read.
    """
    check_same(allowed, demand)
    found: list[Found] = []
    sealed: list[Listed] = []
    with closing(open_reader(data / datadir.DATABASE)) as db:
        for at, kinds in wanted.items():
            handle = _handle(db, demand.targets[at])
            account = None if handle is None else _account(db, handle)
            if handle is None or account is None:
                rows = _left_behind(db, data, handle)
            else:
                rows = chain(inspection.rows(db, handle), _log_rows(data, handle))
            records: list[Record] = []
            for row in rows:
                if _is_in_time(row, demand):
                    if row.table == "envelopes" and CIPHERTEXT in kinds:
                        sealed.append(_spooled(spool, at, row))
                    records += _records(row, kinds, sealed)
            found.append(Found(at, account, tuple(records)))
    return Disclosure(tuple(found), tuple(sealed))


def check_same(allowed: Pass, demand: Demand) -> None:
    """Raises OtherDemandError."""
    if allowed.demand_id != demand.demand_id:
        raise OtherDemandError(
            f"the log shows {allowed.demand_id}, not {demand.demand_id}: nothing was read"
        )


def _handle(db: sqlite3.Connection, target: Target) -> str | None:
    """Whom a target names. None: nobody."""
    if target.type == "username":
        return target.value
    id_ = bytes.fromhex(target.value)
    if target.type == "account_id":
        found = db.execute("SELECT handle FROM accounts WHERE id = ?", (id_,)).fetchone()
    else:
        found = db.execute(
            "SELECT handle FROM devices JOIN accounts ON account = accounts.id"
            " WHERE devices.id = ?",
            (id_,),
        ).fetchone()
    return found[0] if found else None


def _account(db: sqlite3.Connection, handle: str) -> bytes | None:
    found = db.execute("SELECT id FROM accounts WHERE handle = ?", (handle,)).fetchone()
    return found[0] if found else None


def _log_rows(data: Path, handle: str) -> Iterator[inspection.Row]:
    if (data / opening.DATABASE).exists():
        with closing(opening.reader(data)) as log:
            yield from inspection.log_rows(log, opening.place_of(data, handle))


def _left_behind(
    db: sqlite3.Connection, data: Path, handle: str | None
) -> Iterator[inspection.Row]:
    """What is held of a name that was given up: hashes in the key log, and the day.

    A row of `names` is about all names that look alike: it is this one's where the log knows it.
    """
    if handle is None or not (logged := list(_log_rows(data, handle))):
        return
    cursor = db.execute(
        "SELECT * FROM names WHERE skeleton = ? AND released_day > 0", (skeleton(handle),)
    )
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield inspection.Row("names", dict(zip(names, row, strict=True)), {})
    yield from logged


def _is_in_time(row: inspection.Row, demand: Demand) -> bool:
    """Whether a row that has an hour lies in the time that the demand names."""
    if row.table != "envelopes":
        return True
    begins = int(row.values["hour"]) * HOUR
    first, last = demand.time_range.from_, demand.time_range.to
    after = first is None or begins + HOUR > first.timestamp()
    return after and (last is None or begins <= last.timestamp())


def _spooled(spool: Path, at: int, row: inspection.Row) -> Listed:
    """An envelope as it is held, in a file of its own."""
    name = f"ciphertext/{at + 1:03}-{row.values['position']:09}.bin"
    path, data = spool / name, row.values["envelope"]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(data)
    return Listed(name, len(data), hashlib.sha256(data).hexdigest())


def _records(
    row: inspection.Row, kinds: frozenset[str], sealed: Sequence[Listed]
) -> Iterator[Record]:
    """A row, apart by the kinds that its columns belong to; its envelope is the last sealed."""
    known = inventory.kinds()
    database = "log" if row.table in _OF_LOG else "relay"
    for kind in sorted(kinds):
        values = {
            name: value
            for name, value in row.values.items()
            if known[f"{database}/{row.table}.{name}"] == kind
        }
        if not values:
            continue
        if kind == "waiting":
            values["size"] = len(row.values["envelope"])
        if kind == CIPHERTEXT:
            file = sealed[-1]
            values = {"envelope": {"file": file.name, "bytes": file.bytes, "sha256": file.sha256}}
        yield Record(kind, row.table, {n: _plain(v) for n, v in values.items()}, _reading(values))


_OF_LOG = frozenset({"labels", "versions", "records", "pending"})


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _reading(values: Mapping[str, Any]) -> dict[str, str]:
    """Days and hours since 1970 as dates; 0 stands for none."""
    found = {}
    for name, value in values.items():
        if isinstance(value, int) and value:
            if name.endswith("_day") or name == "previous_until":
                found[name] = datetime.fromtimestamp(value * DAY, UTC).date().isoformat()
            elif name == "hour":
                hour = datetime.fromtimestamp(value * HOUR, UTC)
                found[name] = hour.strftime("%Y-%m-%dT%HZ")
    return found
