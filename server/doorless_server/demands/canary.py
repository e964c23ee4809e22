"""The relay's canary: what its operator still says, signed anew from time to time by hand.

    DIR/demands/keys/canary.key   the seed, drawn at the first signature
    DIR/demands/canary.json       the newest one, which the relay serves

A sentence that the operator cannot stand by any more is left out, and stays out: nothing says when
or why. Spec: docs/spec/21-notices.md §4.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from doorless_protocol import canary
from doorless_protocol.canary import Canary
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import Random
from doorless_server import datadir
from doorless_server.demands.notice_desk import CANARY, FOLDER

KEY: Final = Path("keys", "canary.key")
SEED_SIZE: Final = 32

LONGEST_DAYS: Final = 366
"""From a signature to its end: whoever need not sign for years says nothing by not signing."""

STATEMENTS: Final[Mapping[str, str]] = {
    "orders": "No order that we may not speak of is in force.",
    "keys": "Nobody was given a key of this relay.",
    "copies": "Nothing that passes through this relay is copied for anybody.",
    "changes": "Nobody made us change what this relay or its programs do.",
    "machines": "No machine of this relay was searched or taken away.",
}
"""What can be said, by the word that leaves it out."""


class CanaryError(Exception):
    """It was not signed, or there is none; the message says what to do."""


def day_of(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()


def sign(
    data: Path, relay: str, until: date, left_out: Sequence[str], now: int, random: Random
) -> Canary:
    """Sign what the one before said, without what is left out; at first, all there is.

    Args:
        data: the relay's folder.
        left_out: names in STATEMENTS.

    Raises:
        CanaryError: not a date to sign until, or the one before cannot be read, or is newer.
        DataError: the folder cannot be written.
    """
    today = day_of(now)
    if not 1 <= (until - today).days <= LONGEST_DAYS:
        raise CanaryError(f"--until is a day from tomorrow to {LONGEST_DAYS} days ahead")
    before = held(data)
    if before is not None:
        _check_follows(before, today, until)
    said = tuple(STATEMENTS.values()) if before is None else before.statements
    gone = {STATEMENTS[name] for name in left_out}
    stays = [each for each in said if each not in gone]
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        seed = datadir.seed(folder / KEY, SEED_SIZE, random)
        signed = canary.sign(seed, relay, stays, today.isoformat(), until.isoformat())
        datadir.write_once(folder / CANARY, signed)
    except OSError as error:
        raise datadir.DataError(f"cannot use {folder}: {error.strerror}") from None
    except DoorlessError as error:
        raise CanaryError(f"cannot be signed: {error}") from None
    return canary.read(signed)


def _check_follows(before: Canary, today: date, until: date) -> None:
    """Raises CanaryError: a client would take it for an old one that is brought again."""
    signed, lasts = date.fromisoformat(before.published), date.fromisoformat(before.valid_until)
    if today < signed:
        raise CanaryError(f"the newest one was signed on {signed}: is the clock right?")
    if today == signed and until < lasts:
        raise CanaryError(f"today one was signed until {lasts}: --until is not before that")


def held(data: Path) -> Canary | None:
    """The newest one. Raises CanaryError: what is there is none."""
    path = data / FOLDER / CANARY
    try:
        return canary.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CanaryError(f"cannot read {path}: {error.strerror}") from None
    except DoorlessError as error:
        raise CanaryError(f"{path} is damaged ({error}): restore it, or move it away") from None
