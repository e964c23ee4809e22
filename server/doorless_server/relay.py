"""What the relay does with a request: no sockets, no clock, no loop of its own.

    Call ──► handle / submit / acknowledge ──► what the store promises ──► Outcome

The listener brings requests and the time, and carries out what comes back. Submits and
acknowledgements come in batches, because they are nearly all that a busy relay does.
Spec: docs/spec/07-relay.md.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace

from doorless_protocol.blob_frames import BlobDrop, BlobGet, BlobPut, BlobStatus
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.frames import (
    Acknowledge,
    AddPrekeys,
    Answered,
    BeginPrekeys,
    Challenge,
    CloseAccount,
    CloseReason,
    Collect,
    CommitPrekeys,
    Done,
    FetchBundle,
    Hello,
    Incarnation,
    IncarnationHeld,
    Leave,
    Lookup,
    PrekeyStatus,
    PublishManifest,
    Refusal,
    Register,
    Request,
    SetDeliveryToken,
    SignIn,
    Submit,
    Subscribe,
    login_object,
)
from doorless_protocol.handles import HandleError
from doorless_protocol.keys import Purpose, VerifyingKey
from doorless_protocol.log_frames import (
    AuditDeltas,
    Dispute,
    LogAnchors,
    LogAtAnchor,
    Logged,
    LogHead,
    LogRecords,
)
from doorless_protocol.notice_frames import FetchNotices
from doorless_protocol.primitives import Random, sha256
from doorless_server import prekey_desk, registry
from doorless_server.blobs.base import BlobStore
from doorless_server.blobs.desk import BlobDesk
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.clock import Elapsed, Watch
from doorless_server.demands.notice_desk import CANARY_PATH, NoticeDesk
from doorless_server.directory.base import Directory, Page, Pages
from doorless_server.effects import Arrived, CloseDevices, Outcome, PushFrom, TakeOver, refused
from doorless_server.info import relay_info
from doorless_server.limits import (
    CHALLENGE_LIFE,
    DAY,
    HOUR,
    LATER_RETRY,
    OVERLOAD_RETRY,
    REFUSED_RETRY,
    TOKEN_OVERLAP_DAYS,
    Bounds,
)
from doorless_server.meeting import Meeting
from doorless_server.name_desk import NameDesk
from doorless_server.peers import Greeted, Peer, SignedIn, Spent, after_asking
from doorless_server.rates import Rates
from doorless_server.registry import NotAllowedError
from doorless_server.store.base import (
    Fate,
    LookalikeError,
    Mail,
    Position,
    ReleasedError,
    Seat,
    StaleError,
    Store,
    TakenError,
    UnavailableError,
)
from doorless_server.submitting import arriving

SIGNATURES_OF_A_LOGIN, SIGNATURES_OF_A_MANIFEST = 1, 2
"""Checked for it; beside a manifest there is a record for the key log."""

DONE = Done()
NO_ROOM = refused(Refusal.NOT_ALLOWED, REFUSED_RETRY)
FULL = refused(Refusal.BUSY, REFUSED_RETRY)
OVERLOADED = refused(Refusal.BUSY, OVERLOAD_RETRY)
LATER = refused(Refusal.BUSY, LATER_RETRY)
NOT_ALLOWED = refused(Refusal.NOT_ALLOWED)
MALFORMED = refused(Refusal.MALFORMED)

_FATES: dict[Fate, Answered] = {
    Fate.KNOWN: DONE,
    Fate.NO_ROOM: NO_ROOM,
    Fate.FULL: FULL,
    Fate.LATER: LATER,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this relay is: part of what devices sign to sign in."""

    name: str


