"""The store of a running relay: one SQLite file, one writer, one fsync for many callers."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from doorless_server.limits import Bounds
from doorless_server.store import names
from doorless_server.store import sqlite_accounts as accounts
from doorless_server.store.base import (
    Account,
    Arriving,
    Batch,
    Fate,
    Listing,
    Mail,
    Position,
    Seat,
    Served,
    UnavailableError,
)
from doorless_server.store.checkpoint import Checkpointer
from doorless_server.store.disk import Disk
from doorless_server.store.gathering import Delivered, Gathering
from doorless_server.store.schema import open_writer
from doorless_server.store.space import ROWS, Sort, Space
from doorless_server.store.sqlite_mail import SWEPT_AT_ONCE, MailTable
from doorless_server.store.writer import Writer

T = TypeVar("T")


def _ignore(_error: Exception) -> None:
    """What the callers were told is all there is to say."""


class SqliteStore:
    """Made by `open`, inside a running event loop, and used on that loop alone."""

    def __init__(
        self, mail: MailTable, writer: Writer, checkpointer: Checkpointer, space: Space
    ) -> None:
        self._mail, self._writer, self._checkpointer = mail, writer, checkpointer
        self._space = space
        self._acknowledged = Gathering(self._drop)

    @classmethod
    async def open(
        cls,
        path: Path,
        bounds: Bounds | None = None,
        broken: Callable[[Exception], None] = _ignore,
        disk: Disk | None = None,
    ) -> Self:
        """Open or begin the file; errors as of `schema.open_writer`, `broken` as of Writer.

        Args:
            disk: which it shares with other databases of this process; its own without.
        """
        db = open_writer(path)
        mail = MailTable(db, bounds or Bounds())
        log = path.with_name(f"{path.name}-wal")

        def failed(error: Exception) -> None:
            writer.fail(error)

        checkpointer = Checkpointer(open_writer(path), db, log, failed)

        space = Space(db, path, Sort.MAIL, disk or Disk(path.parent))

        def forget() -> None:
            space.undone()
            mail.forget()

        def committed() -> None:
            space.committed()
            mail.committed()
            checkpointer.committed()

        writer = Writer(db, forget=forget, committed=committed, broken=broken)
        space.fold_by(writer)
        return cls(mail, writer, checkpointer, space)

    @property
    def disk(self) -> Disk:
        return self._space.disk

    @property
    def writer(self) -> Writer:
        return self._writer

    async def close(self) -> None:
        self._acknowledged.flush()
        self._space.close()
        await self._writer.close()
        self._checkpointer.close()

    # --- accounts ----------------------------------------------------------------------------

    async def create(self, handle: str, listing: Listing, token_hash: bytes, day: int) -> None:
        def work(db: sqlite3.Connection) -> None:
            self._space.take(len(listing.head) + len(listing.manifest), ROWS)
            accounts.create(db, handle, listing, token_hash, day)

        await self._run(work)

    async def replace_manifest(self, account: bytes, listing: Listing) -> Sequence[Seat]:
        def work(db: sqlite3.Connection) -> Sequence[Seat]:
            gone = [seat for seat in accounts.seats(db, account) if seat not in listing.seats]
            self._space.check_writing(ROWS + self._rows_of(db, gone))
            return accounts.replace_manifest(db, account, listing, self._mail.forget_mailbox)

        return await self._run(work)

    async def close_account(self, account: bytes, day: int) -> Sequence[Seat]:
        def work(db: sqlite3.Connection) -> Sequence[Seat]:
            rows = accounts.rows_of(db, account) + self._rows_of(db, accounts.seats(db, account))
            self._space.check_writing(ROWS + rows)
            return accounts.close_account(db, account, day, self._mail.forget_mailbox)

        return await self._run(work)

    async def account_named(self, handle: str) -> Account | None:
        return await self._run(lambda db: accounts.account_named(db, handle))

    async def account(self, account: bytes) -> Account | None:
        return await self._run(lambda db: accounts.account(db, account))

    async def heads(self, account: bytes, after: int, before: int, limit: int) -> Sequence[bytes]:
        return await self._run(lambda db: accounts.heads(db, account, after, before, limit))

    async def seat(self, device: bytes) -> Seat | None:
        return await self._run(lambda db: accounts.seat(db, device))

    async def note_connection(self, account: bytes, day: int) -> None:
        await self._change(lambda db: accounts.note_connection(db, account, day))

    async def set_token(self, account: bytes, token_hash: bytes, until: int) -> None:
        def work(db: sqlite3.Connection) -> None:
            accounts.set_token(db, account, token_hash, until)
            self._mail.forget_token(db, account)

        await self._change(work)

    async def swap_incarnation(self, device: bytes, expected: int, successor: int) -> int | None:
        return await self._change(
            lambda db: accounts.swap_incarnation(db, device, expected, successor)
        )

    # --- prekeys -----------------------------------------------------------------------------

    async def publish(self, device: bytes, batch: Batch) -> None:
        size = len(batch.bundle) + sum([len(one.pair) + len(one.path) for one in batch.pairs])

        def work(db: sqlite3.Connection) -> None:
            self._space.take(size, 2 * ROWS)  # those before go
            accounts.publish(db, device, batch)

        await self._run(work)

    async def prekeys_left(self, device: bytes) -> tuple[bytes, int] | None:
        return await self._run(lambda db: accounts.prekeys_left(db, device))

    async def take_prekeys(self, device: bytes, day: int, *, one_time: bool) -> Served | None:
        return await self._change(
            lambda db: accounts.take_prekeys(db, device, day, one_time=one_time)
        )

    # --- mail --------------------------------------------------------------------------------

    async def put(
        self, mails: Sequence[Arriving], hour: int, day: int
    ) -> Sequence[Position | Fate]:
        size = sum([len(mail.envelope) for mail in mails])
        if not self._checkpointer.may_take(size):
            raise UnavailableError("a reader holds the write-ahead log")

        def work(db: sqlite3.Connection) -> Sequence[Position | Fate]:
            self._space.take(size)
            return self._mail.put(db, mails, hour, day)

        self._acknowledged.join()
        return await self._writer.run(work)

    async def waiting(
        self, mailbox: bytes, after: Position, count: int, size: int
    ) -> Sequence[Mail]:
        return await self._run(lambda db: self._mail.waiting(db, mailbox, after, count, size))

    def drop(self, delivered: Sequence[tuple[bytes, bytes]], hour: int) -> "asyncio.Future[None]":
        return self._acknowledged.add(delivered, hour)

    async def sweep(self, hour: int, day: int) -> int:
        def work(db: sqlite3.Connection) -> int:
            expired = accounts.expired(db, day)
            prekeys = sum([accounts.prekey_rows(db, device) for device in expired])
            self._space.check_writing(2 * SWEPT_AT_ONCE + prekeys)
            accounts.forget_prekeys(db, expired)
            return self._mail.sweep(db, hour) + len(expired) + names.sweep(db, day)

        return await self._run(work)

    # --- shared ------------------------------------------------------------------------------

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Have `work` done behind all that was asked for before, deleting included."""
        self._acknowledged.flush()
        return self._writer.run(work)

    def _change(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """The same, of work that writes to a few rows, and stores nothing new."""

        def checked(db: sqlite3.Connection) -> T:
            self._space.check_writing()
            return work(db)

        return self._run(checked)

    def _rows_of(self, db: sqlite3.Connection, seats: Sequence[Seat]) -> int:
        """Those that go with them."""
        mails = [self._mail.count(db, seat.mailbox) for seat in seats]
        return sum(mails) + sum([accounts.prekey_rows(db, seat.device) for seat in seats])

    def _drop(self, delivered: Delivered, hour: int) -> "asyncio.Future[None]":
        if not self._checkpointer.may_delete():
            raise UnavailableError("a reader holds the write-ahead log")

        def work(db: sqlite3.Connection) -> None:
            self._space.check_writing(len(delivered))
            self._mail.drop(db, delivered, hour)

        return self._writer.run(work)
