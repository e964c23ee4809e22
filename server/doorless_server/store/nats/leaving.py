"""What an account leaves behind is erased after it is gone, by whoever comes to it first.

    change ──► noted with it ──► mailbox, pairs, heads and bindings erased ──► no note
                                   └──── killed here: the next sweep goes on ────┘

Spec: docs/spec/17-cluster-state.md §3.5.
"""

from collections.abc import Awaitable, Callable, Sequence

from doorless_server.store.base import Seat
from doorless_server.store.nats.buckets import Bucket
from doorless_server.store.nats.prekeys import erase_spent
from doorless_server.store.nats.row import decode, encode
from doorless_server.store.nats.rows import ClosingRow, HeadRow, key, parts
from doorless_server.store.nats.transaction import Draft, transact

VERSIONS_AT_ONCE = 10
"""Heads erased in one batch, with all keys that came with them: some hundred."""


class Leavings:
    def __init__(self, bucket: Bucket, forget_mailbox: Callable[[bytes], Awaitable[None]]) -> None:
        self._bucket, self._forget_mailbox = bucket, forget_mailbox

    async def clear(self, account: bytes, seats: Sequence[Seat]) -> None:
        """Nothing is left of this account, if it was closed, nor of devices that were unseated."""
        await self.erase_devices(seats)
        await self._erase_account(account)

    async def erase_devices(self, seats: Sequence[Seat]) -> None:
        for seat in seats:
            await self._erase_device(seat.device)

    async def sweep(self) -> int:
        """Go on where somebody was killed; return how much was left."""
        devices = [parts(name)[0] for name in await self._bucket.keys("leaving.*")]
        accounts = [parts(name)[0] for name in await self._bucket.keys("closing.*")]
        gone = 0
        for device in devices:
            gone += await self._erase_device(bytes.fromhex(device))
        for account in accounts:
            gone += await self._erase_account(bytes.fromhex(account))
        return gone

    async def _erase_device(self, device: bytes) -> bool:
        name = key("leaving", device)
        mailbox = (await self._bucket.get(name)).value
        if mailbox is None:
            return False
        await self._forget_mailbox(mailbox)
        await erase_spent(self._bucket, key("spent", device) + ".*")
        await transact(self._bucket, lambda draft: _delete(draft, name))
        return True

    async def _erase_account(self, account: bytes) -> bool:
        erased = False
        while await transact(self._bucket, lambda draft: _erase_heads(draft, account)):
            erased = True
        return erased


async def _delete(draft: Draft, name: str) -> None:
    await draft.get(name)
    draft.delete(name)


async def _erase_heads(draft: Draft, account: bytes) -> bool:
    """Erase some versions of a closed account, and what it claimed with them.

    All of a batch depends on the note: where the account is begun again, the note is gone first.
    """
    name = key("closing", account)
    value = await draft.get(name)
    if value is None:
        return False
    last = decode(ClosingRow, value).version
    first = max(1, last - VERSIONS_AT_ONCE + 1)
    heads = [key("head", account, version) for version in range(first, last + 1)]
    claimed = [
        key("binding", digest)
        for value in await draft.get_all(heads)
        if value is not None
        for digest in decode(HeadRow, value).bindings
    ]
    owners = await draft.get_all(claimed)
    for each in heads:
        draft.delete(each)
    for each, owner in zip(claimed, owners, strict=True):
        if owner == account:
            draft.delete(each)
    if first > 1:
        draft.put(name, encode(ClosingRow(first - 1)))
    else:
        draft.delete(name)
    return True
