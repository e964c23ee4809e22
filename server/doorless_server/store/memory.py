"""The store for tests and the lab: dictionaries. Durable as long as the process is."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from doorless_protocol import handles
from doorless_server.limits import ENVELOPE_HOURS, RECEIPT_HOURS, Bounds
from doorless_server.store import names
from doorless_server.store.admission import Box, latest, opens, refusal
from doorless_server.store.base import (
    Account,
    Arriving,
    Batch,
    Fate,
    Listing,
    Mail,
    OneTime,
    Position,
    Seat,
    Served,
    StaleError,
    TakenError,
)
from doorless_server.store.names import Name


@dataclass
class _Waiting:
    mail: Mail
    hour: int
    request: bool


@dataclass
class _Mailbox:
    box: Box
    waiting: dict[Position, _Waiting] = field(default_factory=dict)
    position: dict[bytes, Position] = field(default_factory=dict)  # by envelope id
    given: dict[bytes, int] = field(default_factory=dict)  # id to the hour it was acknowledged

    def remove(self, envelope_id: bytes) -> bool:
        position = self.position.pop(envelope_id, None)
        if position is None:
            return False
        gone = self.waiting.pop(position)
        self.box.count(len(gone.mail.envelope), request=gone.request, sign=-1)
        return True


@dataclass
class _Prekeys:
    batch: Batch
    left: list[OneTime]


class MemoryStore:
    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._accounts: dict[bytes, Account] = {}
        self._handles: dict[str, bytes] = {}
        self._names: dict[str, Name] = {}  # by skeleton
        self._days: dict[bytes, tuple[int, int]] = {}  # created, last connected
        self._heads: dict[bytes, dict[int, bytes]] = {}
        self._bindings: dict[bytes, bytes] = {}
        self._seats: dict[bytes, Seat] = {}
        self._incarnations: dict[bytes, int] = {}
        self._prekeys: dict[bytes, _Prekeys] = {}
        self._mailboxes: dict[bytes, _Mailbox] = {}
        self._last, self._day = Position(0), 0

    # --- accounts ----------------------------------------------------------------------------

    async def create(self, handle: str, listing: Listing, token_hash: bytes, day: int) -> None:
        account = listing.seats[0].account
        if handle in self._handles or account in self._accounts:
            raise TakenError("handle or account")
        names.check_free(self._names.get(handles.skeleton(handle)), handle, account, day)
        self._check_bindings(account, listing)
        self._names[handles.skeleton(handle)] = names.TAKEN
        self._accounts[account] = Account(
            account, handle, listing.version, listing.hash, listing.manifest, token_hash
        )
        self._handles[handle] = account
        self._heads[account], self._days[account] = {}, (day, day)
        self._list(account, listing, Box(token_hash, b"", 0))

    async def replace_manifest(self, account: bytes, listing: Listing) -> Sequence[Seat]:
        held = self._accounts.get(account)
        if held is None or (listing.version, listing.previous) != (
            held.version + 1,
            held.manifest_hash,
        ):
            raise StaleError("another manifest is held")
        self._check_bindings(account, listing)
        before = [seat for seat in self._seats.values() if seat.account == account]
        box = self._mailboxes[before[0].mailbox].box
        gone = [seat for seat in before if seat not in listing.seats]
        for seat in gone:
            self._unseat(seat)
        self._accounts[account] = replace(
            held, version=listing.version, manifest_hash=listing.hash, manifest=listing.manifest
        )
        self._list(account, listing, box)
        return gone

    async def close_account(self, account: bytes, day: int) -> Sequence[Seat]:
        held = self._accounts.pop(account, None)
        if held is None:
            return []
        seats = [seat for seat in self._seats.values() if seat.account == account]
        for seat in seats:
            self._unseat(seat)
        self._names[handles.skeleton(held.handle)] = Name.given_up(held.handle, account, day)
        del self._handles[held.handle], self._heads[account], self._days[account]
        self._bindings = {key: who for key, who in self._bindings.items() if who != account}
        return seats

    async def account_named(self, handle: str) -> Account | None:
        return self._accounts.get(self._handles.get(handle, b""))

    async def account(self, account: bytes) -> Account | None:
        return self._accounts.get(account)

    async def heads(self, account: bytes, after: int, before: int, limit: int) -> Sequence[bytes]:
        held = self._heads.get(account, {})
        return [held[version] for version in sorted(held) if after < version < before][:limit]

    async def seat(self, device: bytes) -> Seat | None:
        return self._seats.get(device)

    async def note_connection(self, account: bytes, day: int) -> None:
        created, connected = self._days[account]
        self._days[account] = created, max(connected, day)

    async def set_token(self, account: bytes, token_hash: bytes, until: int) -> None:
        held = self._accounts.get(account)
        if held is None:
            return
        self._accounts[account] = replace(held, token_hash=token_hash)
        for seat in self._seats.values():
            if seat.account == account:
                box = self._mailboxes[seat.mailbox].box
                box.previous_hash, box.previous_until = box.token_hash, until
                box.token_hash = token_hash

    async def swap_incarnation(self, device: bytes, expected: int, successor: int) -> int | None:
        held = self._incarnations.get(device, 0)
        if held != expected:
            return held
        self._incarnations[device] = successor
        return None

    # --- prekeys -----------------------------------------------------------------------------

    async def publish(self, device: bytes, batch: Batch) -> None:
        others = [held.batch.keys for one, held in self._prekeys.items() if one != device]
        if any(set(batch.keys).intersection(keys) for keys in others):
            raise TakenError("a prekey")
        self._prekeys[device] = _Prekeys(batch, list(batch.pairs))

    async def prekeys_left(self, device: bytes) -> tuple[bytes, int] | None:
        held = self._prekeys.get(device)
        return (held.batch.hash, len(held.left)) if held else None

    async def take_prekeys(self, device: bytes, day: int, *, one_time: bool) -> Served | None:
        held = self._prekeys.get(device)
        if held is None or day > held.batch.expires:
            return None
        return Served(held.batch.bundle, held.left.pop(0) if one_time and held.left else None)

    # --- mail --------------------------------------------------------------------------------

    async def put(
        self, mails: Sequence[Arriving], hour: int, day: int
    ) -> Sequence[Position | Fate]:
        self._day = latest(self._day, day)
        return [self._put(mail, hour) for mail in mails]

    def _put(self, mail: Arriving, hour: int) -> Position | Fate:
        mailbox = self._mailboxes.get(mail.mailbox)
        if mailbox is None:
            return Fate.NO_ROOM
        if mail.id in mailbox.position or mail.id in mailbox.given:
            return Fate.KNOWN
        request = not opens(mailbox.box, mail.token_hash, self._day)
        if why := refusal(mailbox.box, self._bounds, len(mail.envelope), request=request):
            return why
        self._last = position = Position(self._last + 1)
        kept = Mail(position, mail.id, mail.envelope)
        mailbox.waiting[position] = _Waiting(kept, hour, request)
        mailbox.position[mail.id] = position
        mailbox.box.count(len(mail.envelope), request=request)
        return position

    async def waiting(
        self, mailbox: bytes, after: Position, count: int, size: int
    ) -> Sequence[Mail]:
        held = self._mailboxes.get(mailbox)
        if held is None:
            return []
        positions = list(held.waiting)
        mails: list[Mail] = []
        for position in positions[bisect_right(positions, after) :][:count]:
            mail = held.waiting[position].mail
            size -= len(mail.envelope)
            if mails and size < 0:
                break
            mails.append(mail)
        return mails

    async def drop(self, delivered: Sequence[tuple[bytes, bytes]], hour: int) -> None:
        for mailbox, envelope_id in delivered:
            held = self._mailboxes.get(mailbox)
            if held is not None and held.remove(envelope_id):
                held.given[envelope_id] = hour

    async def sweep(self, hour: int, day: int) -> int:
        gone = 0
        for mailbox in self._mailboxes.values():
            old = [w.mail.id for w in mailbox.waiting.values() if w.hour < hour - ENVELOPE_HOURS]
            gone += sum(map(mailbox.remove, old))
            past = [e for e, at in mailbox.given.items() if at < hour - RECEIPT_HOURS]
            for envelope_id in past:
                del mailbox.given[envelope_id]
            gone += len(past)
        expired = [d for d, held in self._prekeys.items() if day > held.batch.expires]
        for device in expired:
            del self._prekeys[device]
        forgotten = [
            skeleton
            for skeleton, name in self._names.items()
            if names.is_released_for_good(name.released, day)
        ]
        for skeleton in forgotten:
            del self._names[skeleton]
        return gone + len(expired) + len(forgotten)

    async def close(self) -> None:
        """Nothing to finish."""

    # --- shared ------------------------------------------------------------------------------

    def _check_bindings(self, account: bytes, listing: Listing) -> None:
        if any(self._bindings.get(key, account) != account for key in listing.bindings):
            raise TakenError("a key")

    def _list(self, account: bytes, listing: Listing, box: Box) -> None:
        self._heads[account][listing.version] = listing.head
        self._bindings.update(dict.fromkeys(listing.bindings, account))
        for seat in listing.seats:
            self._seats[seat.device] = seat
            fresh = Box(box.token_hash, box.previous_hash, box.previous_until)
            self._mailboxes.setdefault(seat.mailbox, _Mailbox(fresh))

    def _unseat(self, seat: Seat) -> None:
        del self._seats[seat.device], self._mailboxes[seat.mailbox]
        self._prekeys.pop(seat.device, None)
        self._incarnations.pop(seat.device, None)
