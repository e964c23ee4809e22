"""Arithmetic in the field of 65,536 elements: what a code over 16-bit symbols stands on.

Elements are integers 0..65535, whose bits are coefficients of polynomials over GF(2), modulo
x^16 + x^12 + x^3 + x + 1: the field of the erasure code in Signal's braid, so that others'
test vectors fit. Addition is `^`. Not constant in time: chunks are ciphertext or public keys.
"""

from collections.abc import Sequence
from functools import cache

MODULUS = 0x1100B
ORDER = 65535
"""Of the multiplicative group, which x (the integer 2) generates."""


@cache
def _tables() -> tuple[list[int], list[int]]:
    """Powers of x, twice over so that a sum of two logarithms needs no reduction; logarithms."""
    powers, logarithms, element = [0] * (2 * ORDER), [0] * (ORDER + 1), 1
    for exponent in range(ORDER):
        powers[exponent] = powers[exponent + ORDER] = element
        logarithms[element] = exponent
        element <<= 1
        if element > ORDER:
            element ^= MODULUS
    return powers, logarithms


def multiply(left: int, right: int) -> int:
    if not left or not right:
        return 0
    powers, logarithms = _tables()
    return powers[logarithms[left] + logarithms[right]]


def divide(left: int, right: int) -> int:
    """Raises ZeroDivisionError."""
    if not right:
        raise ZeroDivisionError("division by zero in a field")
    if not left:
        return 0
    powers, logarithms = _tables()
    return powers[logarithms[left] - logarithms[right] + ORDER]


def weights(nodes: Sequence[int], at: int) -> list[int]:
    """What each node's value counts in the value at `at` (Lagrange).

    Args:
        nodes: distinct places; the polynomial has fewer coefficients than there are of them.
    """
    found = []
    for node in nodes:
        above = below = 1
        for other in nodes:
            if other != node:
                above = multiply(above, at ^ other)
                below = multiply(below, node ^ other)
        found.append(divide(above, below))
    return found


def interpolate(nodes: Sequence[int], values: Sequence[int], at: int) -> int:
    """The value at `at` of the polynomial that has these values at these nodes."""
    total = 0
    for weight, value in zip(weights(nodes, at), values, strict=True):
        total ^= multiply(weight, value)
    return total
