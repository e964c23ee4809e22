"""Plain GETs, on the port of the WebSockets: the key log's pages for monitors and witnesses.

One request a connection, which has `Timing.open` seconds for all of it.
Spec: docs/spec/13-directory.md §7.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response

from doorless_server import events
from doorless_server.directory.base import Page
from doorless_server.relay import Relay
from doorless_server.store.base import UnavailableError
from doorless_server.websocket import WebSocket

LASTING, PASSING = "max-age=31536000, immutable", "no-cache"
"""How long a page may be kept by others: a tile never changes, a checkpoint is the newest."""


class PageDesk:
    """Answers from the relay's log."""

    def __init__(self, relay: Relay, clock: Callable[[], int]) -> None:
        self._relay, self._clock = relay, clock
        self._tasks: set[asyncio.Task[None]] = set()

    def give(self, websocket: WebSocket, target: str) -> None:
        """Answer a GET for `target`, a path with a query perhaps."""
        task = asyncio.get_running_loop().create_task(self._give(websocket, target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _give(self, websocket: WebSocket, target: str) -> None:
        path, _, query = target.partition("?")
        try:
            page = await self._relay.page(path, query, self._clock(), websocket.source)
            response = not_found() if page is None else found(page)
        except UnavailableError:
            response = _response(HTTPStatus.SERVICE_UNAVAILABLE, b"", "text/plain")
        except Exception as error:  # a mistake of ours must not leave somebody waiting
            events.failed(error)
            response = _response(HTTPStatus.INTERNAL_SERVER_ERROR, b"", "text/plain")
        websocket.respond(response)


def found(page: Page) -> Response:
    return _response(HTTPStatus.OK, page.body, page.content_type, lasting=page.lasting)


def not_found() -> Response:
    return _response(HTTPStatus.NOT_FOUND, b"", "text/plain")


def _response(status: HTTPStatus, body: bytes, kind: str, *, lasting: bool = False) -> Response:
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": LASTING if lasting else PASSING,
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
