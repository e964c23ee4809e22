"""Safety numbers: what two people compare to know that nobody sits between them.

                       ┌─ thirty digits ─┐            ┌ 60 digits   to read out or type
    an account's key ──┤                 ├─ of both ──┤
                       └─ ten words ─────┘            └ 20 words    to read aloud
    both account ids ───────────────────────────────── a code      to scan or paste

Digits and words come from a key by many rounds of SHA-512, so that looking for a key with nearly
the same ones costs thousands of hashes a try. The shape of the digits is that of Signal's numeric
fingerprint. Who compares by the code compares whole account ids; it may also say which anchors
of key logs its screen holds. Spec: docs/spec/02-identities.md §6.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha512
from struct import Struct
from typing import ClassVar, Final, Self

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import AccountId, VerifyingKey, account_id

ROUNDS: Final = 5200
"""Hashes for one side. As in Signal: thirty digits then resist like 112 bits."""

DIGITS: Final = 60
GROUP: Final = 5  # digits read out in one breath
WORDS: Final = 20
WORD_BITS: Final = 11
"""Of a place in the 2,048 words of BIP-39; ten are 110 bits, thirty digits are 99.7."""

MAX_ANCHORS: Final = 2
"""In a code: of the logs of the two people's relays."""

MAX_SHOWN: Final = 512
"""Characters; a code with two anchors has 243, sixty digits with spaces fewer."""

CODE_PREFIX: Final = "doorless-verify:v1?"
"""How the text of every code begins."""


