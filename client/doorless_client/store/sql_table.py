"""Rows of one table in the database, by prepared statements; in a transaction, through memory."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec.structs import astuple

from doorless_client.store.base import R, Table, Value, check_columns
from doorless_client.store.records import READ_ELSEWHERE, Entry
from doorless_client.store.statements import run, run_each
from doorless_client.store.unit_of_work import Held, Key, UnitOfWork, Writer

OUTSIDE = "a change outside of a transaction"


class SqlTable(Writer, Table[R]):
    """One kind of row.

    Args:
        at_once: a change is written when it is made, in this order: for rows that must be unique
            by something else than their key.
    """

    held: Held[R]

    def __init__(
        self, kind: type[R], database: Any, unit: UnitOfWork, *, at_once: bool = False
    ) -> None:
        self._kind, self._database, self._unit, self._at_once = kind, database, unit, at_once
        self._columns = kind.__struct_fields__
        names, key = ", ".join(self._columns), kind.key
        self._flags = [at for at, name in enumerate(self._columns) if _is_flag(kind, name)]
        self._key_of = _key_of(key)
        self._select = f"SELECT {names} FROM {kind.table}"  # noqa: S608  names of our own
        self._where = " AND ".join(f"{column} = ?" for column in key)
        self._order = ", ".join(key)
        values = ", ".join("?" * len(self._columns))
        others = [column for column in self._columns if column not in key]
        change = ", ".join(f"{column} = excluded.{column}" for column in others)
        conflict = f"DO UPDATE SET {change}" if others else "DO NOTHING"
        self._insert = f"INSERT INTO {kind.table} ({names}) VALUES ({values})"  # noqa: S608
        self._put = f"{self._insert} ON CONFLICT ({self._order}) {conflict}"
        self._get = f"{self._select} WHERE {self._where}"
        self._drop = f"DELETE FROM {kind.table} WHERE {self._where}"  # noqa: S608
        self.held = Held()
        unit.include(self)

    # --- one row -----------------------------------------------------------------------------

    def get(self, *key: Value) -> R | None:
        known = self.held.known
        if key in known:
            return known[key]
        rows = run(self._database, self._get, key)  # what is held is known
        row = self._row(rows[0]) if rows else None
        if self._unit.is_open:
            known[key] = row
        return row

    def expect(self, keys: Sequence[Value]) -> None:
        if self._unit.is_open and keys:
            asked = ", ".join("?" * len(keys))
            rows = run(self._database, f"{self._select} WHERE {self._order} IN ({asked})", keys)
            found = {self._key_of(row): row for row in map(self._row, rows)}
            for key in keys:
                self.held.known.setdefault((key,), found.get((key,)))

    def put(self, row: R) -> None:
        if not self._unit.is_open:
            raise ValueError(OUTSIDE)
        self.held.change(self._key_of(row), row)
        if self._at_once:
            self._unit.write()

    def drop(self, *key: Value) -> None:
        if not self._unit.is_open:
            raise ValueError(OUTSIDE)
        self.held.change(key, None)
        if self._at_once:
            self._unit.write()

    # --- several rows ------------------------------------------------------------------------

    def clear(self, **equal: Value) -> None:
        if not self._unit.is_open:
            raise ValueError(OUTSIDE)
        sql = f"DELETE FROM {self._kind.table} WHERE {self._matching(equal)}"  # noqa: S608
        self._unit.write()  # rows of other tables may go before these
        self._ask(sql, tuple(equal.values()))
        self.forget()

    def clear_some(self, at_most: int, **equal: Value) -> int:
        if not self._unit.is_open:
            raise ValueError(OUTSIDE)
        table = self._kind.table
        which = f"SELECT rowid FROM {table} WHERE {self._matching(equal)} LIMIT ?"  # noqa: S608
        self._unit.write()
        gone = self._ask(
            f"DELETE FROM {table} WHERE rowid IN ({which}) RETURNING 1",  # noqa: S608
            (*equal.values(), at_most),
        )
        self.forget()
        return len(gone)

    def find(self, **equal: Value) -> Sequence[R]:
        asked, found = tuple(equal.items()), self.held.found
        if asked in found:
            return found[asked]
        rows = self._query(
            f"{self._select} WHERE {self._matching(equal)} ORDER BY {self._order}",
            tuple(equal.values()),
        )
        if self._unit.is_open:
            found[asked] = tuple(rows)
        return rows

    def first(self, column: str, upto: Value, at_most: int) -> Sequence[R]:
        check_columns(self._kind, [column])
        return self._query(
            f"{self._select} WHERE {column} <= ? ORDER BY {column}, {self._order} LIMIT ?",
            (upto, at_most),
        )

    def oldest(self, at_most: int) -> Sequence[R]:
        return self._query(f"{self._select} ORDER BY rowid LIMIT ?", (at_most,))

    def last(self) -> R | None:
        order = ", ".join(f"{column} DESC" for column in self._kind.key)
        rows = self._query(f"{self._select} ORDER BY {order} LIMIT 1", ())
        return rows[0] if rows else None

    def least(self, column: str) -> Value | None:
        check_columns(self._kind, [column])
        rows = self._ask(f"SELECT min({column}) FROM {self._kind.table}")  # noqa: S608
        found: Value | None = rows[0][0]
        return found

    def _matching(self, equal: dict[str, Value]) -> str:
        check_columns(self._kind, equal)
        return " AND ".join(f"{column} = ?" for column in equal) or "TRUE"

    # --- in the database ---------------------------------------------------------------------

    def delete(self, keys: Sequence[Key]) -> None:
        run_each(self._database, self._drop, keys)

    def write(self, rows: Sequence[R]) -> None:
        run_each(self._database, self._put, map(astuple, rows))

    def _query(self, sql: str, values: Sequence[Value]) -> list[R]:
        return [self._row(row) for row in self._ask(sql, values)]

    def _ask(self, sql: str, values: Sequence[Value] = ()) -> list[Any]:
        """What the database says, once it knows what is held of this table."""
        if self.held.unwritten:
            self._unit.write()
        return run(self._database, sql, values)

    def _row(self, values: Sequence[Any]) -> R:
        if self._flags:
            values = list(values)
            for at in self._flags:
                values[at] = bool(values[at])
        return self._kind(*values)


class Unread(NamedTuple):
    """How much is unread from `seen` on, among the messages below `upto`."""

    seen: int
    upto: int
    news: int
    first: int | None


_LENGTH = "SELECT coalesce(max(place) + 1, 0) FROM messages WHERE conversation = ?"
_WITH_ID = (  # the condition on ids lets the index serve
    "SELECT place FROM messages WHERE conversation = ? AND id = ? AND account = ? AND id <> x''"
)
_IDS = "SELECT id FROM messages WHERE id <> x''"


class SqlMessages(SqlTable[Entry]):
    """Conversations, read from the index that carries their shape."""

    def __init__(self, kind: type[Entry], database: Any, unit: UnitOfWork) -> None:
        super().__init__(kind, database, unit)
        self._lengths: dict[bytes, int] = {}  # both of the open transaction
        self._said: dict[tuple[bytes, bytes, bytes], Key] = {}
        self._unsaid: set[bytes] = set()  # ids that no row in the database has
        self._counted: dict[bytes, Unread] = {}  # of what is stored

    def put(self, row: Entry) -> None:
        super().put(row)
        counted = self._counted.get(row.conversation)
        if counted is not None and row.place < counted.upto:
            del self._counted[row.conversation]
        self._said[row.conversation, row.id, row.account] = (row.conversation, row.place)
        if row.place >= self._lengths.get(row.conversation, 2**63):
            self._lengths[row.conversation] = row.place + 1

    def drop(self, *key: Value) -> None:
        super().drop(*key)
        self._lengths.clear()
        self._counted.clear()

    def clear(self, **equal: Value) -> None:
        super().clear(**equal)
        self._counted.clear()

    def clear_some(self, at_most: int, **equal: Value) -> int:
        self._counted.clear()
        return super().clear_some(at_most, **equal)

    def forget(self) -> None:
        super().forget()
        self._lengths.clear()
        self._said.clear()
        self._unsaid.clear()

    def write(self, rows: Sequence[Entry]) -> None:
        """New ones without looking for one to replace, which takes half as long again."""
        keys = {row.conversation for row in rows}
        stored = {key: run(self._database, _LENGTH, (key,))[0][0] for key in keys}
        new = [row for row in rows if row.place >= stored[row.conversation]]
        run_each(self._database, self._insert, map(astuple, new))
        super().write([row for row in rows if row.place < stored[row.conversation]])

    def length(self, conversation: bytes) -> int:
        if conversation in self._lengths:
            return self._lengths[conversation]
        length = int(self._one(_LENGTH, (conversation,))[0])
        if self._unit.is_open:
            self._lengths[conversation] = length
        return length

    def with_id(self, conversation: bytes, id: bytes, account: bytes) -> Entry | None:
        if not id:
            return None
        known = self.held.known
        held = known.get(self._said.get((conversation, id, account), ()))
        if held is not None and (held.id, held.account) == (id, account):
            return held
        if id in self._unsaid:
            return None
        rows = run(self._database, _WITH_ID, (conversation, id, account))  # held ones were tried
        row = self.get(conversation, rows[0][0]) if rows else None
        return row if row is not None and (row.id, row.account) == (id, account) else None

    def expect_ids(self, ids: Sequence[bytes]) -> None:
        if self._unit.is_open and ids:
            asked = ", ".join("?" * len(ids))
            rows = run(self._database, f"{_IDS} AND id IN ({asked})", ids)
            self._unsaid.update(set(ids).difference(row[0] for row in rows))

    def slice(self, conversation: bytes, start: int, stop: int) -> Sequence[Entry]:
        return self._query(
            f"{self._select} WHERE conversation = ? AND place >= ? AND place < ? ORDER BY place",
            (conversation, start, stop),
        )

    def numbered(self, sql: str, values: Sequence[Value]) -> Sequence[Entry]:
        """Those whose rowids a statement gives, what was stored last first."""
        return self._query(f"{self._select} WHERE rowid IN ({sql}) ORDER BY rowid DESC", values)

    def chars(self, conversation: bytes, chunk: int) -> Sequence[int]:
        sql = (
            "SELECT sum(chars) FROM messages WHERE conversation = ? "
            "GROUP BY place / ? ORDER BY place / ?"
        )
        return [int(row[0]) for row in self._ask(sql, (conversation, chunk, chunk))]

    def unread(self, conversation: bytes, seen: int) -> tuple[int, int | None]:
        """Counts what came since it was asked last: many may be unread, and it is asked often."""
        counted = self._counted.get(conversation)
        if counted is None or counted.seen != seen:
            counted = Unread(seen, seen, 0, None)
        sql = (
            "SELECT count(*), min(place), max(place) FROM messages "
            "WHERE conversation = ? AND place >= ? AND mine = 0 AND kind <> 'note' AND state <> ?"
        )
        more, first, last = self._one(sql, (conversation, counted.upto, READ_ELSEWHERE))
        if more:
            first = first if counted.first is None else counted.first
            counted = Unread(seen, last + 1, counted.news + more, first)
            if not self._unit.is_open:
                self._counted[conversation] = counted
        return counted.news, counted.first

    def _one(self, sql: str, values: Sequence[Value]) -> Any:
        return self._ask(sql, values)[0]


def _is_flag(kind: type[Any], column: str) -> bool:
    return kind.__annotations__.get(column) in (bool, "bool")


def _key_of(columns: tuple[str, ...]) -> Callable[[Any], Key]:
    """What finds a row: for each row that is changed, so the fast way."""
    if len(columns) > 1:
        return attrgetter(*columns)
    one: Callable[[Any], Value] = attrgetter(columns[0])
    return lambda row: (one(row),)
