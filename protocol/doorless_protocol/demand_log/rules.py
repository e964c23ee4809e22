"""What a demand log promises at its beginning, and what its readers pin: its first entry.

Spec: docs/spec/18-demand-log.md §4.1.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from doorless_protocol.demand_log.slot import MAX_SLOTS
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.note import MAX_NAME, Vkey
from doorless_protocol.log.policy import MAX_POLICY, NO_WITNESSES, Policy
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.log_primitives import MLDSA44_PUBLIC_SIZE
from doorless_protocol.primitives import ED25519_PUBLIC_SIZE, sha256

DAY: Final = 86_400

PERIOD: Final = DAY
"""Seconds of a period unless the operator begins the log with another (docs/adr/0070)."""

SLOTS: Final = 16
"""Demands that one period can take. A service of our size is asked a handful of times a year: 16 a
day will not overflow, and cost 42 bytes in public and half a KB on the operator's disk."""

HORIZON: Final = 5 * 365 * DAY
"""Seconds after which every slot is laid open, or is said to stay shut, one by one."""

MIN_PERIOD: Final = 10  # seconds, for a lesson
MAX_PERIOD: Final = 7 * DAY
MAX_RULES: Final = 16 * 1024

_MAGIC = b"LDC1"
_HASHED_AS = b"doorless/1 demand log rules\0"


def origin_of(relay_name: str) -> str:
    """The name under which a relay's demand log signs."""
    return f"{relay_name}/demands"


@dataclass(frozen=True, slots=True)
class Rules:
    """A demand log's name and keys, its periods and slots, and who must have seen its heads.

    Attributes:
        first: the first period that it has an entry for, periods since 1970.
        period: seconds.
        horizon: seconds.

    1,365 bytes, the origin and the policy, integers big-endian (docs/spec/18-demand-log.md §4.1):

        offset  size  field
             0     4  "LDC1"
             4     1  origin length  n, 1 to 255
             5     n  origin         ASCII
           5+n    32  Ed25519 key
          37+n  1312  ML-DSA-44 key
        1349+n     4  first period
        1353+n     4  period         seconds
        1357+n     2  slots          of each period, 1 to 1,024
        1359+n     4  horizon        seconds
        1363+n     2  policy length  m, at most 12,288
        1365+n     m  policy         the text of docs/spec/09-key-log.md §6.4
    """

    origin: str
    ed25519: bytes = field(repr=False)
    mldsa44: bytes = field(repr=False)
    first: int
    period: int = PERIOD
    slots: int = SLOTS
    horizon: int = HORIZON
    policy: Policy = NO_WITNESSES

    def __post_init__(self) -> None:
        """Raises MalformedError: numbers that no log could keep to, or a key that is none."""
        _ = self.vkeys
        if not MIN_PERIOD <= self.period <= MAX_PERIOD or not 1 <= self.slots <= MAX_SLOTS:
            raise MalformedError(f"demand log with {self.slots} slots every {self.period} s")
        if not self.period <= self.horizon < 2**32 or not 0 <= self.first < 2**32:
            raise MalformedError("demand log whose horizon or beginning is out of bounds")

    @classmethod
    def of(
        cls, signer: LogSigner, first: int, *, period: int, slots: int, horizon: int, policy: Policy
    ) -> Self:
        """The rules of a log with these keys."""
        keys = signer.vkey.public, signer.cosigner.vkey.public
        return cls(signer.vkey.name, *keys, first, period, slots, horizon, policy)

    @property
    def vkeys(self) -> tuple[Vkey, Vkey]:
        """The two keys of the log, Ed25519 and ML-DSA-44."""
        return Vkey.of_log(self.origin, self.ed25519, self.mldsa44)

    @property
    def hash(self) -> bytes:
        """What readers pin: 32 bytes."""
        return sha256(_HASHED_AS + self.encode())

    def period_of(self, now: int) -> int:
        """The period that is under way."""
        return now // self.period

    def end_of(self, period: int) -> int:
        """The Unix second with which a period is over."""
        return (period + 1) * self.period

    def encode(self) -> bytes:
        writer = Writer().raw(_MAGIC).prefixed(self.origin.encode("ascii"), 1)
        writer.raw(self.ed25519).raw(self.mldsa44).uint(self.first, 4).uint(self.period, 4)
        writer.uint(self.slots, 2).uint(self.horizon, 4)
        return writer.prefixed(self.policy.text.encode("ascii"), 2).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.exactly(_MAGIC, "kind")
        try:
            origin = reader.prefixed(1, MAX_NAME).decode("ascii")
            ed25519, mldsa44 = reader.raw(ED25519_PUBLIC_SIZE), reader.raw(MLDSA44_PUBLIC_SIZE)
            first, period, slots, horizon = (reader.uint(size) for size in (4, 4, 2, 4))
            policy = Policy.parse(reader.prefixed(2, MAX_POLICY).decode("ascii"))
        except UnicodeDecodeError:
            raise MalformedError("rules of a demand log that are not ASCII") from None
        return cls(origin, ed25519, mldsa44, first, period, slots, horizon, policy)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the one form of rules that a log could keep to."""
        reader = Reader(data, "rules of a demand log")
        rules = cls.read(reader)
        reader.end()
        return rules
