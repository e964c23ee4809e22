"""A log that grows as a test says, and signs what a test says: the side that a witness sees."""

from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note, Vkey
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.log.tree import MemoryTree, consistency_path, root
from doorless_server.witness.wire import Submission

ORIGIN = "log.test/keys"
NOW = 1_750_000_000


class GrowingLog:
    """Entries are `word` and their number, so that logs of two words are forks of each other."""

    def __init__(self, origin: str = ORIGIN, *, seed: int = 7) -> None:
        self.signer = LogSigner.from_seed(origin, bytes([seed]) * 64)
        self.tree = MemoryTree()
        self.origin = origin
        self._notes: dict[int, Note] = {}  # ML-DSA signatures are random, a head is signed once

    @property
    def vkeys(self) -> tuple[Vkey, ...]:
        return self.signer.vkey, self.signer.cosigner.vkey

    def grow(self, size: int, word: bytes = b"entry") -> "GrowingLog":
        while self.tree.size < size:
            self.tree.append(word + b"%d" % self.tree.size)
        return self

    def fork(self, at: int, size: int) -> "GrowingLog":
        """Another history of the same log from entry `at` on."""
        other = GrowingLog(self.origin)
        other.signer = self.signer
        return other.grow(at).grow(size, b"forked")

    def root(self, size: int) -> bytes:
        return root(self.tree, size)

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.origin, size, self.root(size))

    def note(self, size: int) -> Note:
        if size not in self._notes:
            self._notes[size] = self.signer.sign(self.checkpoint(size), NOW)
        return self._notes[size]

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return consistency_path(self.tree, old, size) if 0 < old < size else ()

    def submission(self, old: int, size: int) -> bytes:
        """The body that asks to cosign `size` entries of a witness that has `old`."""
        return Submission(old, self.proof(old, size), self.note(size).encode()).encode()
