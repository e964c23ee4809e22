"""What relay nodes tell one another, in the clear and at most once: nothing depends on its arrival.

Whoever misses some reads again what it concerns: at once where it knows that it may have, and else
within a minute.
"""

from collections.abc import Callable
from contextlib import suppress

import msgspec
from msgspec import Struct

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.connection import Connection


class Put(Struct, frozen=True, array_like=True, gc=False):
    """An envelope was stored."""

    mailbox: bytes
    id: bytes
    position: int
    size: int
    request: bool


class News(Struct, frozen=True, array_like=True):
    """What one node did since it last told.

    Attributes:
        node: which one.
        repeated: (mailbox, position) of what was there before: whoever it is for may not know it.
        dropped: (mailbox, envelope id, position).
        forgotten: mailboxes of which nothing is left.
        taken: (device, ticket) of devices that signed in.
        ended: (device, reason) of connections to close.
        left: (place, what was left there) where devices meet.
    """

    node: str
    put: tuple[Put, ...] = ()
    repeated: tuple[tuple[bytes, int], ...] = ()
    dropped: tuple[tuple[bytes, bytes, int], ...] = ()
    forgotten: tuple[bytes, ...] = ()
    taken: tuple[tuple[bytes, int], ...] = ()
    ended: tuple[tuple[bytes, int], ...] = ()
    left: tuple[tuple[bytes, bytes], ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(News).decode


class NewsDesk:
    """Made by `open`."""

    def __init__(self, connection: Connection, subject: str) -> None:
        self._connection, self._subject = connection, subject
        self._readers: list[tuple[Callable[[News], None], bool]] = []

    @classmethod
    async def open(cls, connection: Connection, subject: str) -> "NewsDesk":
        desk = cls(connection, subject)
        await connection.subscribe(subject, desk._heard)
        return desk

    @property
    def node(self) -> str:
        """Ourselves."""
        return self._connection.name

    def read_by(self, reader: Callable[[News], None], *, ours: bool = False) -> None:
        """Have `reader` called with what other nodes tell, and where it wants that, we."""
        self._readers.append((reader, ours))

    async def tell(
        self,
        *,
        put: tuple[Put, ...] = (),
        repeated: tuple[tuple[bytes, int], ...] = (),
        dropped: tuple[tuple[bytes, bytes, int], ...] = (),
        forgotten: tuple[bytes, ...] = (),
        taken: tuple[tuple[bytes, int], ...] = (),
        ended: tuple[tuple[bytes, int], ...] = (),
        left: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        """Where nobody can hear it, nobody is told."""
        news = News(self.node, put, repeated, dropped, forgotten, taken, ended, left)
        for reader, ours in self._readers:
            if ours:
                reader(news)
        with suppress(UnavailableError):
            await self._connection.publish(self._subject, _encode(news))

    def _heard(self, payload: bytes) -> None:
        try:
            news = _decode(payload)
        except msgspec.MsgspecError:
            return  # a node of another version says what we do not know
        if news.node != self.node:
            for reader, _ in self._readers:
                reader(news)
