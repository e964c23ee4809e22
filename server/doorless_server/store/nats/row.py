"""How a row is written down in a bucket."""

from typing import TypeVar

from msgspec import Struct, msgpack

Row = TypeVar("Row", bound=Struct)


def encode(row: Struct) -> bytes:
    return msgpack.encode(row)


def decode(kind: type[Row], value: bytes) -> Row:
    """Raises ValueError: it is another row's."""
    return msgpack.decode(value, type=kind)
