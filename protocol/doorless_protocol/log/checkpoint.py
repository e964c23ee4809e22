"""The head of a log in three lines: its name, how many entries it has, and the root over them.

Spec: docs/spec/09-key-log.md §6.2.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.note import check_name, decode_base64
from doorless_protocol.merkle import HASH_SIZE

_SIZE = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was when it had `size` entries, at least one and at most 2^53 - 1."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_name(self.origin)
        if not 1 <= self.size <= MAX_NUMBER or len(self.root) != HASH_SIZE:
            raise MalformedError(f"checkpoint of {self.size} entries, or a root of another size")

    def text(self) -> bytes:
        """What a note says, and an Ed25519 key of the log signs."""
        root = b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n".encode("ascii")

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises MalformedError: not the three lines, and nothing else, of a checkpoint."""
        try:
            origin, size, root, rest = text.decode("ascii").split("\n")
        except ValueError:
            raise MalformedError("checkpoint that has not three lines") from None
        if rest or not _SIZE.fullmatch(size):
            raise MalformedError("checkpoint that is not in its one form")
        return cls(origin, int(size), decode_base64(root))
