"""One connection to a relay: frames in and out, answers matched with their requests.

    open ──► challenge read ──► ask / tell / delivered … ──► ended (for one reason)

A frame that is not in its one form, an answer to nothing, or a second challenge ends it.
Spec: docs/spec/07-relay.md.
"""

import asyncio
import contextlib
import logging
import ssl
from dataclasses import dataclass
from itertools import count
from typing import Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from doorless_client.core.api import StrangeRelayError, UnreachableError
from doorless_client.endpoint import Endpoint, is_loopback
from doorless_protocol.certificate import key_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    MAX_ACKNOWLEDGED,
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    Answer,
    Answered,
    Call,
    Challenge,
    CloseReason,
    Closing,
    Deliver,
    FromRelay,
    Request,
    decode_from_relay,
    encode,
)
from doorless_protocol.primitives import same, sha256

OLDEST: Final = ssl.TLSVersion.TLSv1_3

OPEN_TIMEOUT: Final = 10.0
"""Seconds until TCP, TLS, the upgrade and the challenge must be through."""

ANSWER_TIMEOUT: Final = 20.0
"""Seconds that the relay has for an answer; a durable one takes milliseconds."""

CLOSE_TIMEOUT: Final = 1.0
"""Seconds that a closing handshake may take; nothing depends on it."""

MAX_OPEN_CALLS: Final = 1024
"""Requests without an answer. Only a relay that stopped answering lets them pile up."""

MAX_DELIVERED: Final = MAX_ACKNOWLEDGED
"""Envelopes read ahead of the program, and handed to it at once: one transaction, and one
acknowledgement. 16 MiB at their largest, three times over: stored, opened, and read ahead. A relay
that keeps to the rules pushes 1 MiB of them before it waits."""

_NO_BINDING: Final = bytes(32)
_PROTOCOL_ERROR: Final = 1002
_UNSEEN = logging.getLogger("doorless_client.wire")
_UNSEEN.disabled = True  # the library logs frames, and would print its warnings on the screen


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a connection is over: the relay's reason, if it gave one, and a line for a person."""

    line: str
    reason: CloseReason | None = None


