"""The message layer: the Double Ratchet, the hop and the post-quantum chains side by side.

Envelope, exactly 2, 4, 8, 16, 32 or 64 KiB (docs/spec/04-ratchet.md §6):

    offset  size  field
         0    12  nonce        random, for header and body (their keys differ)
        12    72  header       sealed under a header key: 56 and a tag of 16
        84    32  commitment   derived with the body's key, compared before it is used
       116   ...  body         sealed under the message's hybrid key, with a tag of 16

A sender's messages stand in one order and both ratchets count along it. So a gap is known
exactly, and each message in it gets its hybrid key at once: no chain is kept for latecomers.
"""

from collections.abc import Sequence
from struct import Struct as Form
from typing import NamedTuple

from msgspec import Struct

from doorless_protocol.errors import BrokenSessionError, ForgedError, ReplayedError
from doorless_protocol.primitives import (
    NONCE_SIZE,
    TAG_SIZE,
    AgreementKey,
    HeaderKey,
    Kem768Public,
    KemSeed,
    Random,
    aead_open,
    aead_seal,
    hkdf_expand,
    hkdf_extract,
    same,
)
from doorless_protocol.ratchet import hop
from doorless_protocol.ratchet.chain import LAST_NUMBER
from doorless_protocol.ratchet.double import Double, Passed
from doorless_protocol.ratchet.epochs import Epochs
from doorless_protocol.ratchet.header import FORM, HEADER_SIZE, SPARE, Header
from doorless_protocol.ratchet.hop import FIRST_EPOCH, Hop, check_form
from doorless_protocol.ratchet.late import Late, LateKey
from doorless_protocol.sizes import SIZE_CLASSES, check_size_class, size_class

FRONT_SIZE = NONCE_SIZE + HEADER_SIZE + TAG_SIZE
COMMITMENT_SIZE = 32
BODY_OFFSET = FRONT_SIZE + COMMITMENT_SIZE

LENGTH_SIZE = 2
CONTENT_OFFSET = hop.FIELD_SIZE + LENGTH_SIZE
OVERHEAD = BODY_OFFSET + CONTENT_OFFSET + TAG_SIZE
MAX_CONTENT = SIZE_CLASSES[-1] - OVERHEAD

_LABEL = b"doorless/1 message"
_ZEROS = bytes(SIZE_CLASSES[-1])
_length = Form(">H")


class Seeds(NamedTuple):
    """What a handshake gives to both sides, 32 bytes each. Spec: docs/spec/03-handshake.md §4."""

    root: bytes
    authenticator: bytes
    chain: bytes
    header_key_a: bytes
    header_key_b: bytes

    @classmethod
    def split(cls, secret: bytes) -> "Seeds":
        """Take the handshake's 160 bytes apart."""
        return cls(*(secret[at : at + 32] for at in range(0, 160, 32)))

    def __repr__(self) -> str:
        return "Seeds()"


class Found(Struct, frozen=True, gc=False):
    """A header that opened, and the key that opened it."""

    key: HeaderKey
    header: bytes


