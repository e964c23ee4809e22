"""The secrets of a device as of one moment, and which recorded envelopes they still open."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import KemSeed
from doorless_protocol.session import Session


@dataclass(frozen=True, slots=True)
class Copied:
    """Of one conversation: its session, and the key that the device decapsulates with."""

    session: Session = field(repr=False)
    identity: KemSeed = field(repr=False)

    def opens(self, envelope: bytes, now: float) -> bool:
        with suppress(DoorlessError):
            self.session.open(envelope, now, self.identity)
            return True
        return False


def openable(copies: Sequence[Copied], envelopes: Iterable[bytes], now: float) -> int:
    """How many of the envelopes one of the copies opens, as they are."""
    return sum(any(copy.opens(each, now) for copy in copies) for each in envelopes)
