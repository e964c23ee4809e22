"""Envelopes in JetStream: an id is a subject, and at a subject lies one thing.

    nothing ── put ──► the envelope ── drop ──► its receipt ── 24 h ──► nothing
       ▲                    └────────── 30 days ──────────────────────────┘
       └ what `put` expects there: so an id is stored once, whichever node is asked, how often,
         and whoever is killed meanwhile. The position is the sequence in the stream.

The servers forget by their own clocks: an envelope by the age that the stream allows, a receipt by
a life of its own. Spec: docs/spec/16-cluster.md §3.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple

from doorless_server.limits import ENVELOPE_HOURS, HOUR, RECEIPT_HOURS, Bounds
from doorless_server.store.admission import Box, latest, opens, refusal
from doorless_server.store.base import Arriving, Fate, Mail, Position, UnavailableError
from doorless_server.store.nats.connection import Connection, Message
from doorless_server.store.nats.errors import ApiError, WrongLastError
from doorless_server.store.nats.mailboxes import NOBODY, Mailbox, Mailboxes, Waiting
from doorless_server.store.nats.names import MailNames
from doorless_server.store.nats.news import News, NewsDesk, Put
from doorless_server.store.nats.reading import MEMBER, REQUEST, Found, Reader
from doorless_server.store.nats.recent import Recent
from doorless_server.store.nats.streams import NANOSECONDS, Stream, keep

RECEIPT_SECONDS = RECEIPT_HOURS * HOUR

READ_AGAIN = 0.25
"""Seconds until a mailbox is read again that could not be."""

READ_PATIENCE = 12.0
"""Seconds after which that is given up: a leader is elected in less."""

FindBox = Callable[[bytes], Awaitable[Box | None]]


class _Place(NamedTuple):
    """Who may put something there, and how full it is."""

    box: Box
    mailbox: Mailbox


class _Begun(NamedTuple):
    """A mail on its way in."""

    at: int  # among those that were given together
    mail: Arriving
    mailbox: Mailbox
    request: bool


_NOWHERE = _Place(Box(bytes(32), bytes(32), -1), NOBODY)


class NatsMail:
    """Made by `open`.

    Args:
        find_box: who may put something into a mailbox; None where there is no such mailbox.
        receipt_seconds: how long a receipt lies; RECEIPT_SECONDS but in tests.
    """

    def __init__(
        self,
        connection: Connection,
        names: MailNames,
        bounds: Bounds,
        find_box: FindBox,
        news: NewsDesk,
        *,
        receipt_seconds: int = RECEIPT_SECONDS,
    ) -> None:
        self._connection, self._names, self._bounds = connection, names, bounds
        self._find_box, self._news = find_box, news
        self._receipt_headers = {"Nats-TTL": f"{receipt_seconds}s"}
        self._reader, self._dropped = Reader(connection, names), Recent()
        self._mailboxes = Mailboxes(self._fill)
        self._day = 0
        news.read_by(self._heard)
        connection.on_doubt.append(self._mailboxes.forget)

    async def keep_streams(self, replicas: int) -> None:
        """Raises ClusterError, UnavailableError: as of `streams.keep`."""
        for partition in range(self._names.partitions):
            await keep(self._connection, stream_of(self._names, partition), replicas)

    # --- in ----------------------------------------------------------------------------------

    async def put(self, mails: Sequence[Arriving], day: int) -> list[Position | Fate]:
        """As of MailStore; Fate.LATER where nobody said whether it is stored."""
        self._day = latest(self._day, day)
        places = await self._find({mail.mailbox for mail in mails})
        fates: list[Position | Fate] = [Fate.LATER] * len(mails)
        first: dict[tuple[bytes, bytes], int] = {}
        begun: list[_Begun] = []
        refused: list[int] = []
        for index, mail in enumerate(mails):
            place = places.get(mail.mailbox)
            if first.setdefault((mail.mailbox, mail.id), index) != index or place is None:
                continue
            request = not opens(place.box, mail.token_hash, self._day)
            size = len(mail.envelope)
            why = refusal(place.mailbox.box, self._bounds, size, request=request)
            if why is None:
                place.mailbox.begin(size, request=request)
                begun.append(_Begun(index, mail, place.mailbox, request))
            else:
                fates[index] = why
                refused.append(index)
        await asyncio.gather(self._store(begun, fates), self._recognise(mails, refused, fates))
        for index, mail in enumerate(mails):
            if (was := first[mail.mailbox, mail.id]) != index:
                fate = fates[was]
                fates[index] = fate if isinstance(fate, Fate) else Fate.KNOWN
        self._mailboxes.trim()
        return fates

    async def _store(self, begun: Sequence[_Begun], fates: list[Position | Fate]) -> None:
        """Have those stored that were not before, and tell everybody."""
        outcomes = await self._send([(each.mail.mailbox, self._message(each)) for each in begun])
        put: list[Put] = []
        repeated: list[tuple[bytes, int]] = []
        for (index, mail, mailbox, request), outcome in zip(begun, outcomes, strict=True):
            size = len(mail.envelope)
            if isinstance(outcome, int):
                fates[index] = Position(outcome)
                mailbox.arrived(mail.id, Waiting(outcome, size, request), begun=True)
                put.append(Put(mail.mailbox, mail.id, outcome, size, request))
                continue
            mailbox.give_up(size, request=request)
            if (held := known_at(outcome)) is not None:
                fates[index] = Fate.KNOWN
                repeated.append((mail.mailbox, held))
                mailbox.heard_of(held)
            elif not isinstance(outcome, ApiError):  # it may be there
                self._mailboxes.forget_one(mail.mailbox)
        if put or repeated:
            await self._news.tell(put=tuple(put), repeated=tuple(repeated))

    async def _recognise(
        self, mails: Sequence[Arriving], refused: Sequence[int], fates: list[Position | Fate]
    ) -> None:
        """What is refused may be known. Asked as well of mailboxes that there are not."""

        async def ask(index: int) -> None:
            mail = mails[index]
            try:
                if await self._reader.lies_at(mail.mailbox, mail.id):
                    fates[index] = Fate.KNOWN
            except UnavailableError:
                fates[index] = Fate.LATER

        await asyncio.gather(*map(ask, refused))

    def _message(self, begun: _Begun) -> Message:
        kept = (REQUEST if begun.request else MEMBER) + begun.mail.envelope
        return Message(self._names.envelope(begun.mail.mailbox, begun.mail.id), kept, AT_NOTHING)

    # --- out ---------------------------------------------------------------------------------

    async def waiting(self, mailbox: bytes, after: int, count: int, size: int) -> list[Mail]:
        """As of MailStore."""
        loop, stream = asyncio.get_running_loop(), self._names.stream_of(mailbox)
        until = loop.time() + READ_PATIENCE
        while True:
            await self._connection.leaders.settled(stream, max(0.0, until - loop.time()))
            try:
                return await self._waiting(mailbox, after, count, size)
            except UnavailableError:
                if loop.time() > until:
                    raise
                await asyncio.sleep(READ_AGAIN)

    async def drop(self, delivered: Sequence[tuple[bytes, bytes]]) -> None:
        """As of MailStore."""
        places: dict[bytes, Mailbox] = {}
        for mailbox in dict.fromkeys(mailbox for mailbox, _ in delivered):
            places[mailbox] = await self._mailboxes.find(mailbox)
        held = {
            (mailbox, envelope_id): waiting
            for mailbox, envelope_id in delivered
            if (waiting := places[mailbox].waiting.get(envelope_id)) is not None
        }
        outcomes = await self._send(
            [(each[0], self._receipt(*each, waiting.position)) for each, waiting in held.items()]
        )
        dropped = [
            (*each, waiting.position)
            for (each, waiting), outcome in zip(held.items(), outcomes, strict=True)
            if isinstance(outcome, int) or known_at(outcome) is not None
        ]
        for mailbox, envelope_id, position in dropped:
            self._dropped.add(mailbox, envelope_id, position)
            places[mailbox].left(envelope_id)
        self._mailboxes.trim()
        if dropped:
            await self._news.tell(dropped=tuple(dropped))
        if len(dropped) < len(held):
            raise UnavailableError("of some nobody said that they are dropped")

    async def forget(self, mailbox: bytes) -> None:
        """Delete everything in it, receipts included. Raises UnavailableError."""
        stream, every = self._names.stream_of(mailbox), {"filter": self._names.mailbox(mailbox)}
        await self._connection.ask(f"STREAM.PURGE.{stream}", every)
        self._mailboxes.forget_one(mailbox)
        await self._news.tell(forgotten=(mailbox,))

    async def _waiting(self, mailbox: bytes, after: int, count: int, size: int) -> list[Mail]:
        mails: list[Mail] = []
        known = self._mailboxes.get(mailbox)
        now = asyncio.get_running_loop().time()
        if known is not None:
            if known.is_level(after, now):
                return []
            after = max(after, known.empty_until())
        last = after
        async for found in self._reader.read(mailbox, after, count, size):
            if self._waits(mailbox, found):
                size -= found.size
                if mails and size < 0:
                    break
                mails.append(Mail(Position(found.position), found.id, found.envelope))
                if (noted := self._mailboxes.noted(mailbox)) is not None:
                    noted.arrived(found.id, Waiting(found.position, found.size, found.is_request))
            last = found.position
            if len(mails) == count:
                break
        else:
            if known is not None:
                known.level = last, now
        if known is not None:
            known.saw(after, last)
        return mails

    def _waits(self, mailbox: bytes, found: Found) -> bool:
        return not (found.is_receipt or self._dropped.has(mailbox, found.id, found.position))

    def _receipt(self, mailbox: bytes, envelope_id: bytes, position: int) -> Message:
        expected = {"Nats-Expected-Last-Subject-Sequence": str(position), **self._receipt_headers}
        return Message(self._names.envelope(mailbox, envelope_id), b"", expected)

    async def _send(
        self, addressed: Sequence[tuple[bytes, Message]]
    ) -> list[int | UnavailableError]:
        """To each partition what is for its mailboxes, in order; none of them waits for another."""
        outcomes: dict[int, int | UnavailableError] = {}
        shares: dict[int, list[int]] = {}
        for at, (mailbox, _) in enumerate(addressed):
            shares.setdefault(self._names.partition(mailbox), []).append(at)

        async def send(partition: int, share: Sequence[int]) -> None:
            messages = [addressed[at][1] for at in share]
            stored = await self._connection.store_all(self._names.stream(partition), messages)
            outcomes.update(zip(share, stored, strict=True))

        await asyncio.gather(*(send(*each) for each in shares.items()))
        return [outcomes[at] for at in range(len(addressed))]

    # --- what this node knows ----------------------------------------------------------------

    async def _find(self, mailboxes: Collection[bytes]) -> dict[bytes, _Place]:
        """Those that could be asked about."""
        places: dict[bytes, _Place] = {}

        async def find(mailbox: bytes) -> None:
            known = self._mailboxes.get(mailbox)
            try:
                box = await self._find_box(mailbox)
                known = known or await self._mailboxes.find(mailbox)
            except UnavailableError:
                return
            places[mailbox] = _Place(box, known) if box is not None else _NOWHERE

        unread = [mailbox for mailbox in mailboxes if self._mailboxes.get(mailbox) is None]
        await asyncio.gather(*map(find, unread))
        for mailbox in mailboxes:
            if mailbox not in places:
                await find(mailbox)
        return places

    async def _fill(self, address: bytes, mailbox: Mailbox) -> None:
        async for found in self._reader.read(address, 0):
            if self._waits(address, found):
                waiting = Waiting(found.position, found.size, found.is_request)
                mailbox.arrived(found.id, waiting)
            mailbox.saw(0, found.position)

    def _heard(self, news: News) -> None:
        for put in news.put:
            if (mailbox := self._mailboxes.noted(put.mailbox)) is not None:
                mailbox.arrived(put.id, Waiting(put.position, put.size, put.request))
        for address, position in news.repeated:
            if (mailbox := self._mailboxes.noted(address)) is not None:
                mailbox.heard_of(position)
        for address, envelope_id, position in news.dropped:
            self._dropped.add(address, envelope_id, position)
            if (mailbox := self._mailboxes.noted(address)) is not None:
                mailbox.left(envelope_id)
        for address in news.forgotten:
            self._mailboxes.forget_one(address)


AT_NOTHING = {"Nats-Expected-Last-Subject-Sequence": "0"}


def known_at(outcome: UnavailableError) -> int | None:
    """Where a majority has something at the subject already; None: nowhere, or not yet."""
    return outcome.sequence if isinstance(outcome, WrongLastError) else None


def stream_of(names: MailNames, partition: int) -> Stream:
    """A receipt takes the place of its envelope; nobody else's message takes anybody's."""
    options = {
        "max_msgs_per_subject": 1,
        "max_age": ENVELOPE_HOURS * HOUR * NANOSECONDS,
        "max_msgs": -1,
        "max_bytes": -1,
        "allow_direct": True,
        "deny_purge": False,
    }
    return Stream(names.stream(partition), (names.all_of(partition),), options)
