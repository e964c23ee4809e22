"""The msgpack that doorless uses: nil, bool, uint, bin, str, array, each in its shortest form.

Written by hand, so that no library's leniency hides in it: there is one encoding of a value,
and `unpack` takes no other.
"""

from typing import TypeAlias

from specpeer.crypto import malformed
from specpeer.wire import Cursor, number, u8

Value: TypeAlias = bool | int | bytes | str | list["Value"] | None

DEEPEST = 8


def pack(value: Value) -> bytes:
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int():
            return _uint(value)
        case bytes():
            return _head(len(value), None, (0xC4, 0xC5, 0xC6)) + value
        case str():
            said = value.encode()
            return _head(len(said), (0xA0, 32), (0xD9, 0xDA, 0xDB)) + said
        case list():
            return _head(len(value), (0x90, 16), (None, 0xDC, 0xDD)) + b"".join(map(pack, value))
    raise ValueError(f"no msgpack of a {type(value).__name__}")


def _uint(value: int) -> bytes:
    if value < 0:
        raise ValueError("no negative numbers")
    if value < 0x80:
        return u8(value)
    for code, size in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
        if value < 1 << (8 * size):
            return u8(code) + number(value, size)
    raise ValueError("above a u64")


def _head(length: int, fix: tuple[int, int] | None, codes: tuple[int | None, int, int]) -> bytes:
    """The shortest head for `length`: inside one byte, or a code and 1, 2 or 4 bytes."""
    if fix and length < fix[1]:
        return u8(fix[0] | length)
    for code, size in zip(codes, (1, 2, 4), strict=True):
        if code is not None and length < 1 << (8 * size):
            return u8(code) + number(length, size)
    raise ValueError("too long")


def unpack(data: bytes) -> Value:
    """Raises Refused (MalformedError): not one value in its shortest form."""
    at = Cursor(data)
    value = _value(at, DEEPEST)
    at.end()
    if pack(value) != data:
        raise malformed("not the shortest form")
    return value


def _value(at: Cursor, deeper: int) -> Value:
    code = at.uint(1)
    if code < 0x80:
        return code
    if 0x90 <= code < 0xA0:
        return _array(at, code & 0x0F, deeper)
    if 0xA0 <= code < 0xC0:
        return _str(at, code & 0x1F)
    match code:
        case 0xC0:
            return None
        case 0xC2 | 0xC3:
            return code == 0xC3
        case 0xC4 | 0xC5 | 0xC6:
            return at.take(at.uint(1 << (code - 0xC4)))
        case 0xCC | 0xCD | 0xCE | 0xCF:
            return at.uint(1 << (code - 0xCC))
        case 0xD9 | 0xDA | 0xDB:
            return _str(at, at.uint(1 << (code - 0xD9)))
        case 0xDC | 0xDD:
            return _array(at, at.uint(2 << (code - 0xDC)), deeper)
    raise malformed(f"msgpack {code:#x} has no place here")


def _str(at: Cursor, length: int) -> str:
    try:
        return at.take(length).decode()
    except UnicodeDecodeError:
        raise malformed("not UTF-8") from None


def _array(at: Cursor, length: int, deeper: int) -> list[Value]:
    if not deeper or length > len(at.data) - at.at:
        raise malformed("an array that is too deep or too long")
    return [_value(at, deeper - 1) for _ in range(length)]


def uint(value: Value, below: int) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise malformed("not a number within its bound")
    return value


def octets(value: Value, least: int, most: int) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise malformed("not bytes within their bound")
    return value


def text(value: Value, most: int) -> str:
    """At most so many bytes of UTF-8."""
    if not isinstance(value, str) or len(value.encode()) > most:
        raise malformed("not text within its bound")
    return value


def boolean(value: Value) -> bool:
    if not isinstance(value, bool):
        raise malformed("not a bool")
    return value


def array(value: Value, least: int, most: int) -> list[Value]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise malformed("not an array of that many elements")
    return value
