"""What people tell each other of the log, inside sealed messages: are we shown the same?

    80 bytes in a message ──► same | older | ahead: wait for our own look | conflict: ask the
                              peer, sealed, for the signed anchor ──► E1, E2, E3
                          ──► another log: the two of us were told of two set-ups

Nothing that a peer says makes anybody ask the relay for something: the relay would see from
the request who heard from whom. Spec: docs/spec/10-key-log-clients.md §10.
"""

from dataclasses import dataclass
from enum import Enum, auto
from struct import Struct
from typing import ClassVar, Self

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Kind, Leaves, Notes
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.view import LogView
from doorless_protocol.merkle import HASH_SIZE

GOSSIP_SIZE = 80
EMPTY = bytes(GOSSIP_SIZE)
"""Of who follows no log: as long as any other, so that no length tells."""

LOG_ID = 4  # bytes of a configuration's hash
SHORT_HEAD = 16  # bytes of a head: nobody finds a second one that begins so


class Anchors(Enum):
    """A peer's anchor beside ours."""

    NONE = auto()  # nothing said
    OTHER_LOG = auto()  # of a set-up that is not ours: tell the person, two people settle it
    SAME = auto()
    OLDER = auto()  # than those that we keep
    AHEAD = auto()  # of ours: keep it until the next scheduled look
    CONFLICT = auto()  # the number is ours, the anchor is not: ask the peer for it


class Ours(Enum):
    """What a peer was shown of us."""

    NONE = auto()  # nothing said, or before what we keep
    SAME = auto()
    LATER = auto()  # than what we know: keep it until the next scheduled look
    GHOST = auto()  # keys in our name that are not ours


class Theirs(Enum):
    """A peer's own word about itself beside what we were shown."""

    NONE = auto()
    SAME = auto()
    OLDER = auto()
    NEWER = auto()  # look them up at the next scheduled look, or before sending
    CONFLICT = auto()  # the version is ours, the head is not


