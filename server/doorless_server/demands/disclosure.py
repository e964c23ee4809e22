"""What was read for an answer: rows as they are held, and ciphertext in files of its own.

Spec: docs/spec/19-demands.md §7.
"""

import hashlib
from typing import Any

import msgspec


class File(msgspec.Struct, frozen=True):
    """A file of the bundle: its name within it, and its bytes."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Listed(msgspec.Struct, frozen=True):
    """A file by its name, size and hash: what a manifest says of it."""

    name: str
    bytes: int
    sha256: str


class Record(msgspec.Struct, frozen=True):
    """A row, or the columns of it that belong to one kind of holding.

    Attributes:
        values: as held; bytes in hex, ciphertext by the file that it is in.
        reading: days and hours among them, as dates.
    """

    kind: str
    table: str
    values: dict[str, Any]
    reading: dict[str, str]


class Found(msgspec.Struct, frozen=True):
    """What there is of one target.

    Attributes:
        target: its place in the demand, from 0.
        account: None: there is no such account; records are what one that was closed left behind.
    """

    target: int
    account: bytes | None
    records: tuple[Record, ...] = ()

    def of(self, kind: str) -> tuple[Record, ...]:
        return tuple(one for one in self.records if one.kind == kind)


class Disclosure(msgspec.Struct, frozen=True):
    """All that was read for one demand.

    Attributes:
        sealed: ciphertext, which lies in a folder that the reader was given: there may be
            gigabytes of it.
    """

    found: tuple[Found, ...] = ()
    sealed: tuple[Listed, ...] = ()

    def at(self, target: int) -> Found | None:
        """None: nobody looked, because the law forbade it or there was nothing to look under."""
        return next((one for one in self.found if one.target == target), None)

    @property
    def accounts(self) -> tuple[bytes, ...]:
        """Those that were found, each once."""
        return tuple(dict.fromkeys(one.account for one in self.found if one.account is not None))


NOTHING = Disclosure()
