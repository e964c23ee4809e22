"""What a slot of the demand log commits to: one demand, said without naming anybody.

Spec: docs/spec/18-demand-log.md §2.
"""

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Self

from doorless_protocol.encoding import MAX_NUMBER, Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import sha256

RECORD_SIZE: Final = 1024
"""Bytes of every record, padded with zeros: a commitment is as long for all, and so is what opens
it."""

DUMMY: Final = bytes(RECORD_SIZE)
"""The record of a slot that no demand took."""

DOCUMENT_SIZE: Final = 32
NO_END: Final = MAX_NUMBER
"""In the place of a time, Unix seconds: secrecy that was ordered without an end."""

NO_GAG: Final = 0

MAX_ACCOUNTS: Final = 2**32 - 1
_MAGIC = b"LDD1"
_MAX_INSTRUMENT = 64
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_INSTRUMENT = re.compile(r"[!-~]{1,64}", re.ASCII)


class Authority(IntEnum):
    """What kind of authority asked."""

    POLICE = 1
    PROSECUTOR = 2
    COURT = 3
    INTELLIGENCE = 4
    MINISTRY = 5
    FOREIGN = 6


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """One demand as it will be laid open when its secrecy ends.

    60 bytes, the instrument, and zeros up to 1,024; integers big-endian
    (docs/spec/18-demand-log.md §2.1):

        offset  size  field
             0     4  "LDD1"
             4     4  received      the day it came, days since 1970
             8     1  authority     its kind, 1 to 6
             9     2  country       of the authority, ISO 3166-1 alpha-2
            11     8  gag until     Unix seconds; 0: no secrecy; 2^53 - 1: without an end
            19     4  accounts low  the demand names at least so many
            23     4  accounts high and at most so many
            27    32  document      commits to the demand as it came (§2.2)
            59     1  instrument length  n, 1 to 64
            60     n  instrument    visible ASCII: under which law it was asked
          60+n  964-n zeros
    """

    received_day: int
    authority: Authority
    country: str
    instrument: str
    gag_until: int
    accounts: tuple[int, int]
    document: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raises MalformedError: a field that has no such value."""
        low, high = self.accounts
        in_bounds = 0 <= self.received_day < 2**32 and 0 <= self.gag_until <= MAX_NUMBER
        if not in_bounds or not 0 <= low <= high <= MAX_ACCOUNTS:
            raise MalformedError("slot record with a number out of bounds")
        if not _COUNTRY.fullmatch(self.country) or not _INSTRUMENT.fullmatch(self.instrument):
            raise MalformedError("slot record whose country or instrument is none")
        if len(self.document) != DOCUMENT_SIZE:
            raise MalformedError(f"slot record with a document of {len(self.document)} bytes")

    def encode(self) -> bytes:
        writer = Writer().raw(_MAGIC).uint(self.received_day, 4).uint(self.authority, 1)
        writer.raw(self.country.encode("ascii")).uint(self.gag_until, 8)
        for bound in self.accounts:
            writer.uint(bound, 4)
        writer.raw(self.document).prefixed(self.instrument.encode("ascii"), 1)
        return writer.done().ljust(RECORD_SIZE, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the one form of a demand's record; so of a dummy's."""
        if len(data) != RECORD_SIZE:
            raise MalformedError(f"slot record of {len(data)} bytes, not {RECORD_SIZE}")
        reader = Reader(data, "slot record")
        reader.exactly(_MAGIC, "kind")
        day, authority, country = reader.uint(4), _authority(reader.uint(1)), reader.raw(2)
        until, accounts = reader.number(), (reader.uint(4), reader.uint(4))
        document, instrument = reader.raw(DOCUMENT_SIZE), reader.prefixed(1, _MAX_INSTRUMENT)
        if reader.rest().strip(b"\0"):
            raise MalformedError("slot record with bytes in its padding")
        try:
            texts = country.decode("ascii"), instrument.decode("ascii")
        except UnicodeDecodeError:
            raise MalformedError("slot record that is not ASCII") from None
        return cls(day, authority, *texts, until, accounts, document)


def decode_record(data: bytes) -> SlotRecord | None:
    """None: a dummy's. Raises MalformedError: neither. Spec: docs/spec/18-demand-log.md §2."""
    return None if data == DUMMY else SlotRecord.decode(data)


def document_commitment(blind: bytes, document: bytes) -> bytes:
    """What stands in a record for the demand as it came: whoever has both can check it.

    Args:
        blind: 32 bytes that only the operator has, and gives with the document alone: from the
            commitment nobody finds what was demanded by trying texts.

    Spec: docs/spec/18-demand-log.md §2.2.
    """
    if len(blind) != DOCUMENT_SIZE:
        raise ValueError(f"blind of {len(blind)} bytes, not {DOCUMENT_SIZE}")
    return sha256(b"doorless/1 demand document\0" + blind + document)


def _authority(number: int) -> Authority:
    try:
        return Authority(number)
    except ValueError:
        raise MalformedError("slot record of an unknown kind of authority") from None
