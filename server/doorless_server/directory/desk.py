"""What an account does and what the log says of it: both, or neither.

    stage in the log ──► change the account ──► confirm        refused: drop
                                    └─ killed here: `decide`, at the next start

Spec: docs/spec/13-directory.md §2.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.log.chain import OPENING_SIZE
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import Manifest
from doorless_server.directory.base import Change, Directory
from doorless_server.store.base import AccountStore

T = TypeVar("T")


def read(
    record: bytes, opening: bytes, label: str, kinds: Collection[RecordKind], key: VerifyingKey
) -> Record:
    """A record of one of these kinds about this label, signed by this account.

    Raises:
        MalformedError, ForgedError: it is not.
    """
    read = Record.decode(record)
    if len(opening) != OPENING_SIZE:
        raise MalformedError(f"opening of {len(opening)} bytes, not {OPENING_SIZE}")
    if read.label != label or read.kind not in kinds:
        raise MalformedError(f"log record of kind {read.kind.name}, or of another label")
    read.check_signature(key)
    return read


def check_names(record: Record, manifest: Manifest) -> None:
    """Raises MalformedError: the record is of another manifest than the one beside it."""
    named = (record.account, record.manifest_version, record.manifest_hash)
    if named != (manifest.account, manifest.version, manifest.hash):
        raise MalformedError("log record of another manifest")


async def logged(
    directory: Directory, change: Change, now: int, act: Callable[[], Awaitable[T]]
) -> tuple[T, bytes]:
    """Change the account and have the log say so; what `act` returns, and the receipt.

    Raises:
        StaleError, UnavailableError, ForgedError: as of `Directory.stage`; nothing was changed.
        Whatever `act` raises, which then has changed nothing.
    """
    await directory.stage(change)
    try:
        outcome = await act()
    except Exception:
        await directory.drop(change.label)
        raise
    return outcome, await directory.confirm(change, now)


async def decide(directory: Directory, accounts: AccountStore, now: int) -> None:
    """Confirm what was staged where the account was changed too; drop it where it was not."""
    for change in await directory.undecided():
        await decide_one(directory, accounts, change, now)


async def decide_one(
    directory: Directory, accounts: AccountStore, change: Change, now: int
) -> None:
    if await is_done(accounts, change.record):
        await directory.confirm(change, now)
    else:
        await directory.drop(change.label)


async def is_done(accounts: AccountStore, record: Record) -> bool:
    """Whether the account is what the record says of it."""
    held = await accounts.account_named(record.label)
    match record.kind:
        case RecordKind.CLOSE:
            return held is None or held.id != record.account
        case RecordKind.DISPUTE:
            return True  # the account is not changed by it
        case _:
            return held is not None and (held.id, held.manifest_hash) == (
                record.account,
                record.manifest_hash,
            )
