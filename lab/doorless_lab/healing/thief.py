"""A passive thief of both devices: two stolen sessions, everything on the wire, and the real code.

    stolen session of the sender      repeats each seal, as far as he can know what was drawn
    stolen session of the receiver    opens each envelope, as the receiver will

He changes nothing and sends nothing. The classical one has what he stole. The quantum one has
a machine, too, that finds the private half of every X25519 key he sees: the Double Ratchet
hides nothing from him, and he loses the conversation only where ML-KEM takes it from him.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import (
    KEM768_CIPHERTEXT_SIZE,
    KEM768_PUBLIC_SIZE,
    KEM_SEED_SIZE,
    DecapsulationKey,
    KemSeed,
    Random,
)
from doorless_protocol.ratchet.double import Double
from doorless_protocol.ratchet.epochs import Epochs
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.hop import (
    CT,
    EK,
    EMPTY,
    MAC_SIZE,
    Answering,
    Auth,
    Drawing,
    Holding,
    Offering,
    State,
    Waiting,
)
from doorless_protocol.ratchet.triple import Found, split_front
from doorless_protocol.session import Session

Oracle = Callable[[bytes], bytes | None]
"""The private half of an X25519 key, or None who has no such machine."""


class Sight(NamedTuple):
    """What he could open of one envelope."""

    header: bool
    content: bool


class UnknownDrawError(Exception):
    """The sender drew what the thief cannot know."""


class Learned(Struct):
    """What both copies know of the hop.

    Attributes:
        seeds: of KEM keys, stolen with the sessions or the devices, and one of zeros.
        offers: epoch -> key on offer, as seen on the wire.
        secrets: epoch -> the next authenticator and K_e, once a copy decapsulated.
    """

    seeds: list[KemSeed]
    offers: dict[int, bytes] = {}
    secrets: dict[int, tuple[Auth, bytes]] = {}

    def open(self, state: State, field: bytes) -> tuple[State, bytes | None]:
        """An answer to a key whose seed he may not have: the MAC tells whether a guess is right."""
        ct = field[1 : 1 + KEM768_CIPHERTEXT_SIZE]
        for seed in self.seeds:
            key = DecapsulationKey(seed)
            ek = self.offers.get(state.epoch, key.public())
            auth, secret = state.auth.agree(state.epoch, key.decapsulate(ct), ek, ct)
            if auth.mac(state.epoch, field[:-MAC_SIZE]) == field[-MAC_SIZE:]:
                return Waiting(state.epoch + 1, auth), secret
        return state, None


class Followed(Struct, frozen=True):
    """A stolen hop that follows the real one, and stops where it cannot.

    It draws nothing: what it would draw is not what the victim drew.
    """

    inner: Any
    learned: Learned

    @property
    def epoch(self) -> int:
        epoch: int = self.inner.epoch
        return epoch

    def send(self, _random: Random) -> tuple["Followed", bytes, bytes | None]:
        """What the victim encapsulated is known where the other copy could decapsulate it."""
        known = self.learned.secrets.get(self.epoch)
        if known is None or not isinstance(unwrap(self.inner), Holding):
            return self, EMPTY, None
        auth, secret = known
        return Followed(Answering(self.epoch, auth, EMPTY), self.learned), EMPTY, secret

    def hear(self, label: int, field: bytes, identity: KemSeed) -> tuple["Followed", bytes | None]:
        if field[0] == EK and isinstance(self.inner, State):  # and no chunk of one
            self.learned.offers[label] = field[1 : 1 + KEM768_PUBLIC_SIZE]
        try:
            inner, secret = self.inner.hear(label, field, identity)
        except DoorlessError:  # of no use to his copy; what the message says, he has read
            return self, None
        if field[0] == CT and isinstance(inner, Drawing):  # the victim drew, and offers
            inner, secret = self.learned.open(inner, field)
        if secret is not None:
            self.learned.secrets[label] = (unwrap(inner).auth, secret)
        return Followed(inner, self.learned), secret


class Thief:
    """Holds copies of both sessions, and follows the conversation with them."""

    def __init__(
        self,
        sessions: Sequence[Session],
        identities: Sequence[KemSeed],
        oracle: Oracle,
        seeds: Sequence[KemSeed] = (),
    ) -> None:
        """`seeds`: of KEM keys, which he knows though he stole none of them."""
        stolen = [unwrap(each.ratchet.hop) for each in sessions]
        keys = [KemSeed(state.key.raw) for state in stolen if isinstance(state, Offering)]
        learned = Learned([*keys, *identities, *seeds, KemSeed(bytes(KEM_SEED_SIZE))])
        self._copies = [with_hop(each, Followed(each.ratchet.hop, learned)) for each in sessions]
        self._identities = identities
        self._oracle = oracle

    def sees(self, sender: int, envelope: bytes, delivered: bool, now: float) -> Sight:
        """Try. He sees on the wire whether it arrived (`delivered`), and keeps step."""
        receiver = 1 - sender
        copy = self._copies[receiver]
        found = copy.ratchet.look(*split_front(envelope))
        if found is None:
            return Sight(header=False, content=False)
        header = Header.decode(found.header)
        try:
            opened, _ = copy.open_found(found, envelope, now, self._identities[receiver])
        except DoorlessError:
            self._trail(sender, found, header, delivered)
            return Sight(header=True, content=False)
        self._repeat(sender, envelope, header)
        if delivered:
            self._copies[receiver] = opened
        return Sight(header=True, content=True)

    def _repeat(self, sender: int, envelope: bytes, header: Header) -> None:
        """Do in the sender's copy what the sender did to seal this envelope."""

        def drawn(size: int) -> bytes:
            known = envelope[:12] if size == 12 else self._oracle(header.dh)
            if known is None:
                raise UnknownDrawError
            return known

        with suppress(UnknownDrawError):
            self._copies[sender], _ = self._copies[sender].seal(b"", drawn)

    def _trail(self, sender: int, found: Found, header: Header, delivered: bool) -> None:
        """The content is lost to him: follow the headers, guessing what turns mix in."""
        receiver = 1 - sender
        with suppress(DoorlessError):
            copy = self._copies[receiver].ratchet
            double = copy.double
            if found.key is double.keys.next_in_key:
                secret = _turn_secret(copy.epochs, header.began)
                double, *_ = double.turn(header.dh, header.previous, header.number, secret)
            else:
                double, *_ = double.hear(header.dh, header.number)
            self._answer(sender, header)
            if delivered:
                self._copies[receiver] = with_double(self._copies[receiver], double)

    def _answer(self, sender: int, header: Header) -> None:
        """Draw in the sender's copy what the sender drew, where a chain of his begins."""
        copy = self._copies[sender]
        double, private = copy.ratchet.double, self._oracle(header.dh)
        if double.keys.due and private is not None:
            secret = _turn_secret(copy.ratchet.epochs, header.began)
            double = double.answer(header.began, secret, lambda _: private)
            self._copies[sender] = with_double(copy, double)


def _turn_secret(epochs: Epochs, label: int) -> bytes:
    """What he knows, or zeros: right where nothing is mixed in."""
    try:
        return epochs.turn_secret_of(label)
    except DoorlessError:
        return bytes(32)


def unwrap(state: Any) -> Any:
    """The product's state, also where chunks are below it."""
    return getattr(state, "inner", state)


def with_hop(session: Session, hop: Any) -> Session:
    return replace(session, ratchet=replace(session.ratchet, hop=hop))


def with_double(session: Session, double: Double) -> Session:
    return replace(session, ratchet=replace(session.ratchet, double=double))
