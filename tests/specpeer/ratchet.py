"""The three ratchets, and the messages that they seal. docs/spec/04-ratchet.md.

Plain objects that change. Whoever opens something opens it with a copy, and keeps the copy
if nothing was refused.
"""

from dataclasses import dataclass

from specpeer import crypto, handshake
from specpeer.crypto import Draws, Refused, malformed
from specpeer.epochs import LAST_PLACE, Chain, Epochs
from specpeer.hop import FIELD, Hop, broken
from specpeer.late import LateKey, LateKeys
from specpeer.wire import LARGEST, Cursor, u8, u16, u32, u64

SIZES = tuple(kib * 1024 for kib in (2, 4, 8, 16, 32, 64))
OVERHEAD = 1351
MOST_SKIPPED = 1000
MOVED = 1


@dataclass
class Header:
    """§6.2."""

    dh: bytes
    previous: int
    number: int
    label: int
    index: int
    flags: int

    def encode(self) -> bytes:
        numbers = u32(self.previous) + u32(self.number) + u64(self.label) + u32(self.index)
        return self.dh + numbers + u8(self.flags) + bytes(3)

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        at = Cursor(data)
        header = cls(at.take(32), at.uint(4), at.uint(4), at.uint(8), at.uint(4), at.uint(1))
        if at.rest() != bytes(3) or header.flags not in (0, MOVED):
            raise broken("unknown flags, or spare bytes that are not zero")
        if LAST_PLACE in (header.previous, header.number, header.index):
            raise broken("a place that is never used")
        if not 1 <= header.label <= LARGEST:
            raise broken("no such label")
        return header


@dataclass
class Envelope:
    """§6.1."""

    nonce: bytes
    header: bytes
    commitment: bytes
    body: bytes

    @classmethod
    def decode(cls, data: bytes) -> "Envelope":
        if len(data) not in SIZES:
            raise malformed("not one of the six sizes")
        return cls(data[:12], data[12:84], data[84:116], data[116:])


