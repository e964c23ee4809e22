"""Who may read which places in the map changed when: whoever the operator gave a token.

The changes of an epoch name nobody, but they show when a pseudonym changed, so they are not
for everybody (docs/spec/13-directory.md §7). Kept is a hash of each token.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from doorless_protocol.primitives import same, sha256

TOKEN_SIZE = 16

_LINE = re.compile(r"([!-~]{1,64}) ([0-9a-f]{64})")


class AuditorsError(Exception):
    """The file is not in its form; the message says where."""


@dataclass(frozen=True, slots=True)
class Auditors:
    """Names, and hashes of their tokens."""

    hashes: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a file with a line for each, `NAME HASH`; nobody where there is no file.

        Raises:
            AuditorsError: a line is something else.
            OSError: it cannot be read.
        """
        if not path.exists():
            return cls({})
        hashes: dict[str, bytes] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _LINE.fullmatch(line)
            if match is None or match[1] in hashes:
                raise AuditorsError(f"{path}, line {number}: not a name and the hash of a token")
            hashes[match[1]] = bytes.fromhex(match[2])
        return cls(hashes)

    def are(self, token: bytes) -> bool:
        """Whether it is one of theirs, in a time that does not tell how much of it is right."""
        hashed = token_hash(token)
        return sum(same(hashed, held) for held in self.hashes.values()) > 0


def token_hash(token: bytes) -> bytes:
    return sha256(b"doorless/1 auditor" + token)