class Triple(Struct, frozen=True, gc=False):
    """One side of a session's ratchets.

    Attributes:
        outgoing, incoming: what every message of that direction is bound to: the session, the
            direction, both devices.
        hop: one of the states in hop.py; its epoch is our label.
    """

    outgoing: bytes
    incoming: bytes
    hop: Hop
    double: Double
    epochs: Epochs
    late: Late

    @classmethod
    def start(
        cls, seeds: Seeds, theirs: bytes, outgoing: bytes, incoming: bytes, random: Random
    ) -> "Triple":
        """The initiator's side. `theirs` is the responder's signed prekey."""
        epochs = Epochs.start(True, seeds.chain)
        double = Double.start(
            seeds.root,
            theirs,
            seeds.header_key_a,
            seeds.header_key_b,
            FIRST_EPOCH,
            epochs.epoch.turn_secret,
            random,
        )
        state = hop.start_initiator(seeds.authenticator)
        return cls(outgoing, incoming, state, double, epochs, Late())

    @classmethod
    def accept(
        cls,
        seeds: Seeds,
        ours: AgreementKey,
        their_identity: Kem768Public,
        outgoing: bytes,
        incoming: bytes,
    ) -> "Triple":
        """The responder's side.

        Args:
            ours: the signed prekey that the initiator chose.
            their_identity: the initiator's certified identity KEM key.
        """
        epochs = Epochs.start(False, seeds.chain)
        double = Double.accept(
            seeds.root, ours, seeds.header_key_a, seeds.header_key_b, FIRST_EPOCH
        )
        state = hop.start_responder(seeds.authenticator, their_identity)
        return cls(outgoing, incoming, state, double, epochs, Late())

    def seal(
        self, content: bytes, random: Random, at_least: int = SIZE_CLASSES[0]
    ) -> tuple["Triple", bytes]:
        """What follows, and the envelope. Keep what follows before the envelope leaves.

        Args:
            at_least: the smallest size class to use.

        Raises:
            ValueError: the content is longer than MAX_CONTENT, or a counter is at its end.
        """
        size = max(size_class(OVERHEAD + len(content)), at_least)
        state, field, secret = self.hop.send(random)
        label = state.epoch
        epochs = self.epochs if secret is None else self.epochs.add(label, secret)
        double = self.double
        if double.keys.due:
            double = double.answer(label, epochs.turn_secret_of(label), random)
        double, out_key, number, ec_key = double.send()
        epochs, index, pq_key = epochs.send()
        keys, nonce = double.keys, random(NONCE_SIZE)
        header = Header(keys.public, keys.previous, number, label, index, keys.began).encode()
        sealed = out_key.seal(nonce, header, self.outgoing)
        context = self.outgoing + sealed
        key, commitment = message_keys(hkdf_extract(pq_key, ec_key), nonce, context)
        plain = b"".join((field, _length.pack(len(content)), content))
        body = aead_seal(key, nonce, plain.ljust(size - BODY_OFFSET - TAG_SIZE, b"\0"), context)
        follows = Triple(self.outgoing, self.incoming, state, double, epochs, self.late)
        return follows, b"".join((nonce, sealed, commitment, body))

    def look(self, nonce: bytes, sealed: bytes) -> Found | None:
        """Does one of the two live header keys open it?"""
        keys = self.double.keys
        if keys.in_key is not None and (header := keys.in_key.open(nonce, sealed, self.incoming)):
            return Found(keys.in_key, header)
        return self._look_next(nonce, sealed)

    def _look_next(self, nonce: bytes, sealed: bytes) -> Found | None:
        """Does the header key of the chain that they begin next open it?"""
        key = self.double.keys.next_in_key
        header = key.open(nonce, sealed, self.incoming)
        return Found(key, header) if header else None

    def look_late(self, nonce: bytes, sealed: bytes) -> Found | None:
        """Does a header key of a late message open it?"""
        for chain in self.late.chains.values():
            if header := chain.header_key.open(nonce, sealed, self.incoming):
                return Found(chain.header_key, header)
        return None

    def open(self, envelope: bytes, now: float, identity: KemSeed) -> tuple["Triple", bytes]:
        """What follows, and the content. Keep what follows before the content is shown.

        Args:
            identity: this device's KEM seed: who began the session needs it while epoch 1 lasts.

        Raises:
            MalformedError: in no size class, or a key inside that is not in its one form.
            ForgedError: no key of ours opens it, or its body is not what its header announced.
            ReplayedError: opened before, or given up.
            SkippedTooFarError, BrokenSessionError: authentic, but it does not fit.
        """
        check_size_class(envelope)
        nonce, sealed = envelope[:NONCE_SIZE], envelope[NONCE_SIZE:FRONT_SIZE]
        in_key = self.double.keys.in_key
        if in_key is not None and (header := in_key.open(nonce, sealed, self.incoming)):
            opened = self._open_next(header, envelope, identity)
            return opened or self.open_found(Found(in_key, header), envelope, now, identity)
        found = self._look_next(nonce, sealed) or self.look_late(nonce, sealed)
        if found is None:
            raise ForgedError("no header key of this session opens it")
        return self.open_found(found, envelope, now, identity)

    def open_found(
        self, found: Found, envelope: bytes, now: float, identity: KemSeed
    ) -> tuple["Triple", bytes]:
        """Open an envelope whose header opened. Raises as `open` does."""
        keys, receiving = self.double.keys, self.double.receiving
        if found.key is keys.in_key and (
            opened := self._open_next(found.header, envelope, identity)
        ):
            return opened
        header = Header.decode(found.header)
        if found.key is keys.next_in_key:
            turn_secret = self.epochs.turn_secret_of(header.began)
            double, passed, ec_key = self.double.turn(
                header.dh, header.previous, header.number, turn_secret
            )
        elif (
            found.key is keys.in_key and receiving is not None and header.number >= receiving.number
        ):
            double, passed, ec_key = self.double.hear(header.dh, header.number)
        else:
            return self._open_late(found.key, header, envelope, identity)
        epochs, pq_keys, pq_key = self.epochs.hear(header.label, header.index, len(passed))
        field, content = read(hkdf_extract(pq_key, ec_key), envelope, self.incoming)
        state, epochs = hear_hop(self.hop, epochs, header.label, field, identity)
        late = self._keep(passed, pq_keys, now) if passed else self.late
        return Triple(self.outgoing, self.incoming, state, double, epochs, late), content

    def _open_next(
        self, plain: bytes, envelope: bytes, identity: KemSeed
    ) -> tuple["Triple", bytes] | None:
        """Open the message that comes next in their chain, as nearly every one does.

        It gives what the long way gives, without the steps of a turn, a gap, a new label or a
        refusal of the header; None where there is one of these.
        """
        double, epochs = self.double, self.epochs
        dh, previous, number, label, index, flags, spare = FORM.unpack(plain)
        receiving, chain, epoch = double.receiving, epochs.receiving, epochs.epoch
        if (
            receiving is None
            or number != receiving.number
            or index != chain.number
            or label != epoch.heard
            or dh != double.keys.theirs
            or flags
            or spare != SPARE
            or LAST_NUMBER in (previous, number, index)
        ):
            return None
        ec_chain, ec_key = receiving.step()
        pq_chain, pq_key = chain.step()
        field, content = read(hkdf_extract(pq_key, ec_key), envelope, self.incoming)
        double = Double(double.keys, double.sending, ec_chain)
        epochs = Epochs(epoch, epochs.sending, pq_chain)
        state, epochs = hear_hop(self.hop, epochs, label, field, identity)
        return Triple(self.outgoing, self.incoming, state, double, epochs, self.late), content

    def _open_late(
        self, key: HeaderKey, header: Header, envelope: bytes, identity: KemSeed
    ) -> tuple["Triple", bytes]:
        kept = self.late.get(key.raw, header.number)
        if kept is None:
            raise ReplayedError("this message was opened or given up before")
        check_own_label(kept.label, header.label)
        field, content = read(kept.prk, envelope, self.incoming)
        state, epochs = hear_hop(self.hop, self.epochs, header.label, field, identity)
        late = self.late.take(key.raw, header.number)
        return Triple(self.outgoing, self.incoming, state, self.double, epochs, late), content

    def _keep(
        self, passed: Sequence[Passed], pq_keys: Sequence[tuple[int, bytes]], now: float
    ) -> Late:
        """Derive and keep the hybrid key of each message that was passed over."""
        since = int(now)
        return self.late.keep(
            (
                message.header_key,
                message.number,
                LateKey(label, hkdf_extract(pq_key, message.key), since),
            )
            for message, (label, pq_key) in zip(passed, pq_keys, strict=True)
        )

    def forget(self, now: float) -> "Triple":
        """Without late keys older than 14 days; this very object when there are none."""
        late = self.late.forget(now)
        if late is self.late:
            return self
        return Triple(self.outgoing, self.incoming, self.hop, self.double, self.epochs, late)

    def __repr__(self) -> str:
        return f"Triple({self.hop!r}, late={self.late.count})"


