"""Following a key log from one head to the next: what nobody is asked about, and everybody asks.

Spec: docs/spec/08-state.md §14.3.
"""

from dataclasses import dataclass

from doorless_client.core.busy import BusyError
from doorless_client.core.effects import Anonymously, Flow
from doorless_protocol.encoding import Reader
from doorless_protocol.errors import ProofError
from doorless_protocol.frames import AnonymousRequest, Answered
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.proofs import AnchorList, HeadProof
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import LogAnchors, LogHead, LogProof

BUSY = 60.0
"""Seconds before a relay that does not show its log is asked again."""

MAX_ROUNDS = 64
"""Answers of one kind in a row: 64 times 64 anchors are eleven years."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a relay is asked; what differs in `apart` never shares a connection."""

    relay: str
    tls: bytes
    apart: bytes

    def ask(self, request: AnonymousRequest) -> Flow[Answered]:
        answered = yield Anonymously(self.relay, self.tls, request, self.apart)
        return answered

    def prove(self, request: AnonymousRequest) -> Flow[bytes]:
        """Raises BusyError: the relay refused, which proves nothing and is no answer."""
        answered = yield from self.ask(request)
        if not isinstance(answered, LogProof):
            raise BusyError("the relay does not show its key log", BUSY)
        return answered.proof


def read_anchors(proof: bytes) -> tuple[HeadProof, AnchorList]:
    """Raises MalformedError: not the answer to LogAnchors. Spec: docs/spec/07-relay.md §4.6."""
    reader = Reader(proof, "anchors")
    anchors = AnchorList.read(reader)
    return HeadProof.decode(reader.rest()), anchors


def newest_head(place: Place, view: LogView, now: int) -> Flow[LogView]:
    """Raises as `accept_head` does; BusyError: no answer."""
    proof = yield from place.prove(LogHead(view.size))
    return accept_head(view, HeadProof.decode(proof), now)


def follow(place: Place, view: LogView, now: int) -> Flow[LogView]:
    """The newest head, and every anchor up to it. Nothing is stored.

    Raises:
        DoorlessError: as `accept_head` and `accept_anchors` do.
        BusyError: the relay does not answer.
    """
    view = yield from newest_head(place, view, now)
    for _ in range(MAX_ROUNDS):
        if not view.has_new_anchor:
            return view
        newest = view.newest_anchor
        after = newest.anchor_no if newest is not None else 0
        proof = yield from place.prove(LogAnchors(after, view.size))
        head, anchors = read_anchors(proof)
        view = accept_anchors(view, head, anchors, now)
    raise ProofError("the log has more anchors than days")


def anchors_behind(place: Place, view: LogView, after: int, last: int) -> Flow[list[EpochLeaf]]:
    """Leaves of the anchors behind number `after`, up to number `last`, as the relay has them.

    Whether they are the log's, their hashes have to tell.

    Raises:
        MalformedError: no list of anchors.
        ProofError: the relay tells of no end of them.
        BusyError: it does not answer.
    """
    leaves: list[EpochLeaf] = []
    for _ in range(MAX_ROUNDS):
        proof = yield from place.prove(LogAnchors(after + len(leaves), view.size))
        leaves += read_anchors(proof)[1].leaves
        if len(leaves) >= last - after:
            return leaves[: last - after]
    raise ProofError("the log has more anchors than days")
