"""One WebSocket, seen from the relay: bytes in, whole binary messages out, and its ends.

The protocol itself is the Sans-I/O layer of `websockets`; here it meets an asyncio transport,
bounds, and the pieces of cut messages. Plain messages do not take that way (framing.py), and a
connection at rest has nothing of the library: request, response and parser are most of its memory.

             _Door ── 101 ──► none ◄── behind it, and behind the last piece ──┐
    (the handshake)             └── a frame that is not plain, an end ──► Library

Spec: docs/spec/07-relay.md §1.
"""

import asyncio
import logging
from functools import lru_cache
from ssl import SSLObject
from typing import Final, Protocol, cast

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN, SERVER
from websockets.protocol import Protocol as Library
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from doorless_protocol.frames import SUBPROTOCOL
from doorless_server.framing import Framing
from doorless_server.half_open import Seat, source_of
from doorless_server.limits import MAX_FRAGMENTS, MAX_MESSAGE_BYTES, WRITE_BUFFER_BYTES

_SILENT: Final = logging.getLogger("doorless_server.websocket")
_SILENT.disabled = True  # it would write what connections do; the relay's own log counts instead


LINGER: Final = 2.0
"""Seconds for which what a peer still says is read, and forgotten, after the goodbye."""

PING: Final = b"\x89\x00"
"""An empty ping, unmasked (RFC 6455 §5.5.2)."""


def _hang_up(transport: asyncio.Transport) -> None:
    """Close, so that what was written before is read: a socket that is closed over bytes that
    nobody read is reset, and the peer's system forgets the goodbye.
    """
    if not transport.can_write_eof() or transport.is_closing():
        transport.close()
        return
    transport.write_eof()
    transport.resume_reading()
    asyncio.get_running_loop().call_later(LINGER, transport.abort)


class Events(Protocol):
    """Who is told what happens on a WebSocket."""

    def connected(self, websocket: "WebSocket") -> None:
        """Bytes can come."""

    def opened(self, websocket: "WebSocket") -> None:
        """The handshake is done."""

    def message(self, websocket: "WebSocket", data: bytes) -> None:
        """A whole binary message came."""

    def asked(self, websocket: "WebSocket", target: str) -> None:
        """It is no WebSocket but a plain GET, to be answered by `respond`."""

    def gone(self, websocket: "WebSocket") -> None:
        """Nothing can be sent or will come any more. Told once."""


class _Door(ServerProtocol):
    """The library's side of a handshake, whose answers do not tell the relay's clock (§1.1)."""

    def send_response(self, response: Response) -> None:
        response.headers.pop("Date", None)
        super().send_response(response)