class Relay:
    """One relay over one store. `bounds` are those of the store, to be told to clients."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        *,
        random: Random,
        bounds: Bounds | None = None,
        directory: Directory | None = None,
        blobs: BlobStore | None = None,
        elapsed: Elapsed | None = None,
        notices: NoticeDesk | None = None,
        demands: Pages | None = None,
    ) -> None:
        self._store, self._identity, self._random = store, identity, random
        self._directory, self._notices = directory, notices or NoticeDesk(None)
        self._demands = demands
        self._info = relay_info(identity.name, directory, bounds or Bounds())
        self._rations, self._watch = prekey_desk.Rations(elapsed), Watch(elapsed)
        self._rates = Rates(logged=directory is not None, elapsed=elapsed)
        self._names = NameDesk(store, directory, self._rates)
        self._meeting, self._files = Meeting(elapsed), BlobDesk(blobs or MemoryBlobs(), elapsed)

    @property
    def name(self) -> str:
        return self._identity.name

    def greet(self, now: int, binding: bytes) -> Greeted:
        """The state of a fresh connection; its challenge is the first thing to send."""
        return Greeted(Challenge(self.name, fresh_nonce(self._random)), now, binding)

    async def handle(self, peer: Peer, request: Request, now: int, source: str = "") -> Outcome:
        """Do what is asked, once it is durable; a refusal has changed nothing.

        Args:
            source: the address it came from, for rates; never stored.
        """
        asking = after_asking(peer, request)
        if asking is None:
            return Outcome(peer, NOT_ALLOWED)
        try:
            if isinstance(request, SignIn):
                return await self._sign_in(asking, request, now, source)
            if isinstance(asking, SignedIn):
                return await self._for_device(asking, request, now, source)
            if isinstance(request, Submit):
                answers, news = await self.submit([request], now)
                return Outcome(asking, answers[0], tuple(news))
            return Outcome(asking, await self._for_anybody(request, now, source))
        except UnavailableError:
            return Outcome(asking, OVERLOADED)
        except TakenError:
            return Outcome(asking, refused(Refusal.TAKEN))
        except LookalikeError:
            return Outcome(asking, refused(Refusal.LOOKALIKE))
        except ReleasedError:
            return Outcome(asking, refused(Refusal.RELEASED))
        except HandleError:
            return Outcome(asking, refused(Refusal.UNFIT_HANDLE))
        except StaleError:
            return Outcome(asking, refused(Refusal.STALE))
        except NotAllowedError:
            return Outcome(asking, NOT_ALLOWED)
        except DoorlessError:  # what it brought does not parse, or does not verify
            return Outcome(asking, MALFORMED)

    # --- the two that are asked in masses ----------------------------------------------------

    async def submit(
        self, asked: Sequence[Submit], now: int
    ) -> tuple[list[Answered], list[Arrived]]:
        """Keep envelopes; return an answer for each, and what is new.

        Raises:
            UnavailableError: none was kept; everybody may try again.
        """
        mails = [arriving(submit) for submit in asked]
        sound = [mail for mail in mails if mail is not None]
        fates = iter(await self._store.put(sound, self._watch.steady(now) // HOUR, now // DAY))
        answers: list[Answered] = []
        news: list[Arrived] = []
        for mail in mails:
            fate = None if mail is None else next(fates)
            if mail is None or fate is None:
                answers.append(MALFORMED)
            elif isinstance(fate, int):
                answers.append(DONE)
                news.append(Arrived(mail.mailbox, Mail(fate, mail.id, mail.envelope)))
            else:
                answers.append(_FATES[fate])
        return answers, news

    def acknowledge(self, delivered: Sequence[tuple[bytes, bytes]], now: int) -> Awaitable[None]:
        """Forget these (mailbox, envelope id). Raises UnavailableError, when it is awaited."""
        return self._store.drop(delivered, self._watch.steady(now) // HOUR)

    async def waiting(
        self, mailbox: bytes, after: Position, count: int, size: int
    ) -> Sequence[Mail]:
        """What to push next. Raises UnavailableError."""
        return await self._store.waiting(mailbox, after, count, size)

    async def sweep(self, now: int) -> int:
        """Forget a part of what is past its time; 0 when nothing is left. Some ms of work."""
        if not self._watch.believes(now):
            return 0
        gone = await self._store.sweep(now // HOUR, now // DAY) + await self._files.sweep(now)
        return gone + await self._notices.sweep(now, self._store.account)

    # --- signed in ---------------------------------------------------------------------------

    async def _sign_in(self, peer: Peer, asked: SignIn, now: int, source: str) -> Outcome:
        """A good signature signs in, whoever it is: only a request shows what the device may do."""
        if not isinstance(peer, Greeted) or not is_in_time(peer, now):
            return Outcome(Spent(), NOT_ALLOWED)
        unproven = self._rates.unproven(source, now)
        if seconds := unproven.take(now):
            return Outcome(Spent(), refused(Refusal.BUSY, seconds))
        try:
            check_login(peer, asked)
        except (MalformedError, ForgedError):
            return Outcome(Spent(), NOT_ALLOWED)
        signed_in = SignedIn(asked.account, asked.device, sha256(asked.key))
        seat = await self._seat(signed_in)
        if seat is None:
            return Outcome(signed_in, DONE)
        unproven.give_back()
        if seconds := self._rates.sign_in(seat.device, now):
            return Outcome(Spent(), refused(Refusal.BUSY, seconds))
        await self._store.note_connection(seat.account, now // DAY)
        return Outcome(signed_in, DONE, (TakeOver(seat.device),))

    async def _for_device(self, peer: SignedIn, request: Request, now: int, source: str) -> Outcome:
        if seconds := self._rates.record(peer.account, request, now):
            return Outcome(peer, refused(Refusal.BUSY, seconds))
        if isinstance(request, Register | PublishManifest):
            return await self._take_manifest(peer, request, now, source)
        seat = await self._seat(peer)
        if seat is None:
            return Outcome(peer, NOT_ALLOWED)
        match request:
            case BeginPrekeys(bundle):
                upload = await prekey_desk.begin(self._store, seat, bundle, now)
                return Outcome(replace(peer, upload=upload), DONE)
            case AddPrekeys(pairs):
                if peer.upload is None:
                    return Outcome(peer, NOT_ALLOWED)
                return Outcome(replace(peer, upload=prekey_desk.add(peer.upload, pairs)), DONE)
            case CommitPrekeys():
                if peer.upload is None:
                    return Outcome(peer, NOT_ALLOWED)
                await prekey_desk.commit(self._store, seat, peer.upload, self._random)
                return Outcome(replace(peer, upload=None), DONE)
            case PrekeyStatus():
                return Outcome(peer, await prekey_desk.status(self._store, seat))
            case SetDeliveryToken(token_hash):
                until = now // DAY + TOKEN_OVERLAP_DAYS
                await self._store.set_token(seat.account, token_hash, until)
                return Outcome(peer, DONE)
            case Subscribe():
                return Outcome(peer, DONE, (PushFrom(seat.mailbox),))
            case Acknowledge(ids):
                await self.acknowledge([(seat.mailbox, each) for each in ids], now)
                return Outcome(peer, DONE)
            case Incarnation(expected, successor):
                return Outcome(peer, await self._swap(seat, expected, successor))
            case CloseAccount():
                closed, receipt = await registry.close_account(
                    self._store, self._directory, seat.account, request, now
                )
                self._notices.forget(seat.account)
                return Outcome(peer, _done(receipt), _revoked(closed))
            case FetchNotices():
                told = self._notices.answer(seat.account, self._watch.steady(now))
                return Outcome(peer, told)
        return Outcome(peer, NOT_ALLOWED)

    async def _take_manifest(
        self, peer: SignedIn, asked: Register | PublishManifest, now: int, source: str
    ) -> Outcome:
        """It makes a device one of ours, so signatures are checked before it is."""
        unproven = self._rates.unproven(source, now)
        if seconds := unproven.take(now, SIGNATURES_OF_A_MANIFEST):
            return Outcome(peer, refused(Refusal.BUSY, seconds))
        gone: Sequence[Seat] = ()
        if isinstance(asked, PublishManifest):
            gone, receipt = await registry.publish_manifest(
                self._store, self._directory, peer, asked, now
            )
        else:
            registered = await self._names.register(peer, asked, now, source)
            if isinstance(registered, int):
                return Outcome(peer, refused(Refusal.BUSY, registered))
            receipt = registered
        unproven.give_back(SIGNATURES_OF_A_MANIFEST + SIGNATURES_OF_A_LOGIN)
        return Outcome(peer, _done(receipt), (TakeOver(peer.device), *_revoked(gone)))

    async def _seat(self, peer: SignedIn) -> Seat | None:
        """The place that a manifest gives this very device with this very key."""
        seat = await self._store.seat(peer.device)
        return seat if seat is not None and _is_of(peer, seat) else None

    async def _swap(self, seat: Seat, expected: int, successor: int) -> Answered:
        held = await self._store.swap_incarnation(seat.device, expected, successor)
        return DONE if held is None else IncarnationHeld(held)

    # --- anonymous ---------------------------------------------------------------------------

    async def _for_anybody(self, request: Request, now: int, source: str) -> Answered:
        match request:
            case Hello():
                return self._info
            case Lookup():
                return await self._names.look_up(request, now, source)
            case FetchBundle(device):
                served = await prekey_desk.fetch(self._store, self._rations, device, source, now)
                return served or NOT_ALLOWED
            case Leave():
                return self._meeting.leave(request, now, source)
            case Collect(place):
                return self._meeting.collect(place, now, source)
            case BlobPut() | BlobStatus() | BlobGet() | BlobDrop():
                return await self._files.answer(request, now, source)
            case (
                LogHead() | LogAnchors() | LogAtAnchor() | LogRecords() | Dispute() | AuditDeltas()
            ):
                return await self._names.ask_log(request, now, source)
        return NOT_ALLOWED

    def left_elsewhere(self, left: Leave, now: int) -> None:
        self._meeting.left_elsewhere(left.place, left.sealed, now)

    async def page(self, path: str, query: str, now: int, source: str) -> Page | None:
        """What a plain GET is answered; None where there is nothing, or not for this address now.

        Raises:
            UnavailableError: later.
        """
        if self._rates.log_answer(source, now):
            return None
        if path == CANARY_PATH:
            return None if query else self._notices.page()
        if path.startswith("/demands/"):
            return None if self._demands is None else await self._demands(path, query)
        if self._directory is None:
            return None
        return await self._directory.page(path, query, now)


def _done(receipt: bytes) -> Answered:
    return Logged(receipt) if receipt else DONE


def fresh_nonce(random: Random) -> bytes:
    """Of one connection alone: what was signed on another one is worth nothing here."""
    return random(32)


def check_login(peer: Greeted, asked: SignIn) -> None:
    """Raises MalformedError, ForgedError: not a signature over this connection's own challenge."""
    challenge = peer.challenge
    signed = login_object(
        challenge.relay, challenge.nonce, peer.binding, asked.account, asked.device
    )
    VerifyingKey.decode(asked.key).verify(Purpose.RELAY_LOGIN, signed, asked.signature)


def is_in_time(peer: Greeted, now: int) -> bool:
    return abs(now - peer.since) <= CHALLENGE_LIFE


def _is_of(peer: SignedIn, seat: Seat) -> bool:
    return (seat.account, seat.key_hash) == (peer.account, peer.key_hash)


def _revoked(seats: Sequence[Seat]) -> tuple[CloseDevices, ...]:
    if not seats:
        return ()
    return (CloseDevices(tuple(seat.device for seat in seats), CloseReason.REVOKED),)
