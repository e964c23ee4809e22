"""A canary: what an operator could still say on a day, signed, and until when he means to renew it.

It is one line of JSON in canonical form: keys in order, no blanks, ASCII.

    {"canary": {format, key, published, relay, statements, valid_until}, "signature": hex}

It says that something changed, and not what: whoever may not lie leaves a sentence out, or lets the
date pass. Spec: docs/spec/21-notices.md §4.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from doorless_protocol.errors import MalformedError
from doorless_protocol.frame_fields import RelayName
from doorless_protocol.notice_frames import MAX_CANARY_BYTES
from doorless_protocol.primitives import (
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    parse_ed25519,
)

FORMAT: Final = "doorless-canary/1"

LABEL: Final = b"doorless/1 canary\0"
"""Before what is signed: a signature under a canary is one under nothing else."""

MAX_STATEMENTS: Final = 12
MAX_STATEMENT: Final = 200
"""Characters: a sentence."""

LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months, without leap days."""

BEFORE_1970: Final = 719_162
"""Days from 0001-01-01 to 1970-01-01."""

Hex32 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z")]
Day = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Statement = Annotated[str, Meta(min_length=1, max_length=MAX_STATEMENT, pattern=r"\A[ -~]+\Z")]


class _Fields(Struct, frozen=True, forbid_unknown_fields=True):
    """What every object of it has in common: its fields are all there is."""


class Canary(_Fields, frozen=True):
    """What is said. Spec 21 §4.

    Attributes:
        key: the Ed25519 key that signs it, in hex.
        published, valid_until: dates in UTC, the second not before the first.
        statements: sentences that the operator stands by; one that he cannot is left out.
    """

    format: Literal["doorless-canary/1"]
    key: Hex32
    published: Day
    relay: RelayName
    statements: Annotated[tuple[Statement, ...], Meta(max_length=MAX_STATEMENTS)]
    valid_until: Day

    @property
    def overdue_from(self) -> int:
        """The first day, counted from 1970, on which a newer one should have been there."""
        return days_of(self.valid_until) + 1


class _Signed(_Fields, frozen=True):
    canary: Canary
    signature: Hex64


def sign(
    seed: bytes, relay: str, statements: Sequence[str], published: str, valid_until: str
) -> bytes:
    """A canary as it is published, at most MAX_CANARY_BYTES.

    Args:
        seed: 32 bytes.
        published, valid_until: as 2027-01-31.

    Raises:
        MalformedError: it says more than fits, or is over before it begins.

    Spec: docs/spec/21-notices.md §4.
    """
    key = ed25519_public(seed).hex()
    canary = Canary(FORMAT, key, published, relay, tuple(statements), valid_until)
    signature = ed25519_sign(seed, _signed_bytes(canary)).hex()
    data = msgspec.json.encode(_Signed(canary, signature))
    read(data)
    return data


def read(data: bytes) -> Canary:
    """A canary, signed by the key that it names: whose key that is, whoever asks must know.

    Raises:
        MalformedError: not in its one form.
        ForgedError: another signature.

    Spec: docs/spec/21-notices.md §4.
    """
    if len(data) > MAX_CANARY_BYTES:
        raise MalformedError(f"canary of {len(data)} bytes, at most {MAX_CANARY_BYTES}")
    try:
        signed = _decoder.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedError(f"canary of {len(data)} bytes is not in its one form") from None
    if msgspec.json.encode(signed) != data:
        raise MalformedError(f"canary of {len(data)} bytes is not in its canonical form")
    canary = signed.canary
    if days_of(canary.valid_until) < days_of(canary.published):
        raise MalformedError("canary that is over before it begins")
    check_signature(canary, bytes.fromhex(signed.signature))
    return canary


def check_signature(canary: Canary, signature: bytes) -> None:
    """Raises ForgedError, MalformedError: not signed by the key that it names."""
    ed25519_verify(parse_ed25519(bytes.fromhex(canary.key)), _signed_bytes(canary), signature)


def _signed_bytes(canary: Canary) -> bytes:
    return LABEL + msgspec.json.encode(canary)


def days_of(day: str) -> int:
    """Days from 1970 to one written as 2027-01-31. Spec: docs/spec/21-notices.md §1.

    Raises:
        MalformedError: it is in no calendar, or before the year 1.
    """
    year, month, of_month = (int(part) for part in day.split("-"))
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [LENGTHS[0], LENGTHS[1] + is_leap, *LENGTHS[2:]]
    if year < 1 or not 1 <= month <= 12 or not 1 <= of_month <= lengths[month - 1]:
        raise MalformedError("a day that is in no calendar")
    past = year - 1
    years = past * 365 + past // 4 - past // 100 + past // 400
    return years + sum(lengths[: month - 1]) + of_month - 1 - BEFORE_1970


_decoder = msgspec.json.Decoder(_Signed)
