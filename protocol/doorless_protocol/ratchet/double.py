"""The Double Ratchet with header encryption, as values that follow one another.

    start ──► SPEAKING ───── turn: a new key of theirs ────► DUE ◄── (first turn) ── accept
                 ▲                                            │
                 └────────── send: draw our new key ──────────┘

Signal, "The Double Ratchet Algorithm" rev 4, §4. The second half of a turn (our new key)
waits for our next send, so hearing draws nothing and a message costs one agreement.
Spec: docs/spec/04-ratchet.md §3, docs/spec/04-ratchet.md §4.
"""

from typing import NamedTuple

from msgspec import Struct

from doorless_protocol.errors import BrokenSessionError, SkippedTooFarError
from doorless_protocol.primitives import AgreementKey, HeaderKey, Random, X25519Public, hkdf
from doorless_protocol.ratchet.chain import Chain, check_room

MAX_GAP = 1000
"""Messages that one message may pass over, in their old and new chain together.

Bounds what a refused message costs (two chain steps each, 4 ms in all) and what one message
stores. Signal allows 25,000, vodozemac 2,000 but keeps 40.
"""

_LABEL = b"doorless/1 root"


class Passed(NamedTuple):
    """A message that another one passed over."""

    header_key: HeaderKey
    number: int
    key: bytes

    def __repr__(self) -> str:
        return f"Passed(number={self.number})"


class Keys(Struct, frozen=True, array_like=True, gc=False):
    """What only a turn changes.

    Attributes:
        theirs: empty until the responder has heard the initiator.
        out_key, in_key: of the headers of the chains in use; None before there is one.
        previous: how many messages our chain before this one had.
        began: the label under which our chain began.
        due: their key is newer than ours, so our next send draws one.
    """

    root: bytes
    ours: AgreementKey
    public: X25519Public
    theirs: bytes
    out_key: HeaderKey | None
    next_out_key: HeaderKey
    in_key: HeaderKey | None
    next_in_key: HeaderKey
    previous: int
    began: int
    due: bool

    def __repr__(self) -> str:
        return f"Keys(due={self.due})"


class Double(Struct, frozen=True, array_like=True, gc=False):
    keys: Keys
    sending: Chain | None
    receiving: Chain | None

    @classmethod
    def start(
        cls,
        root: bytes,
        theirs: bytes,
        out_key: bytes,
        next_in_key: bytes,
        label: int,
        turn_secret: bytes,
        random: Random,
    ) -> "Double":
        """The initiator's side. `theirs` is the responder's signed prekey."""
        ours = AgreementKey(random(32))
        root, chain, next_out = _turn(root, ours.agree(theirs), turn_secret)
        keys = Keys(
            root,
            ours,
            ours.public(),
            theirs,
            HeaderKey(out_key),
            next_out,
            None,
            HeaderKey(next_in_key),
            0,
            label,
            False,
        )
        return cls(keys, chain, None)

    @classmethod
    def accept(
        cls, root: bytes, ours: AgreementKey, next_in_key: bytes, next_out_key: bytes, label: int
    ) -> "Double":
        """The responder's side. `ours` is the signed prekey that the initiator chose."""
        keys = Keys(
            root,
            ours,
            ours.public(),
            b"",
            None,
            HeaderKey(next_out_key),
            None,
            HeaderKey(next_in_key),
            0,
            label,
            False,
        )
        return cls(keys, None, None)

    def send(self) -> tuple["Double", HeaderKey, int, bytes]:
        """The value that follows, the header's key, the message's number and its key.

        Raises:
            ValueError: who was written to writes first, a turn is due, or the chain has no
                place left.
        """
        chain, keys = self.sending, self.keys
        if chain is None or keys.out_key is None or keys.due:
            raise ValueError("nothing to send in before the first message was opened and answered")
        check_room(chain.number)
        follows, key = chain.step()
        return Double(keys, follows, self.receiving), keys.out_key, chain.number, key

    def answer(self, label: int, turn_secret: bytes, random: Random) -> "Double":
        """The second half of a turn, when it is due: our new key, and a new sending chain.

        Args:
            label: what the next message will carry.
            turn_secret: of that label.
        """
        keys = self.keys
        ours = AgreementKey(random(32))
        root, chain, next_out = _turn(keys.root, ours.agree(keys.theirs), turn_secret)
        turned = Keys(
            root,
            ours,
            ours.public(),
            keys.theirs,
            keys.next_out_key,
            next_out,
            keys.in_key,
            keys.next_in_key,
            self.sending.number if self.sending else 0,
            label,
            False,
        )
        return Double(turned, chain, self.receiving)

    def hear(self, theirs: bytes, number: int) -> tuple["Double", list[Passed], bytes]:
        """Go on in their chain: what follows, the messages passed over, this message's key.

        Args:
            number: not below the one expected.

        Raises:
            SkippedTooFarError, BrokenSessionError.
        """
        chain, keys = self.receiving, self.keys
        if chain is None or keys.in_key is None or theirs != keys.theirs:
            raise BrokenSessionError("the ratchet key changed inside a chain")
        passed: list[Passed] = []
        if number != chain.number:
            check_gap(number - chain.number)
            chain, passed = _pass(keys.in_key, chain, number)
        follows, key = chain.step()
        return Double(keys, self.sending, follows), passed, key

    def turn(
        self, theirs: bytes, previous: int, number: int, turn_secret: bytes
    ) -> tuple["Double", list[Passed], bytes]:
        """The first half of a turn: close their old chain, begin the one under their new key.

        Args:
            turn_secret: of the label under which they began it.

        Raises:
            SkippedTooFarError, BrokenSessionError.
            MalformedError: `theirs` is not a canonical X25519 key of large order.
        """
        keys, chain = self.keys, self.receiving
        heard = chain.number if chain else 0
        if keys.due or previous < heard or (chain is None and previous):
            raise BrokenSessionError("a turn that does not follow what we heard")
        check_gap(previous - heard + number)
        root, begun, next_in = _turn(keys.root, keys.ours.agree(theirs), turn_secret)
        passed: list[Passed] = []
        if chain is not None and keys.in_key is not None and previous != heard:
            passed = _pass(keys.in_key, chain, previous)[1]
        begun, head = _pass(keys.next_in_key, begun, number)
        turned = Keys(
            root,
            keys.ours,
            keys.public,
            theirs,
            keys.out_key,
            keys.next_out_key,
            keys.next_in_key,
            next_in,
            keys.previous,
            keys.began,
            True,
        )
        follows, key = begun.step()
        return Double(turned, self.sending, follows), passed + head, key


def check_gap(gap: int) -> None:
    """Refuse before anything is derived. Spec: docs/spec/04-ratchet.md §7."""
    if gap > MAX_GAP:
        raise SkippedTooFarError(gap, MAX_GAP)


def _pass(header_key: HeaderKey, chain: Chain, until: int) -> tuple[Chain, list[Passed]]:
    follows, keys = chain.walk(until - chain.number)
    return follows, [Passed(header_key, at, key) for at, key in enumerate(keys, chain.number)]


def _turn(root: bytes, shared: bytes, turn_secret: bytes) -> tuple[bytes, Chain, HeaderKey]:
    """KDF_RK: root | chain | the next header key. The turn secret heals headers, too."""
    out = hkdf(root, shared + turn_secret, _LABEL, 96)
    return out[:32], Chain(out[32:64]), HeaderKey(out[64:])