class Wire:
    """An open connection. Made by `open`, and closed by whoever opened it."""

    def __init__(self, socket: ClientConnection, challenge: Challenge, binding: bytes) -> None:
        self.challenge = challenge
        self.binding = binding  # SHA-256 of the relay's certificate; zeros on plain loopback
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._socket = socket
        self._ids = count()
        self._open: dict[int, asyncio.Future[Answered] | None] = {}
        self._delivered: asyncio.Queue[Deliver] = asyncio.Queue(MAX_DELIVERED)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, endpoint: Endpoint) -> Self:
        """Connect, and check that the relay is the one meant.

        Raises:
            StrangeRelayError: not this relay.
            UnreachableError: nobody there, or not a relay.
        """
        try:
            async with asyncio.timeout(OPEN_TIMEOUT):
                socket = await _Dial(endpoint)
                try:
                    challenge = _challenge(await socket.recv())
                    return cls(socket, challenge, _binding(socket))
                except BaseException:
                    socket.transport.abort()
                    raise
        except _CANNOT_OPEN as error:
            line = f"relay {endpoint.name} cannot be reached: {_why(error)}"
            is_stranger = isinstance(error, _STRANGERS)
            raise (StrangeRelayError if is_stranger else UnreachableError)(line) from None

    async def ask(self, request: Request) -> Answered:
        """Send, and wait for the answer.

        Raises:
            UnreachableError: the connection ended before; whether it was done is unknown.
        """
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await self._send(request, answer)
                await asyncio.wait((answer, self.ended), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            self._end(Ending("the relay does not answer"))
        if answer.done():
            return answer.result()
        raise UnreachableError(self.ended.result().line)

    async def tell(self, request: Request) -> None:
        """Send; the answer is taken in silence.

        Raises:
            UnreachableError: the connection ended before it was sent.
        """
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await self._send(request, None)
        except TimeoutError:
            self._end(Ending("the relay does not read"))
            raise UnreachableError("the relay does not read") from None

    async def delivered(self) -> list[Deliver]:
        """What was pushed, in order: all that is here, at least one, at most MAX_DELIVERED."""
        return [await self._delivered.get(), *self.delivered_now()]

    def delivered_now(self) -> list[Deliver]:
        """The same; nothing, where nothing is here."""
        batch = []
        while not self._delivered.empty():
            batch.append(self._delivered.get_nowait())
        return batch

    async def ping(self) -> float:
        """Seconds to the relay and back.

        Raises:
            UnreachableError: no answer within ANSWER_TIMEOUT.
        """
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                return await (await self._socket.ping())
        except TimeoutError:
            self._end(Ending("the relay does not answer"))
            raise UnreachableError("the relay does not answer") from None
        except ConnectionClosed:
            raise UnreachableError("the connection to the relay broke") from None

    def give_up(self, line: str) -> None:
        """Call it over, for our own reason; whoever opened it closes it."""
        self._end(Ending(line))

    async def close(self) -> None:
        """End it; harmless when it ended. No task is left, and no socket, even if cancelled.

        The library's own limit begins once its goodbye is written, which whoever does not read
        would hold up for ever.
        """
        self.give_up("closed")
        self._reader.cancel()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await asyncio.gather(self._reader, self._socket.close(), return_exceptions=True)
        finally:
            self._socket.transport.abort()

    async def _send(self, request: Request, answer: asyncio.Future[Answered] | None) -> None:
        if self.ended.done():
            raise UnreachableError(self.ended.result().line)
        if len(self._open) >= MAX_OPEN_CALLS:
            self._end(Ending("the relay does not answer"))
            raise UnreachableError("the relay does not answer")
        number = next(self._ids)
        self._open[number] = answer
        try:
            await self._socket.send(encode(Call(number, request)))
        except ConnectionClosed:
            raise UnreachableError("the connection to the relay broke") from None

    async def _read(self) -> None:
        ending = Ending("the connection to the relay broke")
        try:
            async for data in self._socket:
                frame = _frame(data)
                if isinstance(frame, Closing):
                    reason = CloseReason(frame.reason)
                    ending = Ending(_CLOSING_LINES[reason], reason)
                    break
                await self._take(frame)
        except MalformedError:
            self._end(Ending("the relay sent something that is no frame"))
            await self._socket.close(_PROTOCOL_ERROR)
        except ConnectionClosed:
            pass
        finally:
            self._end(ending)

    async def _take(self, frame: FromRelay) -> None:
        match frame:
            case Deliver():
                await self._delivered.put(frame)
            case Answer() if frame.id in self._open:
                answer = self._open.pop(frame.id)
                if answer is not None and not answer.done():
                    answer.set_result(frame.answered)
            case _:
                raise MalformedError("a frame out of place")

    def _end(self, ending: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)


class _Dial(connect):
    """The library's client, without compression, proxies, announcements and redirects."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        super().__init__(
            endpoint.url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            ssl=context_for(endpoint) if endpoint.tls else None,
            compression=None,
            proxy=None,
            user_agent_header=None,
            ping_interval=None,
            open_timeout=OPEN_TIMEOUT,
            close_timeout=CLOSE_TIMEOUT,
            max_size=MAX_FRAME_BYTES,
            logger=_UNSEEN,
        )

    async def open_tcp_connection(self) -> ClientConnection:
        """Check who answered before a byte of ours is sent."""
        connection = await super().open_tcp_connection()
        try:
            check_peer(self._endpoint, connection)
        except BaseException:
            connection.transport.abort()
            raise
        return connection

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class _WrongRelayError(Exception):
    """Somebody else answers at the relay's address."""


def check_peer(endpoint: Endpoint, connection: ClientConnection) -> None:
    if not endpoint.tls and not is_loopback(connection.remote_address[0]):
        raise _WrongRelayError("localhost is not this computer")
    if endpoint.pin:
        check_pin(endpoint.pin, _leaf(connection))


def check_pin(pin: bytes, leaf: bytes) -> None:
    """TLS has shown that the other side holds the key in this certificate: is it the one meant?"""
    if not same(key_hash(leaf), pin):
        raise _WrongRelayError(
            "it shows another key than the one that you were given: it is another relay, or its "
            "operator made a new key (ask, then `doorless relay`)"
        )


def _leaf(connection: ClientConnection) -> bytes:
    """The relay's certificate in DER; b"" on plain loopback."""
    tls = connection.transport.get_extra_info("ssl_object")
    return tls.getpeercert(binary_form=True) or b"" if tls else b""


def _binding(connection: ClientConnection) -> bytes:
    """The channel binding, tls-server-end-point: what a sign-in is signed for. Spec §3.1."""
    leaf = _leaf(connection)
    return sha256(leaf) if leaf else _NO_BINDING


def context_for(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = OLDEST
    if endpoint.pin:  # it names the one key; who signed for it, and until when, adds nothing
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _frame(data: str | bytes) -> FromRelay:
    if isinstance(data, str):
        raise MalformedError("a text message")
    return decode_from_relay(data)


def _challenge(data: str | bytes) -> Challenge:
    frame = _frame(data)
    if not isinstance(frame, Challenge):
        raise MalformedError("no challenge")
    return frame


_CANNOT_OPEN = (
    *(OSError, TimeoutError, EOFError, InvalidHandshake, ConnectionClosed),
    *(MalformedError, _WrongRelayError),
)

_STRANGERS = (_WrongRelayError, ssl.SSLCertVerificationError)


def _why(error: BaseException) -> str:
    """One line of our own words; nothing that the other side wrote is repeated."""
    match error:
        case _WrongRelayError():
            return str(error)
        case TimeoutError():
            return "no answer in time"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message})"
        case ssl.SSLError() | ConnectionResetError():
            return "it does not speak TLS 1.3 with us"
        case ConnectionRefusedError():
            return "nobody listens there"
        case InvalidStatus():
            return f"it answers like a web server (status {error.response.status_code})"
        case OSError():
            return error.strerror or "network error"
        case ConnectionClosed():
            return "it closed the connection"
        case _:
            return "it is no doorless relay"


_CLOSING_LINES: Final = {
    CloseReason.REPLACED: "another connection of this device took over",
    CloseReason.GOING_AWAY: "the relay is restarting",
    CloseReason.TOO_SLOW: "this computer read too slowly",
    CloseReason.NOT_IN_TIME: "the relay waited too long for us",
    CloseReason.MALFORMED: "the relay did not understand us",
    CloseReason.REVOKED: "this device was removed from the account",
}
