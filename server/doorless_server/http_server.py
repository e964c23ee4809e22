"""A small HTTP/1.1 server: whole requests in, whole answers out, and a bound on everything.

It serves what has no account behind it: a log's pages to monitors, checkpoints to a witness.
The head is parsed by `websockets`; a body has a Content-Length or is not taken, so that nobody
can disagree with us about where a request ends. Spec: docs/spec/12-witness.md §2.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.exceptions import SecurityError
from websockets.http11 import parse_headers
from websockets.streams import StreamReader

from doorless_server import events
from doorless_server.doorstep import Doorstep
from doorless_server.half_open import HalfOpen, Seat
from doorless_server.tls import Certificates

TEXT = "text/plain; charset=utf-8"

MAX_HEAD_BYTES = 16 * 1024
"""Of a request's line and fields: four times what browsers and proxies send."""

LINGER_SECONDS, LINGER_BYTES = 1.0, 1 << 20
"""How much longer we read of what was refused: closed before, its sender might not see why."""

_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (/[!-~]{0,4095}) HTTP/1\.([01])")
_LENGTH = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one server takes. Seconds, bytes, connections.

    Attributes:
        body: largest request body.
        request: from a request's first byte to its last, and for the answer to be read.
        idle: between two requests of a connection.
        connections: at the same time; one more is turned away.
    """

    body: int
    request: float = 10.0
    idle: float = 30.0
    connections: int = 256


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = TEXT


Handler = Callable[[Request], Awaitable[Response]]


class RefusedError(Exception):
    """It is no request that is taken here; the connection ends after the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Head:
    method: str
    target: str
    length: int
    stays: bool  # the connection, for another request
    waits: bool  # for our word, before it sends the body


class HttpServer:
    """Answers at one address, until `close`. Made by `serve`."""

    def __init__(self, handler: Handler, bounds: Bounds) -> None:
        self._handler, self._bounds = handler, bounds
        self._server: asyncio.Server | Doorstep | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self, bound: socket.socket, certificates: Certificates | None) -> None:
        host, port = bound.getsockname()[:2]
        scheme = "http" if certificates is None else "https"
        self.url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        if certificates is None:
            self._server = await asyncio.start_server(
                self._connected, sock=bound, limit=MAX_HEAD_BYTES
            )
            return
        patience = self._bounds.request
        half_open = HalfOpen()
        self._server = Doorstep(bound, certificates, half_open, self._entered, patience=patience)

    async def close(self) -> None:
        """Take nothing new; answer what was asked."""
        if self._server is None:
            return
        server, self._server = self._server, None
        if isinstance(server, Doorstep):
            await server.close()
        else:
            server.close()
        for task in self._connections - self._answering:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _entered(self, seat: Seat) -> asyncio.Protocol:
        """After its handshake, a connection counts among `Bounds.connections`."""

        def connected(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> Awaitable[None]:
            seat.give_back()
            return self._connected(reader, writer)

        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=MAX_HEAD_BYTES), connected)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        try:
            if len(self._connections) >= self._bounds.connections:
                writer.write(_encoded(Response(503), stays=False))
                return
            self._connections.add(task)
            await self._converse(task, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # it is gone, or too slow: there is nobody to tell
        finally:
            self._connections.discard(task)
            self._answering.discard(task)
            writer.close()

    async def _converse(
        self,
        task: "asyncio.Task[None]",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        stays = True
        while stays and self._server is not None:
            try:
                head, body = await self._read(reader, writer)
            except RefusedError as refusal:
                writer.write(_encoded(Response(refusal.status), stays=False))
                await _linger(reader)
                return
            self._answering.add(task)
            response, stays = await self._answer(head, body), head.stays
            writer.write(_encoded(response, stays=stays))
            async with asyncio.timeout(self._bounds.request):
                await writer.drain()
            self._answering.discard(task)

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[_Head, bytes]:
        async with asyncio.timeout(self._bounds.idle):
            first = await reader.readexactly(1)
        async with asyncio.timeout(self._bounds.request):
            try:
                head = parse_head(first + await reader.readuntil(b"\r\n\r\n"))
            except asyncio.LimitOverrunError:
                raise RefusedError(431) from None
            if head.length > self._bounds.body:
                raise RefusedError(413)
            if head.waits:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return head, await reader.readexactly(head.length)

    async def _answer(self, head: _Head, body: bytes) -> Response:
        path, _, query = head.target.partition("?")
        try:
            return await self._handler(Request(head.method, path, query, body))
        except Exception as error:  # a mistake of ours must not end the service
            events.failed(error)
            return Response(500)


async def _linger(reader: asyncio.StreamReader) -> None:
    left = LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0 and (data := await reader.read(left)):
                left -= len(data)


def parse_head(head: bytes) -> _Head:
    """Take apart what ends with the first empty line.

    Raises:
        RefusedError: with the status that says why.
    """
    line, _, rest = head.partition(b"\r\n")
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise RefusedError(400)
    fields = _fields(rest)
    is_newer = match[3] == b"1"
    if "Transfer-Encoding" in fields:
        raise RefusedError(411)
    if len(fields.get_all("Host")) != 1 and is_newer:
        raise RefusedError(400)
    lengths = fields.get_all("Content-Length")
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(each) for each in lengths):
        raise RefusedError(400)
    return _Head(
        method=match[1].decode(),
        target=match[2].decode(),
        length=int(lengths[0]) if lengths else 0,
        stays=is_newer and "close" not in ",".join(fields.get_all("Connection")).lower(),
        waits=is_newer and [each.lower() for each in fields.get_all("Expect")] == ["100-continue"],
    )


def _fields(data: bytes) -> Headers:
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    parsing = parse_headers(reader.read_line)
    try:
        next(parsing)
    except StopIteration as parsed:
        fields = parsed.value
        if isinstance(fields, Headers):
            return fields
    except (ValueError, EOFError, SecurityError):
        pass
    raise RefusedError(400)


def _encoded(response: Response, *, stays: bool) -> bytes:
    head = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "X-Content-Type-Options: nosniff",
        *([] if stays else ["Connection: close"]),
    ]
    return "\r\n".join([*head, "", ""]).encode("ascii") + response.body


async def serve(
    bound: socket.socket,
    handler: Handler,
    bounds: Bounds,
    *,
    certificates: Certificates | None = None,
) -> HttpServer:
    """Serve on a socket of `listener.bind`; in the clear for loopback, or behind a proxy."""
    server = HttpServer(handler, bounds)
    await server.start(bound, certificates)
    return server
