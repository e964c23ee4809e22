"""The classroom's server: pages over GET, everything that acts or tells over one WebSocket each.

It stands on the WebSocket library that carries the messenger: that answers plain GETs too, and
GETs are all that pages need. No other method, no form, no cookie, no path on the disk.
"""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from doorless_lab.web import actions, lesson_view, poll, view
from doorless_lab.web.actions import ActionError
from doorless_lab.web.classroom import Classroom, Outside
from doorless_lab.web.desk import Desk, PinLock
from doorless_lab.web.door import (
    HEADERS,
    PAPER_POLICY,
    ShutError,
    check_host,
    check_origin,
    check_site,
    check_token,
    policy,
)
from doorless_lab.web.pages import resources
from doorless_lab.web.room import Page
from doorless_lab.web.view import Json
from doorless_lab.words import Language

HOST = "127.0.0.1"
SOCKET = "/socket"
WINDOWS = 16
"""At most, of one classroom."""

ENTER_WITHIN = 5
"""Seconds until a window has to bring its token."""

BROKEN = 1011
"""Close code: the lab could not draw what it should show."""

REFUSED = 4403
"""Close code: the token is wrong, or none came."""

FULL = 4429
"""Close code: there are WINDOWS already."""


@dataclass(eq=False, slots=True)
class Window:
    connection: ServerConnection
    presenter: bool
    unlocked: bool = False


