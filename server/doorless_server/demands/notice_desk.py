"""Tells an account what it may be told, and anybody the canary: from what the commands wrote.

The commands `demand` and `canary` are other processes. Nothing of theirs is opened before it is
there, and of a relay that was never asked for anything nothing is. A node of a cluster answers from
its own DIR/demands (docs/spec/21-notices.md §6).
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from doorless_protocol.notice_frames import MAX_CANARY_BYTES, NoticesHeld
from doorless_server.demands.notices import DATABASE, Notices
from doorless_server.directory.base import Page
from doorless_server.limits import HOUR
from doorless_server.store.base import UnavailableError
from doorless_server.store.schema import NewerSchemaError

FOLDER: Final = "demands"
"""Of the relay's own: ledger, demand log, keys, and what this desk reads."""

CANARY: Final = "canary.json"

CANARY_PATH: Final = "/canary"
"""Where anybody reads it by a plain GET."""

BUSY_MS: Final = 50
"""How long it waits for a command that writes, in ms: the loop stands still meanwhile."""

SWEEP_EVERY: Final = HOUR

JSON: Final = "application/json"


class NoticeDesk:
    """Of a relay that serves from `folder`; None: of one that has none, and tells nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / FOLDER
        self._notices: Notices | None = None
        self._swept = 0

    def close(self) -> None:
        if self._notices is not None:
            self._notices.close()
            self._notices = None

    def answer(self, account: bytes, now: int) -> NoticesHeld:
        """Raises UnavailableError: what is kept cannot be read now."""
        notices = self._opened()
        try:
            told = notices.due(account, now) if notices is not None else ()
        except sqlite3.Error as error:
            raise UnavailableError(f"notices: {error}") from None
        return NoticesHeld(told, self.canary())

    def canary(self) -> bytes:
        """As it was signed; empty: there is none, or none that a client would take."""
        if self._folder is None:
            return b""
        try:
            with (self._folder / CANARY).open("rb") as file:
                data = file.read(MAX_CANARY_BYTES + 1)
        except OSError:
            return b""
        return data if len(data) <= MAX_CANARY_BYTES else b""

    def page(self) -> Page | None:
        """The canary, for a plain GET."""
        data = self.canary()
        return Page(data, JSON) if data else None

    def forget(self, account: bytes) -> None:
        """The account was closed. What cannot be forgotten now, the next sweep does."""
        with suppress(sqlite3.Error, UnavailableError):
            if (notices := self._opened()) is not None:
                notices.forget(account)

    async def sweep(self, now: int, exists: Callable[[bytes], Awaitable[object | None]]) -> int:
        """Once an hour: forget what is over, and what is of accounts that were closed; how many.

        Args:
            exists: whether an account is there: None where it is not.

        Raises:
            UnavailableError: later.
        """
        if 0 <= now - self._swept < SWEEP_EVERY or (notices := self._opened()) is None:
            return 0
        try:
            gone = notices.sweep(now)
            for account in notices.accounts():
                if await exists(account) is None:
                    notices.forget(account)
                    gone += 1
        except sqlite3.Error as error:
            raise UnavailableError(f"notices: {error}") from None
        self._swept = now
        return gone

    def _opened(self) -> Notices | None:
        """None: nobody was ever told anything here. Raises UnavailableError."""
        if self._notices is not None or self._folder is None:
            return self._notices
        if not (self._folder / DATABASE).exists():
            return None
        try:
            self._notices = Notices.open(self._folder, busy_ms=BUSY_MS)
        except (sqlite3.Error, NewerSchemaError, OSError) as error:
            raise UnavailableError(f"notices: {error}") from None
        return self._notices
