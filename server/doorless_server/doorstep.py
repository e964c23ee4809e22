"""TLS at the door: few handshakes of one address at a time, each for a few seconds.

The loop's own servers count a connection once its handshake is through; whoever never ends one
would cost memory, and be counted by nobody. Here a socket is counted as it is accepted.

    accept ──► Seat ──► handshake ──► the protocol, which gives the seat back
      └── none left: closed, before a byte of TLS is read

Spec: docs/spec/07-relay.md §1.4, §7.
"""

import asyncio
import socket
from collections.abc import Callable

from doorless_server.half_open import HalfOpen, Seat, source_of
from doorless_server.tls import Certificates

AT_ONCE = 8
"""Connections accepted in one turn of the loop. Each signs once, for about a millisecond: were a
thousand taken that come at once, everybody else would wait for a thousand signatures."""

OUT_OF_FILES = 1.0
"""Seconds until another try, when the process may open no more."""

GOODBYE = 1.0
"""Seconds for the peer's last word of TLS; nothing depends on it."""


class Doorstep:
    """Takes connections on a listening socket until `close`.

    Args:
        make: a protocol for a connection that holds this seat.
        turned_away: told of each connection that found no seat.
        patience: seconds that a handshake may take.
    """

    def __init__(
        self,
        bound: socket.socket,
        certificates: Certificates,
        half_open: HalfOpen,
        make: Callable[[Seat], asyncio.Protocol],
        *,
        turned_away: Callable[[], None] = lambda: None,
        patience: float,
    ) -> None:
        self._bound, self._certificates, self._half_open = bound, certificates, half_open
        self._make, self._turned_away, self._patience = make, turned_away, patience
        self._loop = asyncio.get_running_loop()
        self._shaking: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        bound.setblocking(False)
        self._loop.add_reader(bound, self._accept)

    async def close(self) -> None:
        """Take nothing new, and drop what is no connection yet."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._bound)
        self._bound.close()
        for task in self._shaking:
            task.cancel()
        await asyncio.gather(*self._shaking, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                accepted, (host, *_) = self._bound.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(self._bound)
                self._pause = self._loop.call_later(OUT_OF_FILES, self._go_on)
                return
            seat = self._half_open.take(source_of(host), self._loop.time())
            if seat is None:
                accepted.close()
                self._turned_away()
                continue
            accepted.setblocking(False)
            task = self._loop.create_task(self._shake_hands(accepted, seat))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    def _go_on(self) -> None:
        self._loop.add_reader(self._bound, self._accept)

    async def _shake_hands(self, accepted: socket.socket, seat: Seat) -> None:
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._make(seat),
                accepted,
                ssl=self._certificates.context,
                ssl_handshake_timeout=self._patience,
                ssl_shutdown_timeout=GOODBYE,
            )
        except OSError:  # not in time, not TLS 1.3, or gone: nobody to tell
            seat.give_back()
        except BaseException:
            seat.give_back()
            raise