def hear_hop(
    held: Hop, epochs: Epochs, label: int, field: bytes, identity: KemSeed
) -> tuple[Hop, Epochs]:
    """What the hop makes of an authentic message: nothing, below our own label.

    Spec: docs/spec/04-ratchet.md §5.4.
    """
    if label < held.epoch:
        return held, epochs
    state, secret = held.hear(label, field, identity)
    if secret is not None:
        epochs = epochs.add(held.epoch, secret)
    return state, epochs if state.epoch == held.epoch else epochs.speak()


def split_front(envelope: bytes) -> tuple[bytes, bytes]:
    """Nonce and sealed header."""
    return envelope[:NONCE_SIZE], envelope[NONCE_SIZE:FRONT_SIZE]


def message_keys(prk: bytes, nonce: bytes, context: bytes) -> tuple[bytes, bytes]:
    """Key and commitment of one body, 32 bytes each.

    The nonce is inside, so a state that was rolled back and seals twice repeats neither; the
    context is inside, so the commitment covers it, too. Spec: docs/spec/04-ratchet.md §6.4.
    """
    keys = hkdf_expand(prk, _LABEL + nonce + context, 64)
    return keys[:32], keys[32:]


def read(prk: bytes, envelope: bytes, incoming: bytes) -> tuple[bytes, bytes]:
    """Hop field and content of an envelope, under a message's hybrid key.

    Raises:
        ForgedError: the body does not authenticate.
        BrokenSessionError: it does, but it is not in its one form.
    """
    nonce, context = envelope[:NONCE_SIZE], incoming + envelope[NONCE_SIZE:FRONT_SIZE]
    key, commitment = message_keys(prk, nonce, context)
    check_commitment(commitment, envelope[FRONT_SIZE:BODY_OFFSET])
    plain = aead_open(key, nonce, envelope[BODY_OFFSET:], context)
    end = CONTENT_OFFSET + _length.unpack_from(plain, hop.FIELD_SIZE)[0]
    check_padding(plain, end)
    field = plain[: hop.FIELD_SIZE]
    check_form(field)
    return field, plain[CONTENT_OFFSET:end]


def check_commitment(ours: bytes, theirs: bytes) -> None:
    """Before decryption: a body opens under one key only. Raises ForgedError."""
    if not same(ours, theirs):
        raise ForgedError("commitment does not match")


def check_padding(plain: bytes, end: int) -> None:
    """Raises BrokenSessionError: what follows the content is not zeros to the very end."""
    if end > len(plain) or not _ZEROS.startswith(plain[end:]):
        raise BrokenSessionError("padding is not in its one form")


def check_own_label(kept: int, label: int) -> None:
    """A stolen late key must not claim another epoch. Raises BrokenSessionError.

    Spec: docs/spec/04-ratchet.md §8.
    """
    if kept != label:
        raise BrokenSessionError("a late message names a label that is not its own")
