"""Safety numbers: sixty digits that two people compare to know that nobody sits between them.

Each side's thirty digits come from an account's key by many rounds of SHA-512, so that
looking for a key with nearly the same digits costs thousands of hashes a try. The shape is
that of Signal's numeric fingerprint. Who compares by QR code compares whole account ids.
Spec: docs/spec/02-identities.md §6.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha512
from typing import Self

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import AccountId, VerifyingKey, account_id

ROUNDS = 5200
"""Hashes for one side. As in Signal: thirty digits then resist like 112 bits."""

DIGITS = 60
GROUP = 5  # digits read out in one breath
_QR_PREFIX = "doorless-verify:v1?"
_MAX_SHOWN = 256  # characters; the QR text has 120, sixty digits with spaces fewer


@dataclass(frozen=True, slots=True)
class SafetyNumber:
    """What both screens show if, and only if, both people hold the same two account keys.

    Takes tens of milliseconds to make: make it once for a pair of keys. That it was compared is
    kept with the account id compared, so it ends by itself when the key changes.

    Attributes:
        digits: sixty of them.
        qr: `doorless-verify:v1?first=…&second=…`, the two account ids in order.
    """

    digits: str
    qr: str

    @classmethod
    def of(cls, ours: VerifyingKey, theirs: VerifyingKey) -> Self:
        """The same from either side."""
        digits = "".join(sorted((_digits(ours), _digits(theirs))))
        first, second = sorted((account_id(ours), account_id(theirs)))
        return cls(digits, f"{_QR_PREFIX}first={_text(first)}&second={_text(second)}")

    @property
    def groups(self) -> tuple[str, ...]:
        """Twelve groups of five digits."""
        return tuple(self.digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))

    def matches(self, shown: str) -> bool:
        """Whether the other screen shows the same: all sixty digits, or the QR code's text.

        Raises:
            MalformedError: neither of the two, so nothing was compared.
        """
        if len(shown) > _MAX_SHOWN:
            raise MalformedError(f"safety number of {len(shown)} characters")
        if shown.startswith(_QR_PREFIX):
            return shown == self.qr
        digits = "".join(shown.split())
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
            raise MalformedError(f"neither {DIGITS} digits nor the text of a safety number's code")
        return digits == self.digits


def _digits(key: VerifyingKey) -> str:
    """Thirty digits: six big-endian numbers of 5 bytes, each modulo 100,000."""
    hashed = sha512(b"doorless/1 safety number" + key.encoded + account_id(key)).digest()
    for _ in range(ROUNDS - 1):
        hashed = sha512(hashed + key.encoded).digest()
    numbers = (int.from_bytes(hashed[at : at + 5], "big") for at in range(0, 30, 5))
    return "".join(f"{number % 10**GROUP:0{GROUP}}" for number in numbers)


def _text(account: AccountId) -> str:
    return urlsafe_b64encode(account).rstrip(b"=").decode()
