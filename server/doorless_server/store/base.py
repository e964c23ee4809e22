"""What the relay keeps, and the promises under which it keeps it.

Everything that a demand could reach is behind these Protocols, and nothing else is. They
take and give batches, so that a store may commit many callers' work at once, or be a
cluster. An operation that raises has changed nothing; one that returns is durable.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType, Protocol

from msgspec import Struct

from doorless_protocol.errors import DoorlessError

Position = NewType("Position", int)
"""An envelope's place in the order of arrival, from 1; never used twice while the relay runs."""


class StoreError(DoorlessError):
    """The store did not do it, and holds what it held before."""


class TakenError(StoreError):
    """The handle, or a key, belongs to another account."""


class LookalikeError(StoreError):
    """The handle looks like another account's."""


class ReleasedError(StoreError):
    """The handle, or one that looks like it, was another account's not long ago."""


class StaleError(StoreError):
    """The manifest does not follow the one that is held."""


class UnavailableError(StoreError):
    """Not now: too much waits to be written, or the disk refuses. Nothing was promised."""


class Fate(Enum):
    """What became of a mail that was not newly stored."""

    KNOWN = "it was stored before"
    NO_ROOM = "no such mailbox, or its places for requests are taken: which, nobody is told"
    FULL = "it came with the delivery token, and the mailbox is full"
    LATER = "nobody said whether it is stored: the same once more will tell"


@dataclass(frozen=True, slots=True)
class Seat:
    """A device that an account's manifest lists."""

    account: bytes
    device: bytes
    mailbox: bytes
    key_hash: bytes  # SHA-256 of the key with which it signs in


@dataclass(frozen=True, slots=True)
class Listing:
    """A manifest, and what the relay must find in it without reading it again.

    Attributes:
        bindings: digests of every key and id that no other account may claim.
    """

    version: int
    hash: bytes
    previous: bytes
    head: bytes = field(repr=False)
    manifest: bytes = field(repr=False)
    seats: tuple[Seat, ...]
    bindings: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    id: bytes
    handle: str
    version: int
    manifest_hash: bytes
    manifest: bytes = field(repr=False)
    token_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OneTime:
    """A one-time pair with its place in the batch and its path to the batch's root."""

    index: int
    pair: bytes = field(repr=False)
    path: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """A bundle with all its one-time pairs.

    Attributes:
        keys: digests of its signed prekeys, which no other device may serve meanwhile.
    """

    bundle: bytes = field(repr=False)
    hash: bytes
    expires: int  # the day after which it is no longer served
    pairs: tuple[OneTime, ...] = field(repr=False)
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    bundle: bytes = field(repr=False)
    one_time: OneTime | None  # None: the last-resort prekey it is


class Arriving(Struct, frozen=True, gc=False):
    """An envelope on its way in. `token_hash` is empty where no token came with it."""

    mailbox: bytes
    id: bytes
    envelope: bytes
    token_hash: bytes


class Mail(Struct, frozen=True, gc=False):
    """An envelope that waits."""

    position: Position
    id: bytes
    envelope: bytes


class AccountStore(Protocol):
    async def create(self, handle: str, listing: Listing, token_hash: bytes, day: int) -> None:
        """Begin an account with the first version of its manifest.

        Raises:
            TakenError: the handle, the account, or one of the bindings is held.
            LookalikeError: an account has a handle with the same skeleton.
            ReleasedError: another one had, and was closed less than RELEASED_DAYS ago.
        """

    async def replace_manifest(self, account: bytes, listing: Listing) -> Sequence[Seat]:
        """Put the successor in the place of the manifest held; return who is no longer listed.

        Those devices' envelopes and prekeys are gone with it.

        Raises:
            StaleError: it does not name the manifest held as the one before it.
            TakenError: one of its bindings is another account's.
        """
        ...

    async def close_account(self, account: bytes, day: int) -> Sequence[Seat]:
        """Forget the account and everything held for it; return the devices it had.

        That its name was somebody's is kept for RELEASED_DAYS, and whose as a hash.
        """
        ...

    async def account_named(self, handle: str) -> Account | None: ...

    async def account(self, account: bytes) -> Account | None: ...

    async def heads(self, account: bytes, after: int, before: int, limit: int) -> Sequence[bytes]:
        """The oldest `limit` signed heads of the versions between `after` and `before`."""
        ...

    async def seat(self, device: bytes) -> Seat | None: ...

    async def note_connection(self, account: bytes, day: int) -> None:
        """Remember the last day on which a device of the account was here."""

    async def set_token(self, account: bytes, token_hash: bytes, until: int) -> None:
        """Take this hash; the one before it serves until the day `until` is over."""

    async def swap_incarnation(self, device: bytes, expected: int, successor: int) -> int | None:
        """Put `successor` in the place of `expected` and return None; else return what is held.

        A device that never swapped holds 0.
        """
        ...


class PrekeyStore(Protocol):
    async def publish(self, device: bytes, batch: Batch) -> None:
        """Serve this batch from now on, in the order of its pairs; nothing of the one before.

        Raises:
            TakenError: another device serves one of its keys.
        """

    async def prekeys_left(self, device: bytes) -> tuple[bytes, int] | None:
        """The hash of the bundle served and how many pairs are left; None where none is."""
        ...

    async def take_prekeys(self, device: bytes, day: int, *, one_time: bool) -> Served | None:
        """The bundle and, where asked for and left, one pair, which is gone before this returns.

        None where no bundle is served, or its time is over.
        """
        ...


class MailStore(Protocol):
    async def put(
        self, mails: Sequence[Arriving], hour: int, day: int
    ) -> Sequence[Position | Fate]:
        """Keep each of `mails`, durably; in the order given, which is the order of delivery.

        An id that the mailbox holds, or gave out less than RECEIPT_HOURS ago, is not kept again.
        Fate.LATER says of one what UnavailableError says of all.
        """
        ...

    async def waiting(
        self, mailbox: bytes, after: Position, count: int, size: int
    ) -> Sequence[Mail]:
        """The oldest envelopes behind `after`: at most `count`, and `size` bytes or just one."""
        ...

    def drop(self, delivered: Sequence[tuple[bytes, bytes]], hour: int) -> Awaitable[None]:
        """Forget these (mailbox, id); those that do not wait are passed over."""
        ...

    async def sweep(self, hour: int, day: int) -> int:
        """Forget a part of what has waited, or been remembered, too long; return how much.

        Returns 0 when there is nothing left to forget.
        """
        ...


class Store(AccountStore, PrekeyStore, MailStore, Protocol):
    """All of it, under one roof: what leaves an account leaves it in one piece."""

    async def close(self) -> None:
        """Finish what was begun, then let go of files and threads."""
