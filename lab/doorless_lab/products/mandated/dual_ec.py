"""Dual_EC_DRBG: a generator with a back door, real and at work. An exhibit, for the lab alone.

    state ── x(state · P) ──► next state ── x(next state · Q), its top bits cut off ──► output

Who chose the points so that P = d · Q and kept d multiplies an output's point by d and has the
state that follows: NIST SP 800-90 (2006) §10.3.1, and Shumow and Ferguson, 2007. The standard
cuts 16 bits off each output; the lab cuts off fewer, so that a class need not wait.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from doorless_lab.products.mandated.p256 import BASE, ORDER, Point, lift, multiply
from doorless_protocol.primitives import Random

FULL = 256
"""Bits of an x-coordinate."""


@dataclass(frozen=True, slots=True)
class Points:
    """What the standard prints: P and Q, and how many bits of an output are cut off."""

    p: Point
    q: Point
    cut: int

    @property
    def block(self) -> int:
        """Bytes of one output. `cut` is a whole number of bytes in the standard, and here."""
        return (FULL - self.cut) // 8


@dataclass(frozen=True, slots=True)
class Trapdoor:
    """The d with P = d · Q, which whoever chose Q may know."""

    d: int = field(repr=False)


def design(cut: int, random: Random) -> tuple[Points, Trapdoor]:
    """Choose the points as somebody does who wants to read later. P is the curve's base."""
    d = 1 + int.from_bytes(random(40)) % (ORDER - 1)
    return Points(BASE, multiply(pow(d, -1, ORDER), BASE), cut), Trapdoor(d)


class DualEc:
    """The generator. Called with a number of bytes it returns so many: a `Random`."""

    def __init__(self, points: Points, seed: bytes) -> None:
        self._points, self._rest = points, b""
        self._state = int.from_bytes(seed) % ORDER

    def __call__(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._state = step(self._points, self._state)
            self._rest += output(self._points, self._state)
        drawn, self._rest = self._rest[:size], self._rest[size:]
        return drawn

    @classmethod
    def following(cls, points: Points, state: int, skipped: int) -> "DualEc":
        """The same generator from a state that somebody found out, some bytes further on."""
        found = cls(points, b"")
        found._state = state
        found._rest = output(points, state)[skipped:]
        return found


def step(points: Points, state: int) -> int:
    return multiply(state, points.p).x


def output(points: Points, state: int) -> bytes:
    return multiply(state, points.q).x.to_bytes(FULL // 8)[-points.block :]


def recover(points: Points, door: Trapdoor, seen: bytes) -> Iterator[int]:
    """States of which `seen`, one whole output and some bytes of the next, can have come.

    Each is the state behind the second output: `DualEc.following` goes on from there. About
    2^(cut - 1) multiplications, and of false ones 2^(cut - 1 - 8 · bytes of the next).
    """
    first, after = seen[: points.block], seen[points.block :]
    for guess in range(1 << points.cut):
        point = lift(guess << 8 * points.block | int.from_bytes(first))
        if point is not None:
            state = multiply(door.d, point).x
            if output(points, state).startswith(after):
                yield state
