"""The demand log's files: what it was begun as, and the keys that sign it.

    DIR/demands/log.db         entries and openings     DIR/demands/heads.db     what it signed last
    DIR/demands/log.rules      what it was begun as     DIR/demands/log.lock     held by who writes
    DIR/demands/keys/log.key   its signing keys' seeds  DIR/demands/keys/slots.key  for documents

Spec: docs/spec/18-demand-log.md §6.1.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from doorless_protocol.demand_log.record import DOCUMENT_SIZE
from doorless_protocol.demand_log.rules import HORIZON, PERIOD, SLOTS, Rules, origin_of
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.signing import SIGNER_SEED_SIZE, LogSigner
from doorless_protocol.primitives import Random
from doorless_server import datadir
from doorless_server.datadir import DataError

FOLDER: Final = "demands"
DATABASE, HEADS, RULES, LOCK = "log.db", "heads.db", "log.rules", "log.lock"
SIGNING_KEY, BLINDING_KEY = Path("keys", "log.key"), Path("keys", "slots.key")
POLICY: Final = "policy"
"""In this folder; else the relay's own, whose witnesses are then this log's too."""


def settle(
    folder: Path,
    name: str | None,
    random: Random,
    now: int,
    *,
    period: int | None,
    slots: int | None,
) -> tuple[LogSigner, Rules]:
    """The log's keys and rules; drawn and written down at the first start.

    Args:
        folder: DIR/demands; made where there is none, for its owner alone.
        name: the relay's; None: only a log that was begun is opened.
        period: seconds; None for what it was begun with, or the default. So is `slots`.

    Raises:
        DataError: a file is not what it was, other numbers are wanted than the log has, or it
            was never begun and there is no name.
    """
    path = folder / RULES
    if not path.exists() and name is None:
        raise DataError(f"no demand log was begun in {folder}: start the relay once")
    _make(folder)
    if path.exists():
        _check_there(folder / SIGNING_KEY)
    seed = datadir.seed(folder / SIGNING_KEY, SIGNER_SEED_SIZE, random)
    if not path.exists():
        return _begin(path, LogSigner.from_seed(origin_of(name or ""), seed), now, period, slots)
    try:
        rules = Rules.decode(path.read_bytes())
    except (MalformedError, OSError) as error:
        raise DataError(f"{path} is damaged ({error}): restore it") from None
    signer = LogSigner.from_seed(rules.origin, seed)
    if (signer.vkey, signer.cosigner.vkey) != rules.vkeys:
        raise DataError(f"{folder / SIGNING_KEY} is another key than {path} names: restore it")
    _check_wanted({"period": (period, rules.period), "slots": (slots, rules.slots)})
    return signer, rules


def drawn(folder: Path, name: str, random: Random) -> LogSigner:
    """The keys that a log begun here under this name has: witnesses know them before it begins.

    Raises DataError.
    """
    _make(folder)
    seed = datadir.seed(folder / SIGNING_KEY, SIGNER_SEED_SIZE, random)
    return LogSigner.from_seed(origin_of(name), seed)


def blinding_key(folder: Path, random: Random, *, is_first: bool) -> bytes:
    """Of which the blinds of documents are made.

    Args:
        is_first: no document was committed yet: it may be drawn.

    Raises DataError.
    """
    if not is_first:
        _check_there(folder / BLINDING_KEY)
    return datadir.seed(folder / BLINDING_KEY, DOCUMENT_SIZE, random)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process changes the log, and be the one that does.

    Raises OSError: the folder cannot be written.
    """
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _begin(
    path: Path, signer: LogSigner, now: int, period: int | None, slots: int | None
) -> tuple[LogSigner, Rules]:
    seconds = PERIOD if period is None else period
    try:
        rules = Rules.of(
            signer,
            now // seconds,
            period=seconds,
            slots=SLOTS if slots is None else slots,
            horizon=HORIZON,
            policy=_policy(path.parent),
        )
    except MalformedError as error:
        raise DataError(f"no demand log can be begun so: {error}") from None
    datadir.write_once(path, rules.encode())
    return signer, rules


def _check_there(key: Path) -> None:
    """Another one would be no help, and in the way of what a backup has. Raises DataError."""
    if not key.exists():
        raise DataError(f"{key} is missing: restore it from a copy")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        datadir.sync_names(folder.parent)
    except OSError as error:
        raise DataError(f"cannot use {folder}: {error.strerror}") from None


def _policy(folder: Path) -> Policy:
    path = folder / POLICY
    if not path.exists():
        path = folder.parent / POLICY
    if not path.exists():
        return NO_WITNESSES
    try:
        return Policy.parse(path.read_text(encoding="ascii"))
    except (MalformedError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no policy: {error}") from None


def _check_wanted(numbers: dict[str, tuple[int | None, int]]) -> None:
    for name, (wanted, has) in numbers.items():
        if wanted not in (None, has):
            raise DataError(
                f"the demand log was begun with {name} = {has}, which its readers pin:"
                " it cannot be changed"
            )