@dataclass(frozen=True, slots=True)
class Gossip:
    """What goes into a message.

    80 bytes, integers big-endian (docs/spec/10-key-log-clients.md §10.1):

        offset  size  field
             0     4  log           which: the first bytes of its configuration's hash
             4     4  anchor        number of the newest that the sender checked
             8    32  anchor hash   its leaf hash
            40     4  my version    of the sender's own label, 0: none
            44    16  my head       the first bytes of its head
            60     4  your version  of the recipient's label that this was sealed to, 0: none
            64    16  your head     the first bytes of its head
    """

    log: bytes
    anchor_no: int
    anchor_hash: bytes
    my_version: int
    my_head: bytes
    your_version: int
    your_head: bytes

    _form: ClassVar = Struct(">4sI32sI16sI16s")

    def encode(self) -> bytes:
        return self._form.pack(
            self.log,
            self.anchor_no,
            self.anchor_hash,
            self.my_version,
            self.my_head,
            self.your_version,
            self.your_head,
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not 80 bytes."""
        if len(data) != GOSSIP_SIZE:
            raise MalformedError(f"gossip of {len(data)} bytes, not {GOSSIP_SIZE}")
        return cls(*cls._form.unpack(data))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a peer's gossip comes to beside our own view."""

    anchor: Anchors
    ours: Ours
    theirs: Theirs

    @property
    def is_open(self) -> bool:
        """Whether to keep the bytes, and to hear them again after the next scheduled look."""
        return self.anchor is Anchors.AHEAD or self.ours is Ours.LATER


NOTHING = Heard(Anchors.NONE, Ours.NONE, Theirs.NONE)


def log_id(config: LogConfig) -> bytes:
    """What names a log in gossip: 4 bytes. Spec: docs/spec/10-key-log-clients.md §10.1."""
    return config.hash[:LOG_ID]


def say(view: LogView, own: OwnChain | None, pin: Pin | None) -> bytes:
    """What to tell a peer. Of a log that was looked at, and no anchor of it yet, no anchor.

    Args:
        view: of the recipient's log, which they check themselves.
        own: our own label, in whatever log.
        pin: the recipient's label, as it stands now.

    Spec: docs/spec/10-key-log-clients.md §10.2.
    """
    anchor = view.newest_anchor
    return Gossip(
        log_id(view.config),
        anchor.anchor_no if anchor is not None else 0,
        anchor.hash if anchor is not None else bytes(HASH_SIZE),
        *_short(own),
        *_short(pin),
    ).encode()


def hear(
    view: LogView,
    own: OwnChain | None,
    pin: Pin | None,
    data: bytes,
    *,
    looked_since: bool = False,
) -> Heard:
    """Compare what a peer said with what we know. Changes nothing, and asks for nothing.

    Args:
        view: of the log whose id the gossip names; of our own relay's, if we follow no such log.
        own: our own label, if the view is of our own relay's log.
        pin: the peer's label, as we hold it.
        looked_since: heard again, after our own scheduled look. What the peer was shown of us
            before that, and is not there, is a ghost.

    Raises:
        MalformedError: not 80 bytes.

    Spec: docs/spec/10-key-log-clients.md §10.3.
    """
    if data == EMPTY:
        return NOTHING
    said = Gossip.decode(data)
    anchor = compare_anchors(view, said)
    if not is_same_log(view, said.log):
        return Heard(anchor, Ours.NONE, compare_theirs(pin, said))
    ours = compare_ours(own, said)
    if looked_since and ours is Ours.LATER:
        ours = Ours.GHOST
    return Heard(anchor, ours, compare_theirs(pin, said))


def compare_anchors(view: LogView, said: Gossip) -> Anchors:
    """Spec: docs/spec/10-key-log-clients.md §10.3."""
    newest = view.newest_anchor
    if said.anchor_no == 0:
        return Anchors.NONE
    if not is_same_log(view, said.log):
        return Anchors.OTHER_LOG
    if newest is None or said.anchor_no > newest.anchor_no:
        return Anchors.AHEAD
    ours = view.anchor(said.anchor_no)
    if ours is None:
        return Anchors.OLDER
    return Anchors.SAME if ours.hash == said.anchor_hash else Anchors.CONFLICT


def is_same_log(view: LogView, named: bytes) -> bool:
    """Whether the four bytes that name a log are those of the one that we follow.

    Four bytes can be met on purpose, and nothing is gained by it: two set-ups have no anchor in
    common, since each names its own.

    Spec: docs/spec/10-key-log-clients.md §10.3.
    """
    return named == log_id(view.config)


def compare_ours(own: OwnChain | None, said: Gossip) -> Ours:
    """Spec: docs/spec/10-key-log-clients.md §10.3."""
    if own is None or said.your_version == 0:
        return Ours.NONE
    if said.your_version > own.version:
        return Ours.LATER
    link = own.link(said.your_version)
    if link is None:
        return Ours.NONE
    return Ours.SAME if link.head[:SHORT_HEAD] == said.your_head else Ours.GHOST


def compare_theirs(pin: Pin | None, said: Gossip) -> Theirs:
    """Spec: docs/spec/10-key-log-clients.md §10.3."""
    if pin is None or said.my_version == 0:
        return Theirs.NONE
    if said.my_version != pin.version:
        return Theirs.NEWER if said.my_version > pin.version else Theirs.OLDER
    return Theirs.SAME if pin.head[:SHORT_HEAD] == said.my_head else Theirs.CONFLICT


def compare_signed(view: LogView, data: bytes) -> Anchors:
    """Compare a signed anchor that a peer sent us, on asking or once a day.

    Args:
        data: an encoded SignedLeaf.

    Raises:
        MisconductError: the log signed two truths (E1, E2, E3), or for two set-ups (E9).
        MalformedError, ForgedError, ProofError: it proves nothing.

    Spec: docs/spec/10-key-log-clients.md §10.4.
    """
    theirs = SignedLeaf.decode(data)
    check_one_set_up(view, theirs)
    checkpoint = theirs.check(view.config)
    if not theirs.shown.is_anchor:
        raise ProofError(f"epoch {theirs.shown.epoch} is no anchor")
    check_agreement(view, theirs, checkpoint)
    newest, number = view.newest_anchor, theirs.shown.anchor_no
    if newest is None or number > newest.anchor_no:
        return Anchors.AHEAD
    return Anchors.OLDER if view.anchor(number) is None else Anchors.SAME


def log_of(data: bytes) -> bytes:
    """What names the log of a signed anchor in gossip. Verifies nothing.

    Raises:
        MalformedError: no encoded SignedLeaf.

    Spec: docs/spec/10-key-log-clients.md §10.4.
    """
    return SignedLeaf.decode(data).leaf.config_hash[:LOG_ID]


def check_one_set_up(view: LogView, theirs: SignedLeaf) -> None:
    """That the keys which we pinned signed for the set-up which we pinned, and for no other.

    Other keys prove nothing: whoever made them can sign under any relay's name.

    Raises:
        MisconductError: they signed an epoch of another set-up than an anchor that we hold (E9).
        ForgedError, ProofError: other keys signed it, or nobody did.

    Spec: docs/spec/10-key-log-clients.md §10.5.
    """
    if view.anchored is None or theirs.leaf.config_hash == view.config.hash:
        return
    body = Misplaced(Placed.of(theirs), Placed.of(view.anchored))
    raise accusation(Kind.MISPLACED, view.config, body)


def check_agreement(view: LogView, theirs: SignedLeaf, checkpoint: Checkpoint) -> None:
    """That a peer's signed anchor and what we hold are of one log.

    Raises:
        MisconductError: two roots of one size (E1), or two anchors where one is (E2, E3).

    Spec: docs/spec/10-key-log-clients.md §10.4.
    """
    if view.note is not None and checkpoint.size == view.size and checkpoint.root != view.root:
        raise accusation(Kind.TWO_ROOTS, view.config, Notes(view.note, theirs.note))
    number = theirs.shown.anchor_no
    held = view.anchor(number)
    if held is None or held == theirs.shown:
        return
    kind = Kind.TWO_LEAVES if held.epoch == theirs.shown.epoch else Kind.TWO_ANCHORS
    raise accusation(kind, view.config, Leaves(view.signed_anchor(number), theirs))


def _short(one: OwnChain | Pin | None) -> tuple[int, bytes]:
    if one is None or one.version == 0:
        return 0, bytes(SHORT_HEAD)
    return one.version, one.head[:SHORT_HEAD]
