"""A WebSocket client that costs next to nothing, and what a device says to sign in by it.

Frames are built once, masks are zeros, and answers are told apart by their length: one core of
load has to fill one core of relay.
"""

import asyncio
import base64
import secrets
from collections.abc import Callable
from ssl import SSLContext
from typing import NamedTuple, cast

from doorless_protocol.frames import (
    Call,
    Challenge,
    Done,
    Request,
    SignIn,
    Subscribe,
    decode_from_relay,
    encode,
    login_object,
)
from doorless_protocol.keys import Purpose, SigningKey
from doorless_protocol.primitives import sha256

NO_BINDING = bytes(32)
"""The channel binding of plain ws."""

PING, PONG = 0x89, b"\x8a\x80" + bytes(4)
"""A relay's ping is empty, and whoever leaves it unanswered is dead."""


def masked(payload: bytes) -> bytes:
    """A client's frame, under a mask of zeros: the relay unmasks it as any other."""
    size = len(payload)
    head = bytes((0x82, 0x80 | size)) if size < 126 else b"\x82\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + payload


class Client(asyncio.Protocol):
    """A WebSocket client that hands on whole server frames."""

    def __init__(self, on_frame: Callable[["Client", bytes], None]) -> None:
        self.on_frame, self._buffer = on_frame, b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.transport.write(
            "GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: doorless.1\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        at = 0
        if not self.opened.done():
            if b"\r\n\r\n" not in data:
                self._buffer = data
                return
            at = data.index(b"\r\n\r\n") + 4
            self.opened.set_result(None)
        while len(data) - at >= 4:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            if len(data) - at < head + size:
                break
            if not size and data[at] == PING:
                self.transport.write(PONG)
            self.on_frame(self, data[at : at + head + size])
            at += head + size
        self._buffer = data[at:]
        self.turn_over()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server hung up"))

    def turn_over(self) -> None:
        """All frames that came together were handed on."""

    def ask(self, request: Request) -> None:
        self.transport.write(masked(encode(Call(1, request))))

    @property
    def binding(self) -> bytes:
        """To the certificate that the relay showed, where it showed one."""
        tls = self.transport.get_extra_info("ssl_object")
        return NO_BINDING if tls is None else sha256(tls.getpeercert(True))


class Device(NamedTuple):
    """One that a relay knows, and where contacts send what it is to receive."""

    account: bytes
    device: bytes
    mailbox: bytes
    token: bytes
    key: SigningKey


async def connected(
    address: tuple[str, int],
    on_frame: Callable[[Client, bytes], None],
    *,
    source: str | None = None,
    tls: SSLContext | None = None,
) -> Client:
    """Open one; the first frame that comes is the challenge.

    Args:
        source: the loopback address to come from: a relay lets one have few half-open connections.
    """
    bound = None if source is None else (source, 0)
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: Client(on_frame), *address, ssl=tls, local_addr=bound
    )
    await client.opened
    return client


async def signed_in(
    address: tuple[str, int],
    device: Device,
    *,
    source: str | None = None,
    tls: SSLContext | None = None,
) -> Client:
    """A device's connection that waits for envelopes; whoever uses it sets `on_frame`."""
    frames: asyncio.Queue[bytes] = asyncio.Queue()
    client = await connected(
        address, lambda _, frame: frames.put_nowait(frame), source=source, tls=tls
    )
    challenge = decode_from_relay(payload(await frames.get()))
    assert isinstance(challenge, Challenge)
    account, key = device.account, device.key.verifying.encode()
    login = login_object(challenge.relay, challenge.nonce, client.binding, account, device.device)
    signature = device.key.sign(Purpose.RELAY_LOGIN, login)
    for request in (SignIn(account, device.device, key, signature), Subscribe()):
        client.ask(request)
        answer = decode_from_relay(payload(await frames.get()))
        if getattr(answer, "answered", None) != Done():
            raise RuntimeError(f"the relay answered {answer}")
    return client


def payload(frame: bytes) -> bytes:
    return frame[2:] if frame[1] < 126 else frame[4:]