class Server:
    """
    Args:
        token, pin: chosen for this start, told to who started it.
    """

    def __init__(self, outside: Outside, language: Language, token: str, pin: str) -> None:
        self._outside = outside
        self._token = token
        self._windows: set[Window] = set()
        self._draw = asyncio.Event()
        self.classroom = Classroom(outside, language, self._draw.set)
        self._desk = Desk(self.classroom, outside.random)
        self._lock = PinLock(pin, outside.now)
        self._listener: Listener | None = None
        self._drawing: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Raises OSError: the port is taken."""
        self._listener = await serve(
            self._meet,
            HOST,
            port,
            process_request=self._answer,
            max_size=actions.MAX_MESSAGE,
            compression=None,
            server_header=None,
            open_timeout=ENTER_WITHIN,
        )
        self.port = self._listener.sockets[0].getsockname()[1]
        self._drawing = asyncio.create_task(self._keep_drawing())

    async def close(self) -> None:
        if self._drawing is not None:
            self._drawing.cancel()
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
        await self.classroom.close()

    @property
    def url(self) -> str:
        """With the token behind #, where it is not sent and stands in no log."""
        return f"http://{HOST}:{self.port}/#{self._token}"

    @property
    def presenter_url(self) -> str:
        return f"http://{HOST}:{self.port}/presenter#{self._token}"

    # --- plain GETs ----------------------------------------------------------------------------

    def _answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """None: let the WebSocket come about."""
        try:
            return self._respond(request)
        except ShutError as error:
            return _response(error.status, "text/plain; charset=utf-8", f"{error}\n".encode())

    def _respond(self, request: Request) -> Response | None:
        headers = request.headers
        if request.method != "GET":
            raise ShutError(HTTPStatus.METHOD_NOT_ALLOWED, "pages are asked for with GET")
        check_host(_only(headers, "Host"), self.port)
        if request.path == SOCKET:
            check_origin(_only(headers, "Origin"), self.port)
            return None
        check_site(_only(headers, "Sec-Fetch-Site"))
        if (paper := self._desk.paper(request.path)) is not None:
            answer = _response(HTTPStatus.OK, paper.media, paper.body)
            kind = "inline" if paper.inline else "attachment"
            answer.headers["Content-Disposition"] = f'{kind}; filename="{paper.name}"'
            answer.headers["Content-Security-Policy"] = PAPER_POLICY
            return answer
        if (found := resources().get(request.path)) is None:
            raise ShutError(HTTPStatus.NOT_FOUND, "there is no such page")
        answer = _response(HTTPStatus.OK, found.media, found.body)
        answer.headers["Content-Security-Policy"] = policy(self.port)
        return answer

    # --- windows -------------------------------------------------------------------------------

    async def _meet(self, connection: ServerConnection) -> None:
        try:
            window = await self._enter(connection)
        except (ShutError, ActionError, TimeoutError):
            await connection.close(REFUSED, "the token")
            return
        except ConnectionClosed:
            return
        if len(self._windows) >= WINDOWS:
            await connection.close(FULL, "the windows")
            return
        self._windows.add(window)
        try:
            await connection.send(self._drawn(window))
            async for message in connection:
                await self._hear(window, message)
        except ConnectionClosed:
            pass
        finally:
            self._windows.discard(window)

    async def _enter(self, connection: ServerConnection) -> Window:
        async with asyncio.timeout(ENTER_WITHIN):
            entering = actions.parse_enter(await connection.recv())
        check_token(entering.token, self._token)
        return Window(connection, entering.role == "presenter")

    async def _hear(self, window: Window, message: str | bytes) -> None:
        try:
            action = actions.parse(message)
            match action:
                case actions.Unlock(pin=pin):
                    self._lock.check(pin)
                    window.unlocked = True
                    self._draw.set()
                case actions.Give():
                    address = self._desk.give(action, unlocked=window.unlocked)
                    await window.connection.send(json.dumps({"paper": address}))
                case _:
                    self._act(action)
        except ActionError as error:
            await window.connection.send(json.dumps({"refused": str(error)}))

    def _act(self, action: actions.Action) -> None:
        self.classroom.act(action)
        if isinstance(action, actions.Reset):
            self._desk.clear()

    async def _keep_drawing(self) -> None:
        while True:
            await self._draw.wait()
            self._draw.clear()
            sending = [self._send(window) for window in tuple(self._windows)]
            await asyncio.gather(*sending)

    async def _send(self, window: Window) -> None:
        """A scenario is anybody's file: one that cannot be drawn closes its window, not the lab."""
        try:
            await window.connection.send(self._drawn(window))
        except ConnectionClosed:
            self._windows.discard(window)
        except Exception as error:
            self._windows.discard(window)
            await window.connection.close(BROKEN, type(error).__name__)

    def _drawn(self, window: Window) -> str:
        return json.dumps({"room": self._room(window)}, ensure_ascii=False)

    def _room(self, window: Window) -> Json:
        classroom, room = self.classroom, self.classroom.room
        found = view.frame(room, classroom.shelf)
        scenario, lesson, station = classroom.scenario, classroom.lesson, classroom.station
        if lesson is not None:
            found["lesson"] = lesson_view.where(lesson, room)
        if room.page is Page.START:
            found["lessons"] = lesson_view.menu(room.language)
            found["scenarios"] = len(classroom.scenarios)
        elif room.page is Page.WALL:
            found["wall"] = view.wall(classroom.scenarios, classroom.shelf, room.language)
        elif scenario is not None and room.place is not None:
            found["scenario"] = view.scenario_page(scenario, room, classroom.shelf, room.place)
        elif station is not None:
            found["station"] = lesson_view.station_page(station, room)
        if window.presenter:
            counts = poll.counts(room.bets, classroom.question) if classroom.question else ()
            found["presenter"] = lesson_view.presenter(
                room, scenario, classroom.shelf, counts, window.unlocked
            )
        return found


def _only(headers: Headers, name: str) -> str | None:
    """A header that comes once, or not at all. Raises ShutError: twice."""
    found = headers.get_all(name)
    if len(found) > 1:
        raise ShutError(HTTPStatus.BAD_REQUEST, f"{name} came twice")
    return found[0] if found else None


def _response(status: HTTPStatus, media: str, body: bytes) -> Response:
    headers = Headers({**HEADERS, "Content-Type": media, "Content-Length": str(len(body))})
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)
