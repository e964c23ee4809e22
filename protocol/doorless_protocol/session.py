"""The conversation of two devices: a handshake, then ratchets.

    initiate ──► AWAITING A REPLY ── open the first reply ──► CONFIRMED ◄─┐
                 (every envelope repeats                                  │ open a message
                  the initial message)                                    │ labelled 2 or higher
    respond ───► UNCONFIRMED ─────────────────────────────────────────────┘
                 (may still be an impostor who stole prekeys)

A session is a value: a step returns the one that follows, to be kept before anything leaves
or is shown; a step that raises leaves the held one as it was. How one begins is in
first_contact.py. Spec: docs/spec/03-handshake.md §7, docs/spec/04-ratchet.md §5.7.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from doorless_protocol.envelope import MESSAGE_SIZE, seal_initial
from doorless_protocol.errors import DoorlessError, ForgedError
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import AccountId, DeviceId
from doorless_protocol.primitives import KemSeed, Random, XWingPublic
from doorless_protocol.ratchet.hop import FIRST_EPOCH
from doorless_protocol.ratchet.triple import MAX_CONTENT, OVERHEAD, Found, Triple, split_front
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, check_size_class, size_class


class Link(Struct, frozen=True, array_like=True, gc=False):
    """What stays as it is for the life of a session.

    Attributes:
        id: hash of the handshake's transcript, 32 bytes.
        initiator: whether this side began.
        number: rises from session to session of this pair of devices.
        known: the highest number that the initiator knew of when he began, 0 for none.
        began: on our side, in Unix seconds.
        origin: bundle id || EKa, 40 bytes.
        last_resort: the handshake used a prekey that others may have used, too.
        kind, received: see handshake.Terms.
    """

    id: bytes
    initiator: bool
    our_account: AccountId
    our_device: DeviceId
    their_account: AccountId
    their_device: DeviceId
    number: int
    known: int
    began: int
    origin: bytes
    last_resort: bool
    kind: Kind
    received: int


class Unanswered(Struct, frozen=True, array_like=True, gc=False):
    """What repeats the initial message until the first reply: about 22 KB.

    Attributes:
        log_proof: what the key log says of our account, at most MAX_LOG_PROOF bytes; b"": nothing.
    """

    envelope_key: XWingPublic
    info: bytes
    front: bytes
    log_proof: bytes = b""

    def __repr__(self) -> str:
        return "Unanswered()"


class Session(Struct, frozen=True, gc=False):
    """One side of the conversation of two devices.

    Attributes:
        unanswered: None for the responder, and once a reply opened.
        confirmed: the other side has proven its certified identity KEM key
            (docs/spec/04-ratchet.md §5.7).
        answered: we have sent what completes the handshake on our side.
        receive_only_since: Unix seconds; None while this session may send.
        healed: when both sides last agreed on a fresh post-quantum secret, in Unix seconds
            (docs/spec/04-ratchet.md §5.9); when the session began, before the first time.
    """

    link: Link
    ratchet: Triple
    unanswered: Unanswered | None = None
    confirmed: bool = False
    answered: bool = False
    receive_only_since: int | None = None
    healed: int = 0

    def seal(self, content: bytes, random: Random) -> tuple["Session", bytes]:
        """What follows, and an envelope of exactly one size class. Keep, then send.

        Raises:
            ValueError: more than `room` bytes, or the session is receive-only.
        """
        if self.receive_only_since is not None:
            raise ValueError("this session is receive-only")
        if self.unanswered is None:
            ratchet, envelope = self.ratchet.seal(content, random)
        elif len(content) > self.room:
            raise ValueError(f"content of {len(content)} bytes does not fit a first contact")
        else:
            ratchet, message = self.ratchet.seal(content, random, at_least=MESSAGE_SIZE)
            first = self.unanswered
            envelope = seal_initial(
                first.envelope_key, first.info, first.front, message, first.log_proof
            )
        answered = self.answered or self.confirmed or not self.link.initiator
        follows = Session(
            self.link,
            ratchet,
            self.unanswered,
            self.confirmed,
            answered,
            self.receive_only_since,
            self.healed,
        )
        return follows, envelope

    def open(self, envelope: bytes, now: float, identity: KemSeed) -> tuple["Session", bytes]:
        """What follows, and the content. Keep, then show and acknowledge.

        Args:
            identity: this device's KEM seed (DeviceKeys.kem): the first reply is sealed to it,
                and no session keeps a copy.

        Raises:
            MalformedError, ForgedError, ReplayedError, SkippedTooFarError, BrokenSessionError:
                as in Triple.open. The held session stays as it was.
        """
        ratchet, content = self.ratchet.open(envelope, now, identity)
        return self._heard(ratchet, now), content

    def open_found(
        self, found: Found, envelope: bytes, now: float, identity: KemSeed
    ) -> tuple["Session", bytes]:
        """Open an envelope whose header opened. Raises as `open` does."""
        ratchet, content = self.ratchet.open_found(found, envelope, now, identity)
        return self._heard(ratchet, now), content

    def _heard(self, ratchet: Triple, now: float) -> "Session":
        hop = self.ratchet.hop
        moved = ratchet.hop is not hop and ratchet.hop.epoch != hop.epoch
        return Session(
            self.link,
            ratchet,
            None,  # an initiator who opens anything has his reply
            self.confirmed or confirms(self.link.initiator, ratchet.epochs.epoch.heard),
            self.answered,
            self.receive_only_since,
            last_healed(self.healed, moved, now),
        )

    def with_log_proof(self, proof: bytes) -> "Session":
        """With this proof in its initial message; this very object where nothing changes.

        It proves itself, and is in no transcript: a fresher one may take its place at any time.
        Spec: docs/spec/05-envelope.md §3.3.
        """
        if self.unanswered is None or self.unanswered.log_proof == proof:
            return self
        return replace(self, unanswered=replace(self.unanswered, log_proof=proof))

    def forget(self, now: float) -> "Session":
        """Without late keys older than 14 days; this very object when there are none."""
        ratchet = self.ratchet.forget(now)
        return self if ratchet is self.ratchet else replace(self, ratchet=ratchet)

    def retire(self, now: float) -> "Session":
        """Receive-only from now on; this very object when it is so already."""
        return self if not self.may_send else replace(self, receive_only_since=int(now))

    def wire_size(self, content_size: int) -> int:
        """Bytes on the wire of a content of that many bytes. Raises ValueError: no room."""
        if content_size > self.room:
            raise ValueError(f"content of {content_size} bytes, room for {self.room}")
        return FIRST_CONTACT_SIZE if self.unanswered else size_class(OVERHEAD + content_size)

    @property
    def room(self) -> int:
        """Bytes of content that `seal` takes now."""
        return MESSAGE_SIZE - OVERHEAD if self.unanswered else MAX_CONTENT

    @property
    def may_send(self) -> bool:
        return self.receive_only_since is None

    @property
    def awaiting_reply(self) -> bool:
        """We began, and heard nothing yet: every envelope repeats the initial message."""
        return self.unanswered is not None

    @property
    def owes_control(self) -> bool:
        """Whether an empty control message is due, once the person accepted the other side.

        The responder's proves his keys to the initiator; the initiator's, after the first
        reply, his to the responder. Spec: docs/spec/03-handshake.md §7.
        """
        return not self.answered and (self.confirmed or not self.link.initiator)

    @property
    def epoch(self) -> int:
        """The post-quantum epoch that our next message is labelled with."""
        return self.ratchet.hop.epoch

    @property
    def heard(self) -> int:
        """The newest label of theirs that opened: `epoch`, or one less."""
        return self.ratchet.epochs.epoch.heard

    @property
    def late(self) -> int:
        """Keys held of messages that are still on their way."""
        return self.ratchet.late.count

    @property
    def id(self) -> bytes:
        return self.link.id

    @property
    def initiator(self) -> bool:
        return self.link.initiator

    @property
    def our_account(self) -> AccountId:
        return self.link.our_account

    @property
    def our_device(self) -> DeviceId:
        return self.link.our_device

    @property
    def their_account(self) -> AccountId:
        return self.link.their_account

    @property
    def their_device(self) -> DeviceId:
        return self.link.their_device

    @property
    def number(self) -> int:
        return self.link.number

    @property
    def known(self) -> int:
        return self.link.known

    @property
    def began(self) -> int:
        return self.link.began

    @property
    def origin(self) -> bytes:
        return self.link.origin

    @property
    def last_resort(self) -> bool:
        return self.link.last_resort

    @property
    def kind(self) -> Kind:
        return self.link.kind

    @property
    def received(self) -> int:
        return self.link.received

    @property
    def initiating_device(self) -> DeviceId:
        return self.our_device if self.initiator else self.their_device


class Opened(NamedTuple):
    """Which session opened an envelope, what follows it, the content, and how it was found."""

    before: Session
    session: Session
    content: bytes
    found: Found

    def __repr__(self) -> str:
        return f"Opened({len(self.content)} bytes)"


def open_any(sessions: Sequence[Session], envelope: bytes, now: float, identity: KemSeed) -> Opened:
    """Find the session that an envelope belongs to, and open it there.

    Nothing on the envelope says whose it is: the live header keys of all sessions are tried
    in the order given (the most recently used first), and only then those of late messages.
    A header that opens with a body that does not is no match, and the next one is tried.

    Args:
        identity: this device's KEM seed, as in Session.open.

    Raises:
        MalformedError: in no size class.
        ForgedError: nothing fits.
        Another error of Session.open: of the one session whose header did open.

    Spec: docs/spec/04-ratchet.md §6.5.
    """
    check_size_class(envelope)
    nonce, sealed = split_front(envelope)
    error: DoorlessError = ForgedError("no header key of any session opens it")
    looks: tuple[Callable[[Triple, bytes, bytes], Found | None], ...]
    looks = (Triple.look, Triple.look_late)
    for look in looks:
        for session in sessions:
            found = look(session.ratchet, nonce, sealed)
            if found is None:
                continue
            try:
                follows, content = session.open_found(found, envelope, now, identity)
                return Opened(session, follows, content, found)
            except DoorlessError as refusal:
                error = refusal if isinstance(error, ForgedError) else error
    raise error


def addressed(sessions: Sequence[Session], envelope: bytes) -> Session | None:
    """The session whose header key opens the envelope's header: whom a refusal is about.

    Raises:
        MalformedError: in no size class.

    Spec: docs/spec/04-ratchet.md §6.5.
    """
    check_size_class(envelope)
    nonce, sealed = split_front(envelope)
    looks: tuple[Callable[[Triple, bytes, bytes], Found | None], ...]
    looks = (Triple.look, Triple.look_late)
    return next(
        (one for look in looks for one in sessions if look(one.ratchet, nonce, sealed)), None
    )


def confirms(initiator: bool, heard: int) -> bool:
    """Whether a message that opened confirms the session, when `heard` is the newest label.

    To the initiator any message does: only who holds the responder's identity keys can reply.
    To the responder a label of 2 or higher does: the secret of epoch 1 was sealed to the
    initiator's certified identity KEM key. Spec: docs/spec/04-ratchet.md §5.7.
    """
    return initiator or heard > FIRST_EPOCH


def last_healed(before: int, moved: bool, now: float) -> int:
    """When fresh keys were last agreed on: now, if this message moved our label.

    Spec: docs/spec/04-ratchet.md §5.9.
    """
    return int(now) if moved else before
