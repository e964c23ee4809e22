"""What every row of a profile's store is."""

from typing import ClassVar

from msgspec import Struct


class Row(Struct, frozen=True, gc=False):
    """A row of `table`, found by the columns `key`."""

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]


class SecretRow(Row, frozen=True):
    """A row that holds keys, tokens or words: nothing of it appears where values are printed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
