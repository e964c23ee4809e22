"""What a log says to a witness: the body of `add-checkpoint`, of C2SP tlog-witness.

    old 20852014                                        the size that the witness signed last
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=        a proof that the one grew from the other:
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=        no hash to 63 of them
                                                        an empty line
    relay.example/keys                                  a checkpoint, with the log's signatures
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — relay.example/keys Az3grlgtzPICa5OS8npVmf1Myq/5IZ…

Spec: docs/spec/12-witness.md §3.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.note import decode_base64
from doorless_protocol.merkle import HASH_SIZE

PATH = "/add-checkpoint"

SIZE_TYPE = "text/x.tlog.size"
"""Content type of the size in a 409."""

MAX_BODY_BYTES = 64 * 1024
"""Of a request: 63 hashes, and a checkpoint with the 16 signatures that C2SP asks for."""

MAX_PROOF_HASHES = 63

MAX_SIZE = 2**63 - 1
"""Of a tree: what RFC 6962 logs and SQLite count to."""

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint, and the proof that it extends the tree of `old` entries.

    Attributes:
        proof: hashes of RFC 6962 §2.1.2.
        note: the checkpoint as it was signed; not looked at here.
    """

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        lines = [b"old %d" % self.old, *map(b64encode, self.proof), b""]
        return b"\n".join([*lines, self.note])

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """The one form of it. Raises MalformedError."""
        head, blank, note = body.partition(b"\n\n")
        if not blank or not note:
            raise MalformedError("no empty line with a checkpoint behind it")
        first, *lines = head.split(b"\n")
        match = _OLD.fullmatch(first)
        if match is None or int(match[1]) > MAX_SIZE:
            raise MalformedError("the first line is not the old size")
        if len(lines) > MAX_PROOF_HASHES:
            raise MalformedError(f"a proof of {len(lines)} hashes, more than {MAX_PROOF_HASHES}")
        return cls(int(match[1]), tuple(map(_hash, lines)), note)


def encode_size(size: int) -> bytes:
    return b"%d\n" % size


def decode_size(body: bytes) -> int:
    """Raises MalformedError."""
    match = _SIZE.fullmatch(body)
    if match is None or int(match[1]) > MAX_SIZE:
        raise MalformedError("no size in a line of its own")
    return int(match[1])


def _hash(line: bytes) -> bytes:
    try:
        decoded = decode_base64(line.decode("ascii"))
    except UnicodeDecodeError:
        raise MalformedError("a proof that is not ASCII") from None
    if len(decoded) != HASH_SIZE:
        raise MalformedError(f"a proof with a hash of {len(decoded)} bytes")
    return decoded
