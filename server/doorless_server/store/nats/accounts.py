"""Accounts in a cluster: every operation reads, decides, and changes all its keys in one batch.

So of two nodes that claim one handle, or one key, one is told that it is taken, and a node that is
killed half-way has claimed nothing. What an account leaves behind (its mailboxes, pairs, heads) is
more than one batch: that it is to be erased is written with the change, and whoever sweeps goes on
where somebody was killed. Spec: docs/spec/17-cluster-state.md §2, §3.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Self

from doorless_protocol import handles
from doorless_server.limits import RELEASED_DAYS
from doorless_server.store import names
from doorless_server.store.admission import Box
from doorless_server.store.base import Account, Listing, Seat, StaleError, TakenError
from doorless_server.store.names import Name
from doorless_server.store.nats.boxes import BoxCache
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.due import DueIndex
from doorless_server.store.nats.leaving import Leavings
from doorless_server.store.nats.prekeys import BUCKET, forget_prekeys
from doorless_server.store.nats.row import decode, encode
from doorless_server.store.nats.rows import (
    AccountRow,
    BoxRow,
    ClosingRow,
    DeviceRow,
    HeadRow,
    NameRow,
    SeatRow,
    TokenRow,
    key,
)
from doorless_server.store.nats.transaction import Draft, transact

ForgetMailbox = Callable[[bytes], Awaitable[None]]


class NatsAccounts:
    """An AccountStore. Made by `open`."""

    def __init__(self, bucket: Bucket, boxes: BoxCache, forget_mailbox: ForgetMailbox) -> None:
        self._bucket, self._boxes = bucket, boxes
        self._leavings = Leavings(bucket, forget_mailbox)
        self._released = DueIndex(bucket, "released", _release)

    @classmethod
    async def open(
        cls,
        connection: Connection,
        prefix: str,
        replicas: int,
        *,
        forget_mailbox: ForgetMailbox,
    ) -> Self:
        """Errors as of `Bucket.open`.

        Args:
            forget_mailbox: erases what waits there; may be asked again.
        """
        bucket = await Bucket.open(connection, prefix, BUCKET, replicas)
        return cls(bucket, await BoxCache.open(bucket, connection, prefix), forget_mailbox)

    # --- accounts ----------------------------------------------------------------------------

    async def create(self, handle: str, listing: Listing, token_hash: bytes, day: int) -> None:
        account = listing.seats[0].account
        name = _name_key(handle)
        token = TokenRow(token_hash, b"", 0)

        async def work(draft: Draft) -> None:
            taken = await draft.get_all([key("account", account), key("handle", handle)])
            if any(held is not None for held in taken):
                raise TakenError("handle or account")
            value = await draft.get(name)
            held = decode(NameRow, value).name if value is not None else None
            names.check_free(held, handle, account, day)
            if held is not None:
                await _forget_release(draft, handle, held)
            draft.put(name, encode(NameRow(*names.TAKEN)))
            draft.put(key("account", account), _account_row(handle, day, listing))
            draft.put(key("handle", handle), account)
            draft.put(key("token", account), encode(token))
            draft.put(key("seen", account), b"%d" % day)
            await _list(draft, account, listing, token)

        await self._leavings.clear(account, listing.seats)
        await transact(self._bucket, work)
        await self._boxes.changed([seat.mailbox for seat in listing.seats])

    async def replace_manifest(self, account: bytes, listing: Listing) -> Sequence[Seat]:
        async def work(draft: Draft) -> list[Seat]:
            value, token = await draft.get_all([key("account", account), key("token", account)])
            held = decode(AccountRow, value) if value is not None else None
            if held is None or token is None or not _follows(listing, held):
                raise StaleError("another manifest is held")
            draft.hold(key("token", account))  # of which the new mailboxes get a copy
            gone = [seat for seat in held.seated(account) if seat not in listing.seats]
            for seat in gone:
                await _unseat(draft, seat)
            row = _account_row(held.handle, held.created, listing)
            draft.put(key("account", account), row)
            await _list(draft, account, listing, decode(TokenRow, token))
            return gone

        await self._leavings.clear(account, listing.seats)
        gone = await transact(self._bucket, work)
        await self._boxes.changed([seat.mailbox for seat in (*listing.seats, *gone)])
        await self._leavings.erase_devices(gone)
        return gone

    async def close_account(self, account: bytes, day: int) -> Sequence[Seat]:
        async def work(draft: Draft) -> list[Seat]:
            value = await draft.get(key("account", account))
            if value is None:
                return []
            held = decode(AccountRow, value)
            gone = held.seated(account)
            for seat in gone:
                await _unseat(draft, seat)
            name = Name.given_up(held.handle, account, day)
            draft.put(_name_key(held.handle), encode(NameRow(*name)))
            draft.put(_release_key(held.handle, name), b"\x01")
            mine = [key(kind, account) for kind in ("account", "token", "seen")]
            for each in [*mine, key("handle", held.handle)]:
                await draft.get(each)
                draft.delete(each)
            draft.put(key("closing", account), encode(ClosingRow(held.version)))
            return gone

        gone = await transact(self._bucket, work)
        await self._boxes.changed([seat.mailbox for seat in gone])
        await self._leavings.clear(account, gone)
        return gone

    async def account_named(self, handle: str) -> Account | None:
        entry = await self._bucket.get(key("handle", handle))
        held = await self.account(entry.value) if entry.value is not None else None
        return held if held is not None and held.handle == handle else None

    async def account(self, account: bytes) -> Account | None:
        names = [key("account", account), key("token", account)]
        found, token = await self._bucket.get_all(names)
        if found.value is None or token.value is None:
            return None
        row = decode(AccountRow, found.value)
        token_hash = decode(TokenRow, token.value).token_hash
        return Account(
            account, row.handle, row.version, row.manifest_hash, row.manifest, token_hash
        )

    async def heads(self, account: bytes, after: int, before: int, limit: int) -> Sequence[bytes]:
        held = await self._bucket.get(key("account", account))
        if held.value is None:
            return []
        last = min(before - 1, decode(AccountRow, held.value).version, after + limit)
        wanted = [key("head", account, version) for version in range(max(after, 0) + 1, last + 1)]
        found = await self._bucket.get_all(wanted)
        return [decode(HeadRow, each.value).head for each in found if each.value is not None]

    async def seat(self, device: bytes) -> Seat | None:
        found = await self._bucket.get(key("device", device))
        if found.value is None:
            return None
        row = decode(DeviceRow, found.value)
        return Seat(row.account, device, row.mailbox, row.key_hash)

    async def note_connection(self, account: bytes, day: int) -> None:
        async def work(draft: Draft) -> None:
            seen = await draft.get(key("seen", account))
            if seen is not None and int(seen) < day:
                draft.put(key("seen", account), b"%d" % day)

        await transact(self._bucket, work)

    async def set_token(self, account: bytes, token_hash: bytes, until: int) -> None:
        async def work(draft: Draft) -> list[bytes]:
            value, token = await draft.get_all([key("account", account), key("token", account)])
            if value is None or token is None:
                return []
            before = decode(TokenRow, token).token_hash
            row = TokenRow(token_hash, before, until)
            draft.put(key("token", account), encode(row))
            mailboxes = [seat.mailbox for seat in decode(AccountRow, value).seats]
            await draft.get_all([key("mailbox", mailbox) for mailbox in mailboxes])
            for mailbox in mailboxes:
                draft.put(key("mailbox", mailbox), encode(BoxRow(account, row)))
            return mailboxes

        await self._boxes.changed(await transact(self._bucket, work))

    async def swap_incarnation(self, device: bytes, expected: int, successor: int) -> int | None:
        async def work(draft: Draft) -> int | None:
            value = await draft.get(key("device", device))
            held = decode(DeviceRow, value) if value is not None else None
            incarnation = held.incarnation if held is not None else 0
            if incarnation != expected:
                return incarnation
            if held is not None:
                row = DeviceRow(held.account, held.mailbox, held.key_hash, successor)
                draft.put(key("device", device), encode(row))
            return None

        return await transact(self._bucket, work)

    # --- for who takes in envelopes ----------------------------------------------------------

    async def box(self, mailbox: bytes) -> Box | None:
        """Who may put something there, as of some seconds ago at most; None: no such mailbox."""
        return await self._boxes.find(mailbox)

    def forget(self) -> None:
        """What others changed may not have been heard."""
        self._boxes.forget()

    async def sweep(self, day: int) -> int:
        """Forget some of what is past its time, or was left; 0 when nothing is left."""
        return await self._released.sweep(day) + await self._leavings.sweep()


def _account_row(handle: str, created: int, listing: Listing) -> bytes:
    seats = tuple(SeatRow(seat.device, seat.mailbox, seat.key_hash) for seat in listing.seats)
    row = AccountRow(handle, created, listing.version, listing.hash, listing.manifest, seats)
    return encode(row)


def _follows(listing: Listing, held: AccountRow) -> bool:
    return (listing.version, listing.previous) == (held.version + 1, held.manifest_hash)


async def _list(draft: Draft, account: bytes, listing: Listing, token: TokenRow) -> None:
    """Claim the manifest's keys, and seat its devices where they do not sit.

    Raises:
        TakenError: one of the keys is another account's.
    """
    claimed = [key("binding", digest) for digest in listing.bindings]
    owners = await draft.get_all(claimed)
    if any(owner not in (None, account) for owner in owners):
        raise TakenError("a key")
    fresh = [
        digest for digest, owner in zip(listing.bindings, owners, strict=True) if owner is None
    ]
    for digest in fresh:
        draft.put(key("binding", digest), account)
    head = encode(HeadRow(listing.head, tuple(fresh)))
    draft.put(key("head", account, listing.version), head)
    for seat in listing.seats:
        if await draft.get(key("device", seat.device)) is None:
            row = DeviceRow(account, seat.mailbox, seat.key_hash, 0)
            draft.put(key("device", seat.device), encode(row))
            await draft.get(key("mailbox", seat.mailbox))
            draft.put(key("mailbox", seat.mailbox), encode(BoxRow(account, token)))


async def _unseat(draft: Draft, seat: Seat) -> None:
    await forget_prekeys(draft, seat.device)
    for name in (key("device", seat.device), key("mailbox", seat.mailbox)):
        await draft.get(name)
        draft.delete(name)
    draft.put(key("leaving", seat.device), seat.mailbox)


def _name_key(handle: str) -> str:
    return key("name", handles.skeleton(handle))


def _release_key(handle: str, name: Name) -> str:
    return key("released", name.released + RELEASED_DAYS, handles.skeleton(handle))


async def _forget_release(draft: Draft, handle: str, name: Name) -> None:
    await draft.get(_release_key(handle, name))
    draft.delete(_release_key(handle, name))


async def _release(draft: Draft, skeleton: bytes, _day: int) -> None:
    """Unless somebody has it by now."""
    name = key("name", skeleton)
    value = await draft.get(name)
    if value is not None and decode(NameRow, value).released != names.HELD:
        draft.delete(name)
