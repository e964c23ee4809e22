"""The symmetric chain: one step a message, and no way back.

    key n ──► HKDF-Expand, 64 bytes ──► key n+1 (first 32), message key n (last 32)

Spec: docs/spec/04-ratchet.md §2.
"""

from msgspec import Struct

from doorless_protocol.primitives import hkdf_expander

LAST_NUMBER = 2**32 - 1
"""A place that no message takes: counters travel as u32, and one that wrapped would repeat keys."""

_expander = hkdf_expander(b"doorless/1 chain", 64)


class Chain(Struct, frozen=True, array_like=True, gc=False):
    """One direction of one chain; `number` is the place of the message that comes next."""

    key: bytes
    number: int = 0

    def step(self) -> tuple["Chain", bytes]:
        """The chain that follows, and the key of message `number`, 32 bytes."""
        out = _expander().derive(self.key)
        return Chain(out[:32], self.number + 1), out[32:]

    def walk(self, count: int) -> tuple["Chain", list[bytes]]:
        """The chain after `count` steps, and the keys passed on the way."""
        key, keys = self.key, []
        for _ in range(count):
            out = _expander().derive(key)
            key = out[:32]
            keys.append(out[32:])
        return Chain(key, self.number + count), keys

    def __repr__(self) -> str:
        return f"Chain(number={self.number})"


def check_room(number: int) -> None:
    """Raises ValueError: `number` is the place that no message takes, so this chain is full."""
    if number >= LAST_NUMBER:
        raise ValueError("this chain is full until the other side answers")
