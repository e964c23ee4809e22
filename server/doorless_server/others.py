"""What a node of a relay tells the other nodes over the same store, and does when it hears of them.

    a device signs in here ──► told with a ticket ──► a node that has it on an older one ends that
    an account is closed   ──► told ──► every node ends what its devices have open
    something is left in a place where devices meet ──► every node has it
    an envelope is stored  ──► told by the store ──► who holds the device's connection reads it

All of it may get lost. So a ticket that is older than one's own is answered with that, and whatever
is pushed here is read again now and then. Spec: docs/spec/16-cluster.md §4.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any, Protocol

from doorless_protocol.frames import CloseReason, Leave, Request
from doorless_server.store.base import Position

READ_AGAIN = 60.0
"""Seconds after which each mailbox that is pushed here is read again: no news about it was lost for
longer."""

AT_ONCE, PAUSE = 32, 0.02
"""So many are read again at a time, and seconds until the next: 1,600/s, beside what is pushed."""

TICKS = 1 << 20
"""Tickets in a second, many more than devices that sign in."""


class Ear(Protocol):
    """Who is told what others did."""

    def woken(self, mailbox: bytes, position: Position) -> None:
        """Something was stored there."""

    def taken(self, device: bytes, ticket: int) -> None:
        """The device signed in elsewhere."""

    def ended(self, device: bytes, reason: CloseReason) -> None:
        """Its connections are to be closed."""

    def left(self, left: Leave) -> None:
        """Something was left in a place where devices meet."""

    def missed(self) -> None:
        """Something was perhaps not heard."""


class Others(Protocol):
    """The way to the other nodes. What is told may get lost, and nobody learns of it."""

    def read_by(self, ear: Ear) -> None: ...

    async def tell_taken(self, device: bytes, ticket: int) -> None: ...

    async def tell_ended(self, devices: Sequence[bytes], reason: CloseReason) -> None: ...

    async def tell_left(self, left: Leave) -> None: ...


class Board(Protocol):
    """The connections of this node: a Switchboard."""

    def pushed(self) -> Collection[bytes]:
        """The mailboxes from which something is pushed here."""
        ...

    def wake(self, mailbox: bytes, position: Position | None) -> None:
        """Read there: there is something at the position, or perhaps something unheard of."""

    def end(self, device: bytes, reason: CloseReason) -> None: ...

    def leave(self, left: Leave) -> None: ...


class Tickets:
    """Tells which of a device's connections is the newest, on whatever node each is.

    A ticket is larger than every one that was heard of before, and than those drawn in an earlier
    second by whoever was not heard: clocks decide only between nodes that do not hear each other.
    """

    def __init__(self) -> None:
        self._last = 0
        self._held: dict[bytes, int] = {}

    def draw(self, device: bytes, now: int) -> int:
        """The device is here from now on."""
        self._last = self._held[device] = max(self._last + 1, now * TICKS)
        return self._last

    def is_newer(self, device: bytes, ticket: int) -> bool:
        """Whether a ticket of another node is newer than what is held here; so it is if none is."""
        self._last = max(self._last, ticket)
        return ticket > self._held.get(device, 0)

    def held(self, device: bytes) -> int | None:
        return self._held.get(device)

    def forget(self, device: bytes) -> None:
        self._held.pop(device, None)


class Together:
    """One node among others. Made and used on the loop, ended by `close`."""

    def __init__(self, board: Board, others: Others, clock: Callable[[], int]) -> None:
        self._board, self._others, self._clock = board, others, clock
        self._tickets = Tickets()
        self._loop = asyncio.get_running_loop()
        self._telling: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Event()
        self._routine = self._loop.create_task(self._read_again())
        others.read_by(self)

    async def close(self) -> None:
        tasks = (self._routine, *self._telling)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what happens here -------------------------------------------------------------------

    def took_over(self, device: bytes) -> None:
        """It signed in here."""
        self._tell(self._others.tell_taken(device, self._tickets.draw(device, self._clock())))

    def gone(self, device: bytes) -> None:
        """It is no longer here."""
        self._tickets.forget(device)

    def was_done(self, request: Request) -> None:
        """Somebody was answered Done."""
        if isinstance(request, Leave):
            self._tell(self._others.tell_left(request))

    def closed(self, devices: Iterable[bytes], reason: CloseReason) -> None:
        self._tell(self._others.tell_ended(tuple(devices), reason))

    # --- what others tell --------------------------------------------------------------------

    def woken(self, mailbox: bytes, position: Position) -> None:
        self._board.wake(mailbox, position)

    def taken(self, device: bytes, ticket: int) -> None:
        held = self._tickets.held(device)
        if self._tickets.is_newer(device, ticket):
            self._board.end(device, CloseReason.REPLACED)
        elif held is not None and held != ticket:
            self._tell(self._others.tell_taken(device, held))

    def ended(self, device: bytes, reason: CloseReason) -> None:
        self._board.end(device, reason)

    def left(self, left: Leave) -> None:
        self._board.leave(left)

    def missed(self) -> None:
        self._looking.set()

    # --- inside ------------------------------------------------------------------------------

    async def _read_again(self) -> None:
        while True:
            try:
                async with asyncio.timeout(READ_AGAIN):
                    await self._looking.wait()
            except TimeoutError:
                pass  # it is time
            self._looking.clear()
            for at, mailbox in enumerate(tuple(self._board.pushed()), start=1):
                self._board.wake(mailbox, None)
                if at % AT_ONCE == 0:
                    await asyncio.sleep(PAUSE)

    def _tell(self, telling: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