class WebSocket(asyncio.Protocol):
    """Tells what comes; says and ends what it is told.

    Attributes:
        source: who is there, kept in memory alone (half_open.source_of).
        seat: what it holds while it is half open.
        heard: whether anything came since the listener last looked.
        writable: whether the peer reads what is written to it.
    """

    __slots__ = (
        "_asked",
        "_ended",
        "_events",
        "_fragments",
        "_framing",
        "_out",
        "_parts",
        "_protocol",
        "_transport",
        "_written",
        "heard",
        "seat",
        "source",
        "writable",
    )

    def __init__(self, events: Events, seat: Seat | None = None) -> None:
        self._events, self.seat = events, seat
        self._protocol: Library | None = _Door(  # None at rest: `_library` makes one
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=MAX_MESSAGE_BYTES,
            logger=_SILENT,
        )
        self._framing = Framing()
        self._transport: asyncio.Transport | None = None
        self._out: list[bytes] = []
        self._parts = bytearray()
        self._fragments = 0
        self._asked = False  # a plain GET: what stands behind it is heard by nobody
        self._ended = False
        self._written = 0
        self.heard = True
        self.writable = True
        self.source = ""

    @property
    def tls(self) -> SSLObject | None:
        """What it is encrypted by."""
        found = self._transport.get_extra_info("ssl_object") if self._transport else None
        return found if isinstance(found, SSLObject) else None

    @property
    def buffered(self) -> int:
        """Bytes that were written and that the system did not take yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def taken(self) -> int:
        """Bytes that the system took, since the connection began: as far as the peer reads."""
        return self._written - self.buffered

    @property
    def ended(self) -> bool:
        """Nothing more is taken, or sent."""
        return self._ended

    # --- what the listener says --------------------------------------------------------------

    def queue(self, message: bytes) -> None:
        """Have a binary message leave with the next `flush`."""
        if not self._ended:
            self._out += (_header(len(message)), message)

    def flush(self) -> None:
        if self._out and self._transport is not None:
            out, self._out = self._out, []
            self._write(b"".join(out))

    def ping(self) -> None:
        if not self._ended:
            self.flush()
            self._write(PING)

    def respond(self, response: Response) -> None:
        """Answer a plain GET; the connection ends with it."""
        if not self._ended:
            self._door().send_response(response)
            self._write_protocol()
            self._close()

    def end(self, code: CloseCode) -> None:
        """Say goodbye; the transport closes once that was read, or `abort` is called."""
        if self._ended or self._transport is None:
            return
        self.flush()
        self._ended = True
        self._library().fail(code)
        self._write_protocol()
        if self._transport is not None:
            _hang_up(self._transport)

    def leave_seat(self) -> None:
        """It is half open no longer."""
        if self.seat is not None:
            self.seat.give_back()
            self.seat = None

    def abort(self) -> None:
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    # --- what the transport says -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        peer = transport.get_extra_info("peername")
        self.source = source_of(str(peer[0])) if peer else ""
        self._events.connected(self)

    def data_received(self, data: bytes) -> None:
        if self._ended or self._asked:
            return
        self.heard = True
        for is_message, part in self._framing.cut(data):
            if not is_message:
                self._hand_over(part)
            elif self._protocol is None or self._is_open:  # else it was refused, and goes on
                self._events.message(self, part)
            if self._ended or self._asked:
                return
        if self._protocol is not None and self._is_open and self._framing.at_rest:
            self._protocol = None

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        """The peer does not read: nothing more is read from it either, so nothing grows."""
        self.writable = False
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self.writable = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._ended = True
        self._transport = None
        self._out.clear()
        self._parts.clear()
        self._events.gone(self)

    # --- frames ------------------------------------------------------------------------------

    @property
    def _is_open(self) -> bool:
        return self._protocol is None or self._protocol.state is OPEN

    def _library(self) -> Library:
        """Who reads and says what is no plain message."""
        if self._protocol is None:
            self._protocol = Library(SERVER, max_size=MAX_MESSAGE_BYTES, logger=_SILENT)
        return self._protocol

    def _door(self) -> _Door:
        """The same, as long as the handshake is not done."""
        return cast(_Door, self._protocol)

    def _hand_over(self, data: bytes) -> None:
        """Have the library read it, and do what it says."""
        protocol = self._library()
        protocol.receive_data(data)
        for event in protocol.events_received():
            if self._ended:
                return
            if isinstance(event, Frame):
                self._take(event)
            elif isinstance(event, Request):
                self._answer(event)
        if protocol.writes:
            self._write_protocol()
        if protocol.close_expected() and not self._ended:
            self._close()

    def _answer(self, request: Request) -> None:
        if "Upgrade" not in request.headers:
            self._asked = True
            self._events.asked(self, request.path)
            return
        response = self._door().accept(request)
        self._door().send_response(response)
        self._write_protocol()
        if response.status_code == 101:
            self._events.opened(self)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self.end(CloseCode.UNSUPPORTED_DATA)
        elif frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._take_part(frame)

    def _take_part(self, frame: Frame) -> None:
        self._fragments += 1
        if self._fragments > MAX_FRAGMENTS:
            self.end(CloseCode.MESSAGE_TOO_BIG)
            return
        self._parts += frame.data
        if frame.fin:
            message = bytes(self._parts)
            self._parts.clear()
            self._fragments = 0
            self._events.message(self, message)

    def _close(self) -> None:
        self._ended = True
        if self._transport is not None:
            self._transport.close()

    def _write_protocol(self) -> None:
        """Send what the protocol itself has to say, behind what was queued before."""
        self.flush()
        self._write(b"".join(self._library().data_to_send()))

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None:
            self._written += len(data)
            self._transport.write(data)


@lru_cache(maxsize=1024)
def _header(size: int) -> bytes:
    """Of an unmasked, final binary frame (RFC 6455 §5.2)."""
    if size < 126:
        return bytes((0x82, size))
    if size < 1 << 16:
        return b"\x82\x7e" + size.to_bytes(2, "big")
    return b"\x82\x7f" + size.to_bytes(8, "big")
