"""The store of a relay that is one of several: all of them over one NATS cluster.

    NatsStore ──► NatsMail        streams   envelopes
              ├─► NatsAccounts    a bucket  accounts, devices, names
              ├─► NatsPrekeys     the same  bundles, pairs
              └─► NewsDesk        core      what the nodes tell one another

Spec: docs/spec/16-cluster.md, 17-cluster-state.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Self

from doorless_server.limits import Bounds
from doorless_server.store.base import (
    Account,
    Arriving,
    Batch,
    Fate,
    Listing,
    Mail,
    Position,
    Seat,
    Served,
)
from doorless_server.store.nats.accounts import NatsAccounts
from doorless_server.store.nats.checks import ask_servers, check_cluster, check_server
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ClusterError
from doorless_server.store.nats.mail import RECEIPT_SECONDS, NatsMail
from doorless_server.store.nats.names import PARTITIONS, PREFIX, MailNames
from doorless_server.store.nats.news import NewsDesk
from doorless_server.store.nats.prekeys import NatsPrekeys
from doorless_server.store.nats.streams import REPLICAS

LOOK_AGAIN = 60.0
"""Seconds between two questions whether the servers sync: one may have been started anew."""


def _ignore(_error: Exception) -> None:
    """What the callers were told is all there is to say."""


class NatsStore:
    """Made by `open`, inside a running event loop, and used on that loop alone.

    Attributes:
        connection: to the cluster, for what else is kept there.
        news: what the other nodes tell.
    """

    def __init__(
        self,
        connection: Connection,
        news: NewsDesk,
        mail: NatsMail,
        accounts: NatsAccounts,
        prekeys: NatsPrekeys,
    ) -> None:
        self.connection, self.news = connection, news
        self._mail, self._accounts, self._prekeys = mail, accounts, prekeys
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        urls: Sequence[str],
        bounds: Bounds | None = None,
        broken: Callable[[Exception], None] = _ignore,
        *,
        login: tuple[str, str] | None = None,
        prefix: str = PREFIX,
        replicas: int = REPLICAS,
        partitions: int = PARTITIONS,
        receipt_seconds: int = RECEIPT_SECONDS,
    ) -> Self:
        """Open or begin what the cluster keeps.

        Args:
            login: user and password, where they are not in the URLs.
            broken: told when the cluster cannot be trusted any more, or is gone for a minute.
            prefix, replicas, partitions, receipt_seconds: other ones are for tests.

        Raises:
            ClusterError: it may lose what it acknowledges, or holds something else.
            UnavailableError: it does not answer just now.
        """
        connection = await Connection.open(urls, login, broken=broken)
        try:
            await check_cluster(connection, replicas)
            names = MailNames(prefix, partitions)
            news = await NewsDesk.open(connection, names.nodes)

            async def forget_mailbox(mailbox: bytes) -> None:
                await mail.forget(mailbox)

            accounts = await NatsAccounts.open(
                connection, prefix, replicas, forget_mailbox=forget_mailbox
            )
            prekeys = await NatsPrekeys.open(connection, prefix, replicas)
            mail = NatsMail(
                *(connection, names, bounds or Bounds(), accounts.box, news),
                receipt_seconds=receipt_seconds,
            )
            await mail.keep_streams(replicas)
        except BaseException:
            await connection.close()
            raise
        connection.on_doubt.append(accounts.forget)
        store = cls(connection, news, mail, accounts, prekeys)
        store._watching = asyncio.create_task(store._watch(replicas, broken))
        return store

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.connection.close()

    # --- accounts ----------------------------------------------------------------------------

    async def create(self, handle: str, listing: Listing, token_hash: bytes, day: int) -> None:
        await self._accounts.create(handle, listing, token_hash, day)

    async def replace_manifest(self, account: bytes, listing: Listing) -> Sequence[Seat]:
        return await self._accounts.replace_manifest(account, listing)

    async def close_account(self, account: bytes, day: int) -> Sequence[Seat]:
        return await self._accounts.close_account(account, day)

    async def account_named(self, handle: str) -> Account | None:
        return await self._accounts.account_named(handle)

    async def account(self, account: bytes) -> Account | None:
        return await self._accounts.account(account)

    async def heads(self, account: bytes, after: int, before: int, limit: int) -> Sequence[bytes]:
        return await self._accounts.heads(account, after, before, limit)

    async def seat(self, device: bytes) -> Seat | None:
        return await self._accounts.seat(device)

    async def note_connection(self, account: bytes, day: int) -> None:
        await self._accounts.note_connection(account, day)

    async def set_token(self, account: bytes, token_hash: bytes, until: int) -> None:
        await self._accounts.set_token(account, token_hash, until)

    async def swap_incarnation(self, device: bytes, expected: int, successor: int) -> int | None:
        return await self._accounts.swap_incarnation(device, expected, successor)

    # --- prekeys -----------------------------------------------------------------------------

    async def publish(self, device: bytes, batch: Batch) -> None:
        await self._prekeys.publish(device, batch)

    async def prekeys_left(self, device: bytes) -> tuple[bytes, int] | None:
        return await self._prekeys.prekeys_left(device)

    async def take_prekeys(self, device: bytes, day: int, *, one_time: bool) -> Served | None:
        return await self._prekeys.take_prekeys(device, day, one_time=one_time)

    # --- mail --------------------------------------------------------------------------------

    async def put(
        self,
        mails: Sequence[Arriving],
        hour: int,  # noqa: ARG002  (the servers' clocks tell how old something is)
        day: int,
    ) -> Sequence[Position | Fate]:
        return await self._mail.put(mails, day)

    async def waiting(
        self, mailbox: bytes, after: Position, count: int, size: int
    ) -> Sequence[Mail]:
        return await self._mail.waiting(mailbox, after, count, size)

    async def drop(self, delivered: Sequence[tuple[bytes, bytes]], hour: int) -> None:  # noqa: ARG002
        await self._mail.drop(delivered)

    async def sweep(self, hour: int, day: int) -> int:  # noqa: ARG002
        """Envelopes and receipts the servers forget by themselves."""
        return await self._accounts.sweep(day) + await self._prekeys.sweep(day)

    # --- the servers -------------------------------------------------------------------------

    async def _watch(self, replicas: int, broken: Callable[[Exception], None]) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                for server in await ask_servers(self.connection, replicas):
                    check_server(server)
            except ClusterError as error:
                broken(error)
                return