class Ratchet:
    def __init__(
        self,
        session_id: bytes,
        devices: tuple[bytes, bytes],
        secrets: handshake.Secrets,
        initiator: bool,
        identity_kem: bytes,
    ) -> None:
        """`devices`: the initiator's, the responder's. `identity_kem`: the initiator's key."""
        to_responder = session_id + u8(1) + devices[0] + devices[1]
        to_initiator = session_id + u8(2) + devices[0] + devices[1]
        self.out_context = to_responder if initiator else to_initiator
        self.in_context = to_initiator if initiator else to_responder
        self.root = secrets.root
        self.out_key: bytes | None = None
        self.in_key: bytes | None = None
        self.next_out = secrets.header_a if initiator else secrets.header_b
        self.next_in = secrets.header_b if initiator else secrets.header_a
        self.ours = self.theirs = b""
        self.due = False
        self.sending: Chain | None = None
        self.receiving: Chain | None = None
        self.previous = 0
        self.began_label = 1
        self.epochs = Epochs(secrets.hop_seed, initiator)
        self.hop = Hop.start(secrets.hop_authenticator, initiator, identity_kem)
        self.late = LateKeys()

    # --- turns, §4 ---------------------------------------------------------------------------

    def _mix(self, theirs: bytes, turn_secret: bytes) -> tuple[Chain, bytes]:
        """KDF_RK: a chain, and the header key of the chain after it."""
        mixed = crypto.x25519(self.ours, theirs) + turn_secret
        at = Cursor(crypto.hkdf(self.root, mixed, b"doorless/1 root", 96))
        self.root = at.take(32)
        return Chain(at.take(32)), at.take(32)

    def second_half(self, ours: bytes) -> None:
        """Our new key begins our new chain."""
        self.previous = self.sending.number if self.sending else 0
        self.ours, self.due, self.began_label = ours, False, self.hop.label
        secret = self.epochs.turn_secret(self.hop.label)
        assert secret
        self.sending, following = self._mix(self.theirs, secret)
        self.out_key, self.next_out = self.next_out, following

    # --- sealing -----------------------------------------------------------------------------

    def seal(self, content: bytes, size: int, draws: Draws) -> bytes:
        """An envelope of `size` bytes."""
        field, secret = self.hop.send(draws)
        if secret:
            self.epochs.derive(self.hop.label, secret)
        if self.due:
            self.second_half(draws.random(32))
        assert self.sending
        assert self.out_key
        header = self._header_of_next().encode()
        prk = crypto.hkdf_extract(self.epochs.sending.step(), self.sending.step())
        nonce = draws.random(12)
        sealed = crypto.aead_seal(self.out_key, nonce, header, self.out_context)
        bound = self.out_context + sealed
        key, commitment = _message_keys(prk, nonce, bound)
        body = crypto.aead_seal(key, nonce, self._body(field, content, size), bound)
        return nonce + sealed + commitment + body

    def _header_of_next(self) -> Header:
        assert self.sending
        moved = MOVED if self.hop.label != self.began_label else 0
        places = (self.previous, self.sending.number, self.hop.label, self.epochs.sending.number)
        return Header(crypto.x25519_public(self.ours), *places, moved)

    def _body(self, field: bytes, content: bytes, size: int) -> bytes:
        """§6.3."""
        return (field + u16(len(content)) + content).ljust(size - 132, b"\0")

    # --- opening -----------------------------------------------------------------------------

    def open(self, data: bytes, now: float, identity_seed: bytes) -> tuple[int, bytes]:
        """(label, content). On a refusal this object is spoilt: open with a copy."""
        envelope = Envelope.decode(data)
        for key, turns in ((self.in_key, False), (self.next_in, True)):
            if header := self._open_header(key, envelope):
                return self._open_live(envelope, header, turns, now, identity_seed)
        for key in self.late.chains:
            if header := self._open_header(key, envelope):
                return self._open_late(envelope, header, key, identity_seed)
        raise crypto.forged("no header key fits")

    def _open_header(self, key: bytes | None, envelope: Envelope) -> Header | None:
        if key is None:
            return None
        try:
            plain = crypto.aead_open(key, envelope.nonce, envelope.header, self.in_context)
        except Refused:
            return None
        return Header.decode(plain)

    def _open_live(
        self, envelope: Envelope, header: Header, turns: bool, now: float, identity_seed: bytes
    ) -> tuple[int, bytes]:
        assert self.in_key or turns
        if not turns and self.receiving and header.number < self.receiving.number:
            if header.dh != self.theirs:
                raise broken("a ratchet key changes inside a chain")
            return self._open_late(envelope, header, self.in_key or b"", identity_seed)
        places = self._turn(header) if turns else self._go_on(header)
        hybrid = self._pass_over(header, places, now)
        content = self._open_body(envelope, header.label, hybrid, identity_seed)
        self.late.bound()
        return header.label, content

    def _go_on(self, header: Header) -> list[tuple[bytes, int, bytes]]:
        """(header key, number, ec_mk) of those that are passed over, then of this one."""
        assert self.receiving
        assert self.in_key
        if header.dh != self.theirs:
            raise broken("a ratchet key changes inside a chain")
        _check_gap(header.number - self.receiving.number)
        return self._steps(header.number + 1)

    def _turn(self, header: Header) -> list[tuple[bytes, int, bytes]]:
        theirs = crypto.parse_x25519(header.dh)
        heard = self.receiving.number if self.receiving else 0
        if self.due or header.previous < heard or (not self.receiving and header.previous):
            raise broken("a turn out of place")
        _check_gap(header.previous - heard + header.number)
        secret = self.epochs.turn_secret(header.label - header.flags)
        if not secret:
            raise broken("a chain that began under a label of which no secret is held")
        places = self._steps(header.previous) if self.receiving else []
        self.receiving, following = self._mix(theirs, secret)
        self.in_key, self.next_in = self.next_in, following
        self.theirs, self.due = theirs, True
        return places + self._steps(header.number + 1)

    def _steps(self, until: int) -> list[tuple[bytes, int, bytes]]:
        assert self.receiving
        assert self.in_key
        found = []
        while self.receiving.number < until:
            number = self.receiving.number
            found.append((self.in_key, number, self.receiving.step()))
        return found

    def _pass_over(
        self, header: Header, places: list[tuple[bytes, int, bytes]], now: float
    ) -> bytes:
        """The prk of this message; those before it are kept as late. §7."""
        epochs, gap = self.epochs, len(places) - 1
        if header.label == epochs.heard:
            if header.index != epochs.receiving.number + gap:
                raise broken("an index that does not fit the gap")
            old = gap + 1
        elif header.label == epochs.heard + 1 and epochs.coming:
            if header.index > gap:
                raise broken("an index that does not fit the gap")
            old = gap - header.index
        else:
            raise broken("a label outside the window")
        prk = b""
        for place, (header_key, number, ec_mk) in enumerate(places):
            if place == old:
                epochs.their_label_moves()
            prk = crypto.hkdf_extract(epochs.receiving.step(), ec_mk)
            if place < gap:
                self.late.keep(header_key, number, LateKey(epochs.heard, prk, now))
        return prk

    def _open_late(
        self, envelope: Envelope, header: Header, header_key: bytes, identity_seed: bytes
    ) -> tuple[int, bytes]:
        late = self.late.find(header_key, header.number)
        if not late:
            raise Refused("ReplayedError", "opened before, or given up")
        if late.label != header.label:
            raise broken("a late message with another label than its own")
        content = self._open_body(envelope, header.label, late.prk, identity_seed)
        self.late.spend(header_key, header.number)
        return header.label, content

    def _open_body(self, envelope: Envelope, label: int, prk: bytes, identity_seed: bytes) -> bytes:
        bound = self.in_context + envelope.header
        key, commitment = _message_keys(prk, envelope.nonce, bound)
        if not crypto.same(commitment, envelope.commitment):
            raise crypto.forged("sealed under another key")
        body = crypto.aead_open(key, envelope.nonce, envelope.body, bound)
        field, length = body[:FIELD], int.from_bytes(body[FIELD : FIELD + 2], "big")
        content, padding = body[FIELD + 2 :][:length], body[FIELD + 2 :][length:]
        if len(content) != length or any(padding):
            raise broken("a length or padding that is not in its one form")
        before = self.hop.label
        if secret := self.hop.hear(label, field, identity_seed):
            self.epochs.derive(before, secret)
        if self.hop.label > before:
            self.epochs.our_label_moves()
        return content


def _message_keys(prk: bytes, nonce: bytes, bound: bytes) -> tuple[bytes, bytes]:
    info = b"doorless/1 message" + nonce + bound
    both = crypto.hkdf_expand(prk, info, 64)
    return both[:32], both[32:]


def _check_gap(gap: int) -> None:
    if gap > MOST_SKIPPED:
        raise Refused("SkippedTooFarError", f"{gap} messages are missing")


def size_for(content: bytes) -> int:
    """The smallest class that holds it. docs/spec/05-envelope.md §2."""
    for size in SIZES:
        if len(content) + OVERHEAD <= size:
            return size
    raise ValueError("too long for an envelope")
