"""A text and who signed it, in lines: the signed note of C2SP.

    relay.example/keys
    1203
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — relay.example/keys Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q…
    — witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs…

A line names its key; who does not know the key ignores the line.
Spec: docs/spec/09-key-log.md §6.1.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log_primitives import MLDSA44_PUBLIC_SIZE
from doorless_protocol.primitives import ED25519_PUBLIC_SIZE, parse_ed25519, sha256

MAX_NOTE = 24 * 1024
"""Bytes: the log's two lines, and six witnesses that sign with ML-DSA-44."""

MAX_SIGNATURES = 16
MAX_NAME = 255  # what one length byte holds, where ML-DSA cosignatures hash it

KEY_ID_SIZE = 4
_DASH = "\N{EM DASH} ".encode()
_NAME = re.compile(r"[!-*,-~]{1,255}", re.ASCII)  # visible, and no plus sign
_TEXT = re.compile(rb"(?:[ -~]+\n)+")


class Algorithm(IntEnum):
    """What a key signs, and how: the type byte of C2SP."""

    ED25519 = 0x01  # a log, over the text
    COSIGNATURE = 0x04  # a cosigner: Ed25519, over time and text
    MLDSA44 = 0x06  # a cosigner: ML-DSA-44, over its name, time, origin, size and root


_PUBLIC_SIZES = {
    Algorithm.ED25519: ED25519_PUBLIC_SIZE,
    Algorithm.COSIGNATURE: ED25519_PUBLIC_SIZE,
    Algorithm.MLDSA44: MLDSA44_PUBLIC_SIZE,
}


@dataclass(frozen=True, slots=True)
class Vkey:
    """A key that verifies lines of a note, as C2SP writes it: name+id+base64(type || key)."""

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != _PUBLIC_SIZES[self.algorithm]:
            raise MalformedError(f"{self.algorithm.name} key of {len(self.public)} bytes")
        if self.algorithm is not Algorithm.MLDSA44:
            parse_ed25519(self.public)

    @property
    def key_id(self) -> bytes:
        typed = bytes((self.algorithm,)) + self.public
        return sha256(self.name.encode("ascii") + b"\n" + typed)[:KEY_ID_SIZE]

    @classmethod
    def of_log(cls, origin: str, ed25519: bytes, mldsa44: bytes) -> tuple[Self, Self]:
        """The two keys of a log. Raises MalformedError: an origin or a key that is none."""
        return cls(origin, Algorithm.ED25519, ed25519), cls(origin, Algorithm.MLDSA44, mldsa44)

    def encode(self) -> str:
        typed = bytes((self.algorithm,)) + self.public
        return f"{self.name}+{self.key_id.hex()}+{b64encode(typed).decode('ascii')}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises MalformedError: not the one form of a key of a kind that we verify."""
        name, _, rest = text.partition("+")
        _, _, typed = rest.partition("+")
        data = decode_base64(typed)
        try:
            key = cls(name, Algorithm(data[0]), data[1:])
        except (IndexError, ValueError):
            raise MalformedError("key of a note of an unknown kind") from None
        if key.encode() != text:
            raise MalformedError("key of a note that is not in its one form")
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One line: whose, by which key, and what the key says."""

    name: str
    key_id: bytes
    blob: bytes = field(repr=False)

    def encode(self) -> bytes:
        coded = b64encode(self.key_id + self.blob)
        return _DASH + self.name.encode("ascii") + b" " + coded + b"\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text of whole lines, and at least one signature. Nothing is verified by decoding it."""

    text: bytes
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        return self.text + b"\n" + b"".join(line.encode() for line in self.signatures)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a note in its one form.

        Raises:
            MalformedError: too large, no text of visible ASCII, no signature or more than
                MAX_SIGNATURES, or two lines of one key.
        """
        if len(data) > MAX_NOTE:
            raise MalformedError(f"note of {len(data)} bytes, at most {MAX_NOTE}")
        text, _, lines = data.partition(b"\n\n")
        note = cls(text + b"\n", tuple(_line(each) for each in lines.splitlines(keepends=True)))
        if not _TEXT.fullmatch(note.text) or note.encode() != data:
            raise MalformedError("note that is not in its one form")
        check_lines(note.signatures)
        return note

    def find(self, key: Vkey) -> bytes:
        """What `key` says. Raises ForgedError: it says nothing here."""
        for line in self.signatures:
            if (line.name, line.key_id) == (key.name, key.key_id):
                return line.blob
        raise ForgedError(f"note without a signature of {key.name}")

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """The same with more lines. Raises MalformedError: it would be no note."""
        return Note.decode(Note(self.text, (*self.signatures, *more)).encode())


def check_lines(lines: tuple[Signature, ...]) -> None:
    """Raises MalformedError: none, too many, or two of one key: a reader may take either."""
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise MalformedError(f"note with {len(lines)} signatures, 1 to {MAX_SIGNATURES} allowed")
    if len({(line.name, line.key_id) for line in lines}) != len(lines):
        raise MalformedError("note with two signatures of one key")


def check_name(name: str) -> None:
    """Raises MalformedError: not 1 to 255 visible ASCII characters, or one is a plus sign."""
    if not _NAME.fullmatch(name):
        raise MalformedError("name that no signer of notes has")


def decode_base64(text: str) -> bytes:
    """Raises MalformedError: not the one encoding of its bytes."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise MalformedError("not base64") from None
    if b64encode(data).decode("ascii") != text:
        raise MalformedError("base64 that is not in its one form")
    return data


def _line(line: bytes) -> Signature:
    try:
        name, coded = line.removeprefix(_DASH).removesuffix(b"\n").decode("ascii").split(" ")
    except ValueError:
        raise MalformedError("signature line that is not in its one form") from None
    check_name(name)
    data = decode_base64(coded)
    if len(data) <= KEY_ID_SIZE:
        raise MalformedError("signature line without a signature")
    return Signature(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