@dataclass(frozen=True, slots=True)
class LogAnchor:
    """An anchor of a key log, as somebody's screen holds it.

    40 bytes, integers big-endian (docs/spec/02-identities.md §6.3):

        offset  size  field
             0     4  log     which log: its id, as in gossip
             4     4  number  of the anchor, from 1
             8    32  hash    of its leaf
    """

    log: bytes
    number: int
    hash: bytes

    _form: ClassVar = Struct(">4sI32s")

    def __post_init__(self) -> None:
        if (len(self.log), len(self.hash)) != (4, 32) or not 0 < self.number < 2**32:
            raise ValueError("an anchor has 4 bytes of log, a number from 1, and 32 bytes of hash")

    def encode(self) -> bytes:
        return self._form.pack(self.log, self.number, self.hash)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not 40 bytes, or the number 0, which no anchor has."""
        if len(data) != cls._form.size:
            raise MalformedError(f"anchor of {len(data)} bytes, not {cls._form.size}")
        log, number, hashed = cls._form.unpack(data)
        if not number:
            raise MalformedError("anchor without a number")
        return cls(log, number, hashed)


@dataclass(frozen=True, slots=True)
class AnchorComparison:
    """What came of two screens' anchors. Any of `conflicts` is a log that shows two histories.

    Attributes:
        conflicts: ours and theirs, of the same log and number, with two hashes.
        agreed: theirs that we hold as well.
        unknown: theirs of another log, or of a number that we do not hold (yet, or any more).
    """

    conflicts: tuple[tuple[LogAnchor, LogAnchor], ...]
    agreed: tuple[LogAnchor, ...]
    unknown: tuple[LogAnchor, ...]


@dataclass(frozen=True, slots=True)
class SafetyNumber:
    """What both screens show if, and only if, both people hold the same two account keys.

    Takes tens of milliseconds to make: make it once for a pair of keys. That it was compared is
    kept with the account id compared, so it ends by itself when the key changes.

    Attributes:
        digits: sixty of them.
        words: twenty places in a list of 2,048 words, from 0.
        first, second: the two account ids in order.
    """

    digits: str
    words: tuple[int, ...]
    first: AccountId
    second: AccountId

    @classmethod
    def of(cls, ours: VerifyingKey, theirs: VerifyingKey) -> Self:
        """The same from either side."""
        lower, higher = sorted((_side(ours), _side(theirs)))
        first, second = sorted((account_id(ours), account_id(theirs)))
        return cls(lower[0] + higher[0], lower[1] + higher[1], first, second)

    @property
    def groups(self) -> tuple[str, ...]:
        """Twelve groups of five digits."""
        return tuple(self.digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))

    def code(self, anchors: Sequence[LogAnchor] = ()) -> str:
        """The text to scan, which may say what our screen holds of the key logs."""
        fields = [f"first={_text(self.first)}", f"second={_text(self.second)}"]
        fields += [f"anchor={_text(anchor.encode())}" for anchor in anchors]
        return CODE_PREFIX + "&".join(fields)

    def matches(self, shown: str) -> bool:
        """Whether the other screen shows the same: all sixty digits, or the code's text.

        Raises:
            MalformedError: neither of the two, so nothing was compared.
        """
        if shown.startswith(CODE_PREFIX):
            return _ids(shown) == (self.first, self.second)
        return _digits_in(shown) == self.digits

    def matches_words(self, words: Sequence[int]) -> bool:
        """Whether the other screen shows the same words, by their places in the list.

        Raises:
            MalformedError: not twenty places, so nothing was compared.
        """
        if len(words) != WORDS or not all(0 <= word < 2**WORD_BITS for word in words):
            raise MalformedError(f"{len(words)} words of a safety number, not {WORDS}")
        return tuple(words) == self.words


def anchors_in(shown: str) -> tuple[LogAnchor, ...]:
    """What a code says that its screen holds of the key logs; nothing in digits or words.

    Raises:
        MalformedError: it begins like a code, and is none.

    Spec: docs/spec/02-identities.md §6.3.
    """
    return _parse(shown)[2] if shown.startswith(CODE_PREFIX) else ()


def compare_anchors(ours: Iterable[LogAnchor], theirs: Iterable[LogAnchor]) -> AnchorComparison:
    """Compare what two screens hold of the key logs. Spec: docs/spec/02-identities.md §6.3."""
    held = {(anchor.log, anchor.number): anchor for anchor in ours}
    conflicts, agreed, unknown = [], [], []
    for anchor in theirs:
        known = held.get((anchor.log, anchor.number))
        if known is None:
            unknown.append(anchor)
        elif known == anchor:
            agreed.append(anchor)
        else:
            conflicts.append((known, anchor))
    return AnchorComparison(tuple(conflicts), tuple(agreed), tuple(unknown))


def _side(key: VerifyingKey) -> tuple[str, tuple[int, ...]]:
    """Thirty digits: six big-endian numbers of 5 bytes, each modulo 100,000. Ten words: the
    first 110 bits of the 14 bytes behind them."""
    hashed = sha512(b"doorless/1 safety number" + key.encoded + account_id(key)).digest()
    for _ in range(ROUNDS - 1):
        hashed = sha512(hashed + key.encoded).digest()
    numbers = (int.from_bytes(hashed[at : at + 5], "big") for at in range(0, 30, 5))
    digits = "".join(f"{number % 10**GROUP:0{GROUP}}" for number in numbers)
    bits = int.from_bytes(hashed[30:44], "big") >> 2
    words = (bits >> WORD_BITS * at & (2**WORD_BITS - 1) for at in reversed(range(WORDS // 2)))
    return digits, tuple(words)


def _digits_in(shown: str) -> str:
    if len(shown) > MAX_SHOWN:
        raise MalformedError(f"safety number of {len(shown)} characters")
    digits = "".join(shown.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise MalformedError(f"neither {DIGITS} digits nor the text of a safety number's code")
    return digits


def _ids(shown: str) -> tuple[bytes, bytes]:
    first, second, _ = _parse(shown)
    return first, second


def _parse(shown: str) -> tuple[bytes, bytes, tuple[LogAnchor, ...]]:
    """A code in its one form: two ids, then anchors of different logs by rising id."""
    if len(shown) > MAX_SHOWN:
        raise MalformedError(f"code of {len(shown)} characters, at most {MAX_SHOWN}")
    fields = [part.partition("=") for part in shown.removeprefix(CODE_PREFIX).split("&")]
    names, values = [name for name, _, _ in fields], [value for _, _, value in fields]
    if names[:2] != ["first", "second"] or set(names[2:]) - {"anchor"}:
        raise MalformedError("code with other fields than first, second and anchor, in this order")
    anchors = tuple(LogAnchor.decode(_bytes(value)) for value in values[2:])
    logs = [anchor.log for anchor in anchors]
    if len(logs) > MAX_ANCHORS or logs != sorted(set(logs)):
        raise MalformedError(f"code with more than {MAX_ANCHORS} anchors, or out of order")
    first, second = _bytes(values[0]), _bytes(values[1])
    if not len(first) == len(second) == 32:
        raise MalformedError("code with an id that is not 32 bytes")
    return first, second, anchors


def _bytes(text: str) -> bytes:
    """Base64url without padding, in its one form."""
    try:
        value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        value = b""
    if not value or _text(value) != text:
        raise MalformedError("code with a field that is not base64url")
    return value


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
