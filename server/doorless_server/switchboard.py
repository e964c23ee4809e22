"""Brings calls from connections to the core, and what follows from them back.

    Submit, Acknowledge ── gathered for one turn of the loop ──┐
    everything else ────── one after the other, each connection┴─► Relay ──► answers, pushes

Nearly all traffic takes the first way: one task and one commit for all that came in a turn.
Spec: docs/spec/07-relay.md §6.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from functools import partial
from typing import Any

from doorless_protocol.blob_frames import BlobGet, BlobPut
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    Acknowledge,
    Answered,
    Call,
    CloseReason,
    Leave,
    Refusal,
    Submit,
    decode_call,
)
from doorless_protocol.sizes import SIZE_CLASSES
from doorless_server import events
from doorless_server.connection import Connection
from doorless_server.counts import Counts
from doorless_server.delivery import Window
from doorless_server.effects import Arrived, CloseDevices, Effect, PushFrom, TakeOver, refused
from doorless_server.limits import MAX_OPEN_PIECES, MAX_OPEN_REQUESTS, PENDING_BYTES
from doorless_server.others import Others, Together
from doorless_server.peers import Anonymous, Peer, after_asking
from doorless_server.relay import DONE, OVERLOADED, Relay
from doorless_server.store.base import Position, UnavailableError

ACKNOWLEDGE_COST = 0.05
"""Of a request: a device that is online acknowledges every single envelope, some a second."""


LEAST_SHARE = 64
"""Submits that are not divided further: a commit costs as much as ten of them."""


_Submitted = tuple[Connection, int, Submit]  # whose, and by which id it is answered
_Acknowledged = tuple[Connection, int, list[tuple[bytes, bytes]]]


class Switchboard:
    """Knows which connection is which device's, and whose mailbox is pushed to which.

    Args:
        settled: told when a connection said for the first time who it is, or that it is nobody.

    Attributes:
        counts: what happened on all connections together.
    """

    def __init__(
        self, relay: Relay, clock: Callable[[], int], settled: Callable[[Connection], None]
    ) -> None:
        self._relay, self._clock, self._settled = relay, clock, settled
        self._loop = asyncio.get_running_loop()
        self.counts = Counts()
        self._devices: dict[bytes, Connection] = {}
        self._mailboxes: dict[bytes, Connection] = {}
        self._submitted: list[_Submitted] = []
        self._acknowledged: list[_Acknowledged] = []
        self._turn_is_due = False
        self._submitting = False
        self._unflushed: set[Connection] = set()
        self._pending_bytes = 0
        self._tasks: set[asyncio.Future[None]] = set()
        self._together: Together | None = None

    @property
    def devices(self) -> int:
        """How many are here."""
        return len(self._devices)

    @property
    def pending_bytes(self) -> int:
        """Of envelopes on their way to the disk."""
        return self._pending_bytes

    def join(self, others: Others) -> None:
        """Be one node among others, from the first connection on."""
        self._together = Together(self, others, self._clock)

    def receive(self, connection: Connection, data: bytes) -> None:
        """Take one message of a connection."""
        try:
            call = decode_call(data)
        except MalformedError:
            connection.end(CloseReason.MALFORMED)
            return
        request = call.request
        if isinstance(request, Submit):
            self._take_submit(connection, call.id, request)
        elif isinstance(request, Acknowledge) and connection.window is not None:
            self._take_acknowledge(connection, connection.window, call.id, request)
        else:
            self._take_request(connection, call)

    def forget(self, connection: Connection) -> None:
        """The connection is gone."""
        connection.pending.clear()
        if connection.device is not None and self._devices.get(connection.device) is connection:
            del self._devices[connection.device]
            if self._together is not None:
                self._together.gone(connection.device)
        window = connection.window
        if window is not None and self._mailboxes.get(window.mailbox) is connection:
            del self._mailboxes[window.mailbox]

    async def settle(self, within: float) -> None:
        """Wait until everything that was asked is answered, at most `within` seconds."""
        until = self._loop.time() + within
        while self._tasks and (left := until - self._loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)

    async def stop(self) -> None:
        """Let go of whatever is left."""
        if self._together is not None:
            await self._together.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- gathered ----------------------------------------------------------------------------

    def _take_submit(self, connection: Connection, call: int, submit: Submit) -> None:
        if not isinstance(connection.peer, Anonymous):
            peer = None if connection.peer is None else after_asking(connection.peer, submit)
            if peer is None:
                self._answer(connection, call, refused(Refusal.NOT_ALLOWED))
                return
            self._become(connection, peer)
        size = len(submit.envelope)
        if seconds := connection.submit_wait(self._loop.time(), size / SIZE_CLASSES[0]):
            self._put_off(connection, call, refused(Refusal.BUSY, seconds))
        elif self._pending_bytes + size > PENDING_BYTES:
            self._put_off(connection, call, OVERLOADED)
        else:
            self._pending_bytes += size
            self._submitted.append((connection, call, submit))
            self._plan_turn()

    def _put_off(self, connection: Connection, call: int, busy: Answered) -> None:
        self.counts.count_submitted([busy], 0)
        self._answer(connection, call, busy)

    def _take_acknowledge(
        self, connection: Connection, window: Window, call: int, asked: Acknowledge
    ) -> None:
        if seconds := connection.request_wait(self._loop.time(), ACKNOWLEDGE_COST):
            self._answer(connection, call, refused(Refusal.BUSY, seconds))
            return
        window.acknowledged(asked.ids)
        delivered = [(window.mailbox, envelope_id) for envelope_id in asked.ids]
        self._acknowledged.append((connection, call, delivered))
        self._plan_turn()
        self._read_on(connection)

    def _plan_turn(self) -> None:
        if not self._turn_is_due:
            self._turn_is_due = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Hand over all that came in this turn of the loop."""
        self._turn_is_due = False
        if self._submitted and not self._submitting:
            count = share(len(self._submitted))
            submitted, self._submitted = self._submitted[:count], self._submitted[count:]
            self._submitting = True
            self._spawn(self._submit(submitted))
        if self._acknowledged:
            acknowledged, self._acknowledged = self._acknowledged, []
            self._acknowledge(acknowledged)

    async def _submit(self, batch: list[_Submitted]) -> None:
        try:
            asked = [submit for _, _, submit in batch]
            answers, news = await self._relay.submit(asked, self._clock())
        except UnavailableError:
            answers, news = [OVERLOADED] * len(batch), []
        finally:
            self._pending_bytes -= sum([len(submit.envelope) for _, _, submit in batch])
            self._submitting = False
            if self._submitted:
                self._plan_turn()
        self.counts.count_submitted(answers, len(news))
        for (connection, call, _), answered in zip(batch, answers, strict=True):
            connection.answer(call, answered)
        self._flush_soon(connection for connection, _, _ in batch)
        for arrived in news:
            self._push(arrived)

    def _acknowledge(self, batch: list[_Acknowledged]) -> None:
        """Nothing follows but answers: a callback does, and many of them wait for one deletion."""
        delivered = [pair for _, _, pairs in batch for pair in pairs]
        self.counts.acknowledged += len(delivered)
        deleted = asyncio.ensure_future(self._relay.acknowledge(delivered, self._clock()))
        self._tasks.add(deleted)
        deleted.add_done_callback(partial(self._deleted, batch))

    def _deleted(self, batch: list[_Acknowledged], deleted: "asyncio.Future[None]") -> None:
        self._tasks.discard(deleted)
        if deleted.cancelled():
            return
        error = deleted.exception()
        if error is None or isinstance(error, UnavailableError):
            answered: Answered = DONE if error is None else OVERLOADED
            for connection, call, _ in batch:
                connection.answer(call, answered)
            self._flush_soon(connection for connection, _, _ in batch)
        else:
            events.failed(error)

    # --- one after the other -----------------------------------------------------------------

    def _take_request(self, connection: Connection, call: Call) -> None:
        now, is_piece = self._loop.time(), isinstance(call.request, BlobPut | BlobGet)
        seconds = connection.piece_wait(now) if is_piece else connection.request_wait(now)
        at_most = MAX_OPEN_PIECES if is_piece else MAX_OPEN_REQUESTS
        if seconds or len(connection.pending) >= at_most:
            self._answer(connection, call.id, refused(Refusal.BUSY, max(seconds, 1)))
            return
        connection.pending.append(call)
        if not connection.working:
            connection.working = True
            self._spawn(self._work(connection))

    async def _work(self, connection: Connection) -> None:
        try:
            while connection.pending and connection.peer is not None:
                call = connection.pending.pop(0)
                outcome = await self._relay.handle(
                    connection.peer, call.request, self._clock(), connection.socket.source
                )
                self.counts.count_asked(call.request, outcome.answered)
                if self._together is not None and outcome.answered == DONE:
                    self._together.was_done(call.request)
                self._become(connection, outcome.peer)
                self._answer(connection, call.id, outcome.answered)
                for effect in outcome.effects:
                    self._carry_out(connection, effect)
        finally:
            connection.working = False

    def _carry_out(self, connection: Connection, effect: Effect) -> None:
        match effect:
            case TakeOver(device):
                self._take_over(connection, device)
            case PushFrom(mailbox):
                self._push_from(connection, mailbox)
            case CloseDevices(devices, reason):
                for device in devices:
                    self.end(device, reason)
                if self._together is not None:
                    self._together.closed(devices, reason)
            case Arrived():
                self._push(effect)

    def _take_over(self, connection: Connection, device: bytes) -> None:
        older = self._devices.get(device)
        if older is not None and older is not connection:
            older.end(CloseReason.REPLACED)
            self.forget(older)
        if not connection.socket.ended:
            self._devices[device] = connection
            connection.device = device
            if self._together is not None:
                self._together.took_over(device)

    # --- for other nodes ---------------------------------------------------------------------

    def pushed(self) -> Collection[bytes]:
        return self._mailboxes.keys()

    def wake(self, mailbox: bytes, position: Position | None) -> None:
        connection = self._mailboxes.get(mailbox)
        if connection is not None and connection.window is not None:
            connection.window.wake(position)
            self._read_on(connection)

    def leave(self, left: Leave) -> None:
        self._relay.left_elsewhere(left, self._clock())

    def end(self, device: bytes, reason: CloseReason) -> None:
        """Close the connection of this device, if it is here."""
        connection = self._devices.get(device)
        if connection is not None:
            connection.end(reason)
            if reason is CloseReason.REPLACED:
                self.forget(connection)

    # --- pushes ------------------------------------------------------------------------------

    def _push_from(self, connection: Connection, mailbox: bytes) -> None:
        """Subscribing again starts afresh: what was not acknowledged is pushed once more."""
        if connection.socket.ended:
            return
        connection.window = Window(mailbox)
        self._mailboxes[mailbox] = connection
        self._read_on(connection)

    def _push(self, arrived: Arrived) -> None:
        connection = self._mailboxes.get(arrived.mailbox)
        if connection is None or connection.window is None:
            return
        # Only the store knows what other nodes put before it.
        is_next = connection.socket.writable and self._together is None
        if connection.window.arrived(arrived.mail, writable=is_next):
            self.counts.delivered += 1
            connection.deliver(arrived.mail)
            self._flush_soon((connection,))
        else:
            self._read_on(connection)

    def _read_on(self, connection: Connection) -> None:
        window = connection.window
        if window is not None and window.wants_reading() and not connection.reading:
            connection.reading = True
            self._spawn(self._read(connection))

    async def _read(self, connection: Connection) -> None:
        """Push from the store until there is no room, or nothing more."""
        try:
            while (window := connection.window) is not None and window.wants_reading():
                if connection.socket.ended or not connection.socket.writable:
                    return
                newest = window.newest
                mails = await self._relay.waiting(window.mailbox, window.after, *window.room())
                if window is connection.window:
                    self.counts.delivered += len(mails)
                    window.read(mails, newest)
                    for mail in mails:
                        connection.deliver(mail)
                    self._flush_soon((connection,))
        except UnavailableError:
            connection.end(CloseReason.GOING_AWAY)  # it comes back, and reads then
        finally:
            connection.reading = False

    # --- shared ------------------------------------------------------------------------------

    def _become(self, connection: Connection, peer: Peer) -> None:
        was_half_open, connection.peer = connection.half_open, peer
        if was_half_open and not connection.half_open:
            self._settled(connection)

    def _answer(self, connection: Connection, call: int, answered: Answered) -> None:
        connection.answer(call, answered)
        self._flush_soon((connection,))

    def _flush_soon(self, connections: Iterable[Connection]) -> None:
        """Once a turn: what is answered and what is pushed leaves in one piece."""
        if not self._unflushed:
            self._loop.call_soon(self._flush)
        self._unflushed.update(connections)

    def _flush(self) -> None:
        unflushed, self._unflushed = self._unflushed, set()
        for connection in unflushed:
            connection.socket.flush()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            events.failed(error)


def share(waiting: int) -> int:
    """How many of the submits that wait go to the store with the next commit.

    Where senders wait for their confirmations, all of them would go, and be confirmed, and come
    again together: nobody would have anything to do while the disk works.
    """
    return max(LEAST_SHARE, waiting * 4 // 5)
