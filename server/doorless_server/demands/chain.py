"""One line of the ledger: how it is written, hashed, signed, and checked.

    {"at":…,"entry":{…},"hash":…,"number":…,"previous":…,"salt":…,"signature":…}

The salt is there because the newest hash is published with every report: without it, who
guesses a short ledger (an empty one, say) could try the guess. Spec:
docs/spec/20-ledger-and-reports.md §3.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import (
    Random,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    sha256,
)
from doorless_server.demands.entries import Entry

LABEL: Final = b"doorless/1 demand ledger\n"
SALT_SIZE: Final = 32
MAX_LINE: Final = 1 << 20
"""Bytes: a demand's published text is bounded far below, so that a longer line is damage."""
BEGINNING: Final = bytes(32).hex()
"""What the first line has for the hash of the one before it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the ledger. `number` counts from 0, `hash` is 64 hex digits."""

    number: int
    at: int
    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands: what a report prints, so that the past is fixed from then on.

    All three in hex: 64 digits, 128 and 64. Of how long the ledger is it says nothing.
    """

    hash: str
    signature: str
    key: str

    def verify(self) -> None:
        """Raises ForgedError: the key did not sign this hash."""
        key, hash_, signature = _read_hex(self.key, self.hash, self.signature)
        ed25519_verify(key, LABEL + hash_, signature)


def _read_hex(*written: str) -> list[bytes]:
    """Raises ForgedError: not in the one form, that a changed letter always be found."""
    with suppress(ValueError):
        read = [bytes.fromhex(each) for each in written]
        if [each.hex() for each in read] == list(written):
            return read
    raise ForgedError("a head of the ledger that is not lower-case hex")


class BadLineError(Exception):
    """This is not the line that follows; the message says in what."""


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    entry: Entry
    number: int
    previous: str
    salt: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    entry: Entry
    hash: str
    number: int
    previous: str
    salt: str
    signature: str

    def content(self) -> _Content:
        return _Content(self.at, self.entry, self.number, self.previous, self.salt)

    def recorded(self) -> Recorded:
        return Recorded(self.number, self.at, self.entry, self.hash)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(_Line).decode


def write(
    entry: Entry, now: int, after: Recorded | None, seed: bytes, random: Random
) -> tuple[bytes, Recorded, Head]:
    """The line that follows `after`, without its line feed, as what it says, and as a head."""
    number, previous = (after.number + 1, after.hash) if after else (0, BEGINNING)
    content = _Content(now, entry, number, previous, random(SALT_SIZE).hex())
    hash_ = _hash(content)
    signature = ed25519_sign(seed, LABEL + hash_)
    line = _Line(now, entry, hash_.hex(), number, previous, content.salt, signature.hex())
    if len(data := _encode(line)) > MAX_LINE:
        raise ValueError(f"an entry of {len(data)} bytes, more than {MAX_LINE}")
    return data, line.recorded(), _head(line, ed25519_public(seed))


def read(data: bytes, after: Recorded | None, key: bytes) -> tuple[Recorded, Head]:
    """Check that this line follows `after`, whole and signed by `key`.

    Raises:
        BadLineError: it does not.
    """
    if len(data) > MAX_LINE:
        raise BadLineError(f"it has {len(data)} bytes")
    try:
        line = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadLineError(f"it cannot be read: {error}") from None
    number, previous = (after.number + 1, after.hash) if after else (0, BEGINNING)
    if _encode(line) != data:
        raise BadLineError("it is written in another form than a ledger's")
    if line.number != number:
        raise BadLineError(f"it has the number {line.number}, not {number}")
    if line.previous != previous:
        raise BadLineError("it does not follow from the line before it")
    if line.hash != _hash(line.content()).hex():
        raise BadLineError("its hash is not that of what it says")
    head = _head(line, key)
    try:
        head.verify()
    except ForgedError:
        raise BadLineError("the ledger's key did not sign it") from None
    return line.recorded(), head


def _hash(content: _Content) -> bytes:
    return sha256(LABEL + _encode(content))


def _head(line: _Line, key: bytes) -> Head:
    return Head(line.hash, line.signature, key.hex())
