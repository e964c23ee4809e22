"""What a profile keeps of what relays told of demands. Spec: docs/spec/21-notices.md §4.1, §7."""

from typing import ClassVar

from doorless_client.store.row import Row


class ToldNotice(Row, frozen=True):
    """What a relay said of a demand for this account's data.

    Attributes:
        relay: `host[:port]`.
        number: in the order of coming, from 1.
        at: when this device was told, Unix seconds.
        notice: a Notice, as it came.
        read: the person saw it.
    """

    table: ClassVar[str] = "notices"
    key: ClassVar[tuple[str, ...]] = ("relay", "demand")

    relay: str
    demand: str
    number: int
    at: int
    notice: bytes
    read: bool = False


class SeenCanary(Row, frozen=True):
    """The canary of a relay that showed one. Its key is that of the first.

    Attributes:
        newest: the newest one by that key, as it came.
        said: every sentence that one of them had, a list of texts.
        state: what the relay showed last: "", "withdrawn" or "other key".
        told: each trouble that the person was told of while this was the newest, a line each.
    """

    table: ClassVar[str] = "canaries"
    key: ClassVar[tuple[str, ...]] = ("relay",)

    relay: str
    newest: bytes
    said: bytes
    state: str = ""
    told: str = ""


NOTICE_ROWS: tuple[type[Row], ...] = (ToldNotice, SeenCanary)
