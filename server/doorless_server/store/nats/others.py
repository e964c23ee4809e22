"""The other relay nodes, told through NATS. Spec: docs/spec/16-cluster.md §4."""

from collections.abc import Sequence

from doorless_protocol.frames import CloseReason, Leave
from doorless_server.others import Ear
from doorless_server.store.base import Position
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.news import News, NewsDesk


class NatsOthers:
    """Others, over the desk at which the store tells its news as well."""

    def __init__(self, connection: Connection, news: NewsDesk) -> None:
        self._connection, self._news = connection, news

    def read_by(self, ear: Ear) -> None:
        def read(news: News) -> None:
            for put in news.put:
                ear.woken(put.mailbox, Position(put.position))
            for mailbox, position in news.repeated:
                ear.woken(mailbox, Position(position))
            if news.node == self._news.node:
                return
            for device, ticket in news.taken:
                ear.taken(device, ticket)
            for device, reason in news.ended:
                if reason in _REASONS:
                    ear.ended(device, CloseReason(reason))
            for place, sealed in news.left:
                ear.left(Leave(place, sealed))

        def doubt() -> None:
            if self._connection.is_connected:  # else there is nothing to read yet
                ear.missed()

        self._news.read_by(read, ours=True)
        self._connection.on_doubt.append(doubt)

    async def tell_taken(self, device: bytes, ticket: int) -> None:
        await self._news.tell(taken=((device, ticket),))

    async def tell_ended(self, devices: Sequence[bytes], reason: CloseReason) -> None:
        await self._news.tell(ended=tuple((device, int(reason)) for device in devices))

    async def tell_left(self, left: Leave) -> None:
        await self._news.tell(left=((left.place, left.sealed),))


_REASONS = frozenset(map(int, CloseReason))
