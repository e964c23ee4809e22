"""A witness in memory: the relay's own decision about each head, without a network or a disk."""

from dataclasses import replace

from doorless_lab.keylog.ledger import Ledger
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Note
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.tree import consistency_path
from doorless_protocol.primitives import Random
from doorless_server.witness.decision import NOTHING, Accepted, Forked, Head, decide, known_logs
from doorless_server.witness.wire import Submission


class LabWitness:
    """Cosigns one history of a log, and never another.

    Attributes:
        refused: heads that it did not cosign.
        forks: pairs of heads of one size that the log signed.
    """

    def __init__(self, random: Random) -> None:
        self._cosigner = Cosigner.from_seed("witness.test", Algorithm.COSIGNATURE, random(32))
        self._held: Head = NOTHING
        self.refused = 0
        self.forks: list[Forked] = []

    @property
    def policy(self) -> Policy:
        """Of a log that asks for this witness."""
        return Policy.parse(f"witness w {self._cosigner.vkey.encode()}\nquorum w\n")

    def cosigned(self, ledger: Ledger, note: Note) -> Note:
        known = known_logs(ledger.config.vkeys)[ledger.config.origin]
        signed = known.authenticate(note)
        size, old = signed.checkpoint.size, self._held.size
        if size < old:
            return note
        proof = consistency_path(ledger.tree, old, size) if 0 < old < size else ()
        decision = decide(Submission(old, tuple(proof), note.encode()), signed, self._held)
        if not isinstance(decision, Accepted):
            self.refused += 1
            self.forks += [decision] if isinstance(decision, Forked) else []
            return note
        self._held = decision.head
        time = ledger.epochs[size - 1].leaf.time_ms // 1000
        line = self._cosigner.cosign(signed.checkpoint, time)
        return replace(note, signatures=(*note.signatures, line))
