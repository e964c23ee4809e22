"""The relay on the network: who may connect, for how long, and how it all ends.

Spec: docs/spec/07-relay.md §1, §2, §7.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence

from doorless_protocol.frames import CloseReason, encode
from doorless_server import events
from doorless_server.connection import EARLY, Connection, Timing
from doorless_server.counts import PEER, Counts
from doorless_server.doorstep import Doorstep
from doorless_server.half_open import HalfOpen, Seat
from doorless_server.others import Others
from doorless_server.pages import PageDesk
from doorless_server.relay import Relay
from doorless_server.store.base import UnavailableError
from doorless_server.switchboard import Switchboard
from doorless_server.tls import Certificates, Context
from doorless_server.websocket import WebSocket

NO_BINDING = bytes(32)
"""The channel binding of plain ws, which is for loopback alone."""

SWEEP_SECONDS = 60.0
"""Between two searches for what is past its time: it is kept by the hour."""

BACKLOG = 1024
"""Connections that may wait in the kernel: after a restart all clients come at once."""


AT_ONCE = 16
"""Half-open connections looked at in one turn of the loop: to end one under TLS takes 0.3 ms."""


class Listener:
    """A relay at one address. Made by `serve`."""

    def __init__(self, relay: Relay, *, clock: Callable[[], int], timing: Timing) -> None:
        self._relay, self._clock, self._timing = relay, clock, timing
        self._loop = asyncio.get_running_loop()
        self._board = Switchboard(relay, clock, self._settled)
        self._pages = PageDesk(relay, clock)
        self._connections: dict[WebSocket, Connection] = {}
        self._newcomers: set[Connection] = set()
        self._half_open = HalfOpen()
        self._server: asyncio.Server | Doorstep | None = None
        self._scheme = "ws"
        self._routine: list[asyncio.Task[None]] = []
        self._empty = asyncio.Event()
        self._empty.set()
        self._address = ""

    @property
    def counts(self) -> Counts:
        return self._board.counts

    @property
    def pending_bytes(self) -> int:
        return self._board.pending_bytes

    def join(self, others: Others) -> None:
        """Be one of several nodes over one store. Called before the loop turns again."""
        self._board.join(others)

    def connected_as(self) -> dict[str, int]:
        """How many connections are open, by what they are."""
        devices = self._board.devices
        anybody = len(self._connections) - len(self._newcomers) - devices
        return {"device": devices, "anybody": anybody, "half_open": self._half_open.total}

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self._address}"

    async def start(self, bound: socket.socket, certificates: Certificates | None) -> None:
        self._address = address_of(bound)
        if certificates is None:
            self._server = await self._loop.create_server(
                lambda: WebSocket(self), sock=bound, backlog=BACKLOG
            )
        else:
            self._scheme = "wss"
            self._server = Doorstep(
                *(bound, certificates, self._half_open, self._entered),
                turned_away=self._turned_away,
                patience=EARLY * self._timing.open,
            )
        self._routine = [
            self._loop.create_task(self._watch_newcomers()),
            self._loop.create_task(self._watch_time()),
            self._loop.create_task(self._sweep()),
        ]

    async def close(self) -> None:
        """Take nothing new, finish what was begun, say goodbye: at most `Timing.drain` seconds."""
        if self._server is None:
            return
        server, self._server = self._server, None
        until = self._loop.time() + self._timing.drain
        if isinstance(server, Doorstep):
            await server.close()
        else:
            server.close()
        for task in self._routine:
            task.cancel()
        await asyncio.gather(*self._routine, return_exceptions=True)
        await self._board.settle(self._timing.drain)
        for connection in list(self._connections.values()):
            connection.end(CloseReason.GOING_AWAY)
        try:
            await asyncio.wait_for(self._empty.wait(), max(0.0, until - self._loop.time()))
        except TimeoutError:
            for websocket in list(self._connections):
                websocket.abort()
            await self._empty.wait()
        await self._board.stop()
        await self._pages.stop()

    # --- what sockets tell -------------------------------------------------------------------

    def connected(self, websocket: WebSocket) -> None:
        if websocket.seat is None:
            websocket.seat = self._half_open.take(websocket.source, self._loop.time())
        if websocket.seat is None or self._server is None:
            self._turned_away()
            websocket.abort()
            return
        connection = Connection(websocket, self._timing, websocket.seat.since)
        self._connections[websocket] = connection
        self._newcomers.add(connection)
        self._empty.clear()
        self.counts.opened += 1

    def opened(self, websocket: WebSocket) -> None:
        connection = self._connections[websocket]
        greeted = self._relay.greet(self._clock(), binding_of(websocket))
        connection.peer, connection.opened = greeted, self._loop.time()
        websocket.queue(encode(greeted.challenge))
        websocket.flush()

    def message(self, websocket: WebSocket, data: bytes) -> None:
        if self._server is None:
            return  # draining: what is not begun now is asked again elsewhere, or later
        self._board.receive(self._connections[websocket], data)

    def asked(self, websocket: WebSocket, target: str) -> None:
        self._pages.give(websocket, target)

    def gone(self, websocket: WebSocket) -> None:
        connection = self._connections.pop(websocket, None)
        websocket.leave_seat()
        if connection is None:
            return  # it was turned away
        self._newcomers.discard(connection)
        self._board.forget(connection)
        reason = connection.ended_for
        self.counts.ended[PEER if reason is None else reason.name.lower()] += 1
        if not self._connections:
            self._empty.set()

    def _entered(self, seat: Seat) -> WebSocket:
        return WebSocket(self, seat)

    def _turned_away(self) -> None:
        self.counts.turned_away += 1

    # --- what time brings --------------------------------------------------------------------

    async def _watch_newcomers(self) -> None:
        while True:
            await asyncio.sleep(self._timing.watch)
            for some in batched(list(self._newcomers), AT_ONCE):
                now = self._loop.time()
                for connection in some:
                    connection.check_half_open(now)
                await asyncio.sleep(0)  # a thousand that end together hold up nobody

    async def _watch_time(self) -> None:
        while True:
            await asyncio.sleep(self._timing.tick)
            now = self._loop.time()
            for connection in list(self._connections.values()):
                if connection not in self._newcomers:
                    connection.check(now)

    async def _sweep(self) -> None:
        """Forget piece by piece, so that between two pieces mail is stored."""
        while True:
            try:
                gone = await self._relay.sweep(self._clock())
            except UnavailableError:
                gone = 0
            if gone:
                self.counts.swept += gone
                events.say(events.SWEPT, rows=gone)
            await asyncio.sleep(0 if gone else SWEEP_SECONDS)

    def _settled(self, connection: Connection) -> None:
        self._newcomers.discard(connection)
        connection.socket.leave_seat()


def binding_of(websocket: WebSocket) -> bytes:
    """Of the certificate that this very connection was shown, whatever is shown by now."""
    context = websocket.tls.context if websocket.tls is not None else None
    return context.binding if isinstance(context, Context) else NO_BINDING


def bind(host: str, port: int) -> socket.socket:
    """A socket to serve on; port 0 picks one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def address_of(bound: socket.socket) -> str:
    """host:port, an IPv6 host in brackets."""
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def serve(
    relay: Relay,
    host: str,
    port: int,
    *,
    clock: Callable[[], int],
    timing: Timing | None = None,
) -> Listener:
    """Serve plain ws until `close`: for loopback. `Listener.url` tells where."""
    return await serve_on(relay, bind(host, port), clock=clock, timing=timing)


async def serve_on(
    relay: Relay,
    bound: socket.socket,
    *,
    clock: Callable[[], int],
    certificates: Certificates | None = None,
    timing: Timing | None = None,
) -> Listener:
    """Serve on a socket of `bind`: under TLS, or without certificates in the clear.

    Args:
        clock: Unix seconds.
    """
    listener = Listener(relay, clock=clock, timing=timing or Timing())
    await listener.start(bound, certificates)
    return listener


def batched(connections: Sequence[Connection], size: int) -> Iterator[Sequence[Connection]]:
    for at in range(0, len(connections), size):
        yield connections[at : at + size]
