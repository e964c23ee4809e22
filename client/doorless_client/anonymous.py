"""Requests with no account behind them, to any relay.

Each burst of requests gets a connection of its own, closed after some idle seconds. It is never
the signed-in one, or the relay could tie what is asked to who asks; and requests that are to be
kept `apart` never share one, or it could tie two recipients together.
"""

import asyncio
from typing import Any, Final, Self

from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_protocol.frames import AnonymousRequest, Answered

IDLE: Final = 3.0
"""Seconds without a request after which a burst is over."""

MAX_CONNECTIONS: Final = 8
"""Open at once: a quarter of the half-open handshakes that a relay allows an address."""


class Anonymous:
    """A pool of short-lived connections; entered while it may be used."""

    def __init__(self) -> None:
        self._bursts: dict[tuple[Endpoint, bytes], _Burst] = {}
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        bursts = list(self._bursts.values())
        for burst in bursts:
            burst.end()
        await asyncio.gather(*(burst.task for burst in bursts), return_exceptions=True)

    async def ask(
        self, relay: Endpoint, request: AnonymousRequest, *, apart: bytes = b""
    ) -> Answered:
        """Ask on a connection that no request of another `apart` uses.

        Raises:
            UnreachableError: not connected, or cut before the answer.
        """
        return await self._burst(relay, apart).ask(request)

    def _burst(self, relay: Endpoint, apart: bytes) -> "_Burst":
        key = (relay, apart)
        burst = self._bursts.get(key)
        if burst is None or burst.over:
            if self._room.locked():
                self._make_room()
            burst = self._bursts[key] = _Burst(relay, self._room)
            burst.task.add_done_callback(lambda _: self._forget(key, burst))
        return burst

    def _make_room(self) -> None:
        for burst in self._bursts.values():
            if burst.idle:
                burst.end()

    def _forget(self, key: tuple[Endpoint, bytes], burst: "_Burst") -> None:
        if self._bursts.get(key) is burst:
            del self._bursts[key]


class _Burst:
    """One connection, which its own task opens, and closes when nobody used it for a while."""

    def __init__(self, relay: Endpoint, room: asyncio.Semaphore) -> None:
        self._relay, self._room = relay, room
        self._opened: asyncio.Future[Wire | str] = asyncio.get_running_loop().create_future()
        self._waiting = 0
        self._ending = False
        self.task = asyncio.create_task(self._live())

    @property
    def over(self) -> bool:
        """Whether a new request needs a new connection."""
        if self._ending or self.task.done():
            return True
        wire = self._opened.result() if self._opened.done() else None
        return isinstance(wire, str) or (wire is not None and wire.ended.done())

    @property
    def idle(self) -> bool:
        return self._waiting == 0

    def end(self) -> None:
        self._ending = True
        self.task.cancel()

    async def ask(self, request: AnonymousRequest) -> Answered:
        self._waiting += 1
        try:
            either: tuple[asyncio.Future[Any], ...] = (self._opened, self.task)
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            wire = self._opened.result() if self._opened.done() else "closed"
            if isinstance(wire, str):
                raise UnreachableError(wire)
            return await wire.ask(request)
        finally:
            self._waiting -= 1

    async def _live(self) -> None:
        async with self._room:
            try:
                wire = await Wire.open(self._relay)
            except UnreachableError as error:
                self._opened.set_result(str(error))
                return
            try:
                self._opened.set_result(wire)
                await self._until_idle(wire)
            finally:
                self._ending = True
                await wire.close()

    async def _until_idle(self, wire: Wire) -> None:
        quiet_rounds = 0
        while not wire.ended.done() and quiet_rounds < 2:
            await asyncio.wait({wire.ended}, timeout=IDLE / 2)
            quiet_rounds = quiet_rounds + 1 if self.idle else 0
