"""A notice as it stands in a frame. docs/spec/21-notices.md §2."""

import re
from collections.abc import Callable

from specpeer.crypto import malformed
from specpeer.packing import Value, array, boolean, text, uint

U32 = 1 << 32

DEMAND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
COUNTRY = re.compile(r"[A-Z]{2}")

Read = Callable[[Value], Value]


def _like(pattern: re.Pattern[str]) -> Read:
    def read(value: Value) -> Value:
        said = text(value, 64)
        if pattern.fullmatch(said) is None:
            raise malformed("not a word of a notice")
        return said

    return read


def _words(value: Value) -> Value:
    said = text(value, 4 * 80)
    if len(said) > 80:
        raise malformed("more than 80 characters")
    return said


def _number(value: Value) -> Value:
    return uint(value, U32)


def _list(read: Read, most: int) -> Read:
    return lambda value: [read(each) for each in array(value, 0, most)]


def _named(name: str, fields: list[Read]) -> Read:
    def read(value: Value) -> Value:
        if not isinstance(value, list) or len(value) != len(fields) + 1 or value[0] != name:
            raise malformed(f"not a {name}")
        return [name, *(one(field) for one, field in zip(fields, value[1:], strict=True))]

    return read


_code = _like(CODE)
_handed = _named("handed", [_code, _code, _number])
_slot = _named("slot", [_number, _number])


def _slot_if_any(value: Value) -> Value:
    return None if value is None else _slot(value)


notice = _named(
    "notice",
    [
        *(_like(DEMAND), _code, _like(COUNTRY), _words, _words, _code),
        *(_list(_code, 8), _code, _list(_handed, 12)),
        *(_number, _number, boolean, boolean, _slot_if_any, _number),
    ],
)
