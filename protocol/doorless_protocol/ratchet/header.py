"""What a message's header says, in its one form.

Sealed under a header key: only the two devices of a session can read it.
Spec: docs/spec/04-ratchet.md §6.2.
"""

from struct import Struct as Form

from msgspec import Struct

from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.ratchet.chain import LAST_NUMBER
from doorless_protocol.ratchet.hop import LAST_EPOCH

FORM = Form(">32sIIQIB3s")
HEADER_SIZE = FORM.size
SPARE = bytes(3)
_NUMBER = Form(">36xI16x")
_MOVED = 1


class Header(Struct, frozen=True, gc=False):
    """Tells which key opens the message. 56 bytes (docs/spec/04-ratchet.md §6.2):

    offset  size  field
         0    32  dh        the sender's current X25519 public key
        32     4  previous  how many messages the sender's last chain had
        36     4  number    place in the current chain, from 0
        40     8  label     of the post-quantum epoch
        48     4  index     place in the epoch's chain, from 0
        52     1  flags     bit 0: the label moved since the chain began
        53     3  zero

    Attributes:
        began: the label under which the chain began: `label`, or one less where it moved.
    """

    dh: bytes
    previous: int
    number: int
    label: int
    index: int
    began: int

    def encode(self) -> bytes:
        moved = self.label - self.began
        return FORM.pack(self.dh, self.previous, self.number, self.label, self.index, moved, SPARE)

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        """Raises BrokenSessionError: authentic, but not in its one form."""
        dh, previous, number, label, index, flags, zero = FORM.unpack(data)
        if flags or zero != SPARE:
            check_unused(flags, zero)
        check_counters(previous, number, label, index)
        return cls(dh, previous, number, label, index, label - flags)


def number_in(header: bytes) -> int:
    """The place in its chain, of a header that was decoded before.

    Spec: docs/spec/04-ratchet.md §6.2.
    """
    number: int = _NUMBER.unpack(header)[0]
    return number


def check_unused(flags: int, zero: bytes) -> None:
    """Raises BrokenSessionError: a flag is set, or a spare byte, that has no meaning."""
    if flags > _MOVED or zero != SPARE:
        raise BrokenSessionError("header has flags or spare bytes that this version lacks")


def check_counters(previous: int, number: int, label: int, index: int) -> None:
    """Raises BrokenSessionError: a counter at its end, where it would wrap and repeat keys.

    Spec: docs/spec/04-ratchet.md §7.
    """
    at_end = previous == LAST_NUMBER or number == LAST_NUMBER or index == LAST_NUMBER
    if at_end or label > LAST_EPOCH:
        raise BrokenSessionError("header has a counter at its end")
