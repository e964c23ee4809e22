"""Points of NIST's curve P-256, in plain Python: as much as an exhibit needs.

Not constant in time and not for keys: nobody but the lab's Dual_EC computes with it.
SEC 2 §2.4.2; the addition formulas are those of Jacobian coordinates with a = -3.
"""

from typing import NamedTuple

PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class Point(NamedTuple):
    """An affine point that is not the one at infinity."""

    x: int
    y: int


BASE = Point(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


def multiply(scalar: int, point: Point) -> Point:
    """Raises ValueError: the result is the point at infinity, which has no coordinates."""
    result, adding = _INFINITY, (point.x, point.y, 1)
    for bit in bin(scalar % ORDER)[2:]:
        result = _double(result)
        if bit == "1":
            result = _add(result, adding)
    if not result[2]:
        raise ValueError("the point at infinity")
    inverse = pow(result[2], -1, PRIME)
    square = inverse * inverse % PRIME
    return Point(result[0] * square % PRIME, result[1] * square * inverse % PRIME)


def lift(x: int) -> Point | None:
    """A point with this x, if there is one; which of the two does not matter to an x again."""
    square = (x * x * x - 3 * x + _B) % PRIME
    y = pow(square, (PRIME + 1) // 4, PRIME)
    return Point(x, y) if x < PRIME and y * y % PRIME == square else None


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return point
    delta, gamma = z * z % PRIME, y * y % PRIME
    beta, alpha = x * gamma % PRIME, 3 * (x - delta) * (x + delta) % PRIME
    new_x = (alpha * alpha - 8 * beta) % PRIME
    new_y = (alpha * (4 * beta - new_x) - 8 * gamma * gamma) % PRIME
    return new_x, new_y, ((y + z) * (y + z) - gamma - delta) % PRIME


def _add(left: _Jacobian, right: _Jacobian) -> _Jacobian:
    """`right` has z = 1."""
    if not left[2]:
        return right
    x, y, z = left
    square = z * z % PRIME
    run = (right[0] * square - x) % PRIME
    rise = (right[1] * square * z - y) % PRIME
    if not run:
        return _INFINITY if rise else _double(left)
    squared = run * run % PRIME
    cubed, base = run * squared % PRIME, x * squared % PRIME
    new_x = (rise * rise - cubed - 2 * base) % PRIME
    return new_x, (rise * (base - new_x) - y * cubed) % PRIME, z * run % PRIME
