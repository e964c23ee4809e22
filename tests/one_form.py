"""One form for one value: what was altered is another value, or none."""

from collections.abc import Callable
from typing import Protocol

from doorless_protocol.encoding import Reader
from doorless_protocol.errors import DoorlessError


class Stored(Protocol):
    def encode(self) -> bytes: ...


def reads(read: Callable[[Reader], Stored]) -> Callable[[bytes], Stored]:
    """To decode a form that stands inside others."""

    def decode(data: bytes) -> Stored:
        reader = Reader(data, "form")
        value = read(reader)
        reader.end()
        return value

    return decode


def check_one_form(value: Stored, decode: Callable[[bytes], Stored]) -> None:
    """Alter each byte that may be a flag or a small number.

    The usual slip is a flag that every number but 0 sets: one value would have two forms.
    """
    data = value.encode()
    assert decode(data) == value
    for at, byte in enumerate(data):
        for other in range(2, 5) if byte < 2 else ():
            altered = data[:at] + bytes((other,)) + data[at + 1 :]
            try:
                taken = decode(altered)
            except DoorlessError:
                continue
            assert taken.encode() == altered, f"byte {at} may be {byte} or {other}"
