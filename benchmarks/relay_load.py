"""Load for a relay, and the echo that it is measured beside.

The clients here are as cheap as clients can be (frames built once, masks of zeros, answers
counted by their length), so that one core of load can fill one core of relay. Run as a
module, this is an echo server: of the library's own asyncio server, or of its bare
Sans-I/O layer.
"""

import asyncio
import base64
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    Challenge,
    Deliver,
    Done,
    Hello,
    Register,
    SignIn,
    Submit,
    Subscribe,
    decode_from_relay,
    delivery_token_hash,
    encode,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log_frames import Logged
from doorless_protocol.manifest import DeviceEntry, Manifest

SIZE = 2048
ID_PLACE = b"\xaa" * 16
ANSWER_BYTES = len(encode(Answer(1, Done()))) + 2
DELIVER = encode(Deliver(ID_PLACE, bytes(SIZE)))
DELIVER_BYTES = len(DELIVER) + 4
DELIVER_ID = 4 + DELIVER.index(ID_PLACE)


def masked(payload: bytes) -> bytes:
    """A client's frame, under a mask of zeros: the relay unmasks it as any other."""
    size = len(payload)
    head = bytes((0x82, 0x80 | size)) if size < 126 else b"\x82\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + payload


class Client(asyncio.Protocol):
    """A WebSocket client that hands on whole server frames."""

    def __init__(self, on_frame: Callable[["Client", bytes], None]) -> None:
        self._on_frame, self._buffer = on_frame, b""
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
            self._on_frame(self, data[at : at + head + size])
            at += head + size
        self._buffer = data[at:]
        self.turn_over()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server hung up"))

    def turn_over(self) -> None:
        """All frames that came together were handed on."""


@dataclass
class Load:
    """Senders and recipients at one relay; `on_delivered` hears each envelope's id."""

    host: str
    port: int
    recipients: int = 32
    senders: int = 64
    delivered: int = 0
    sent_at: dict[bytes, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    refill: Callable[[int], None] | None = None
    _opened: list[Client] = field(default_factory=list)
    _senders: list[Client] = field(default_factory=list)
    _parts: list[tuple[bytes, bytes]] = field(default_factory=list)
    _number: int = 0
    _waiting: asyncio.Future[None] | None = None

    async def connect(self) -> None:
        for _ in range(self.recipients):
            await self._add_recipient()
        for _ in range(self.senders):
            self._senders.append(await self._add_sender())

    def send(self, count: int) -> None:
        """Submit `count` envelopes, spread over senders and recipients."""
        now = perf_counter()
        batches: list[list[bytes]] = [[] for _ in self._senders]
        for _ in range(count):
            self._number += 1
            envelope_id = self._number.to_bytes(16, "big")
            before, after = self._parts[self._number % len(self._parts)]
            batches[self._number % len(batches)].append(before + envelope_id + after)
            self.sent_at[envelope_id] = now
        for sender, batch in zip(self._senders, batches, strict=True):
            if batch:
                sender.transport.write(b"".join(batch))

    async def all_delivered(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        if self.sent_at:
            await self._waiting

    def close(self) -> None:
        for client in self._opened:
            client.transport.abort()

    async def _open(self, on_frame: Callable[[Client, bytes], None]) -> Client:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: Client(on_frame), self.host, self.port)
        await client.opened
        self._opened.append(client)
        return client

    async def _add_sender(self) -> Client:
        """A relay lets one address have few connections on which nothing was said: say hello."""
        answered = asyncio.Event()
        frames = [0]

        def on_frame(_client: Client, _frame: bytes) -> None:
            frames[0] += 1
            if frames[0] == 2:  # behind the challenge
                answered.set()

        client = await self._open(on_frame)
        client.transport.write(masked(encode(Call(1, Hello()))))
        await answered.wait()
        client._on_frame = lambda _client, _frame: None
        return client

    async def _add_recipient(self) -> None:
        frames: asyncio.Queue[bytes] = asyncio.Queue()
        client = await self._open(lambda _, frame: frames.put_nowait(frame))

        async def ask(request: object) -> None:
            client.transport.write(masked(encode(Call(1, request))))  # type: ignore[arg-type]
            frame = await frames.get()
            answer = decode_from_relay(frame[2:] if frame[1] < 126 else frame[4:])
            answered = answer.answered if isinstance(answer, Answer) else None
            if type(answered) not in (Done, Logged):
                raise RuntimeError(f"the relay answered {answer}")

        greeting = await frames.get()
        challenge = decode_from_relay(greeting[2:] if greeting[1] < 126 else greeting[4:])
        assert isinstance(challenge, Challenge)
        key, device = SigningKey.draw(secrets.token_bytes), DeviceKeys.draw(secrets.token_bytes)
        account, token = account_id(key.verifying), secrets.token_bytes(16)
        login = login_object(challenge.relay, challenge.nonce, bytes(32), account, device.device)
        signature = device.signing.sign(Purpose.RELAY_LOGIN, login)
        await ask(SignIn(account, device.device, device.signing.verifying.encode(), signature))
        manifest = Manifest.sign(key, [DeviceEntry.of(device, 0)], 0)
        handle = "b" + secrets.token_hex(8)
        named = Label(handle), 1, NO_HEAD, 0, manifest.version, manifest.hash
        record = Record.sign(key, RecordKind.CREATE, *named).encode()
        hashed = delivery_token_hash(token)
        await ask(Register(handle, manifest.encode(), hashed, record, bytes(16)))
        await ask(Subscribe())
        self._parts.append(_submit_parts(device.mailbox, token))
        self._listen(client)

    def _listen(self, client: Client) -> None:
        ids: list[bytes] = []

        def on_frame(_client: Client, frame: bytes) -> None:
            if len(frame) == DELIVER_BYTES:
                ids.append(frame[DELIVER_ID : DELIVER_ID + 16])

        def turn_over() -> None:
            if not ids:
                return
            now = perf_counter()
            for envelope_id in ids:
                self.latencies.append(now - self.sent_at.pop(envelope_id))
            for at in range(0, len(ids), 256):
                client.transport.write(
                    masked(encode(Call(1, Acknowledge(tuple(ids[at : at + 256])))))
                )
            count = len(ids)
            self.delivered += count
            ids.clear()
            if self.refill is not None:
                self.refill(count)
            if not self.sent_at and self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(None)

        client._on_frame = on_frame
        client.turn_over = turn_over  # type: ignore[method-assign]


def _submit_parts(mailbox: bytes, token: bytes) -> tuple[bytes, bytes]:
    """A Submit's frame before and after its envelope id."""
    envelope = secrets.token_bytes(SIZE)
    frame = masked(encode(Call(1, Submit(mailbox, token, ID_PLACE, envelope))))
    at = frame.index(ID_PLACE)
    return frame[:at], frame[at + 16 :]


# --- the echo --------------------------------------------------------------------------------


class BareEcho(asyncio.Protocol):
    """Its Sans-I/O layer, and every message sent back, all of one read in one write."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._protocol = ServerProtocol(subprotocols=[Subprotocol("doorless.1")])

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._protocol.send_binary(event.data)
            else:
                self._protocol.send_response(self._protocol.accept(event))  # type: ignore[arg-type]
        self._transport.write(b"".join(self._protocol.data_to_send()))


async def echo_server() -> None:
    """The library as its documentation has it."""

    async def handler(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in connection:
                await connection.send(message)

    async with serve(
        handler, "127.0.0.1", 0, compression=None, subprotocols=[Subprotocol("doorless.1")]
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


async def bare_echo() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(BareEcho, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass
class EchoLoad:
    """Frames of a Submit's size, `in_flight` of them on each of `clients` connections."""

    host: str
    port: int
    clients: int = 64
    in_flight: int = 8
    echoed: int = 0
    _open: list[Client] = field(default_factory=list)

    async def start(self) -> None:
        frame = masked(b"".join(_submit_parts(bytes(16), bytes(16)))[8:])
        for _ in range(self.clients):
            came = [0]

            def on_frame(_client: Client, _frame: bytes, came: list[int] = came) -> None:
                came[0] += 1

            loop = asyncio.get_running_loop()
            _, client = await loop.create_connection(
                lambda on_frame=on_frame: Client(on_frame),  # type: ignore[misc]
                self.host,
                self.port,
            )
            await client.opened
            client.turn_over = lambda c=client, n=came: self._again(c, n, frame)  # type: ignore
            self._open.append(client)
            client.transport.write(frame * self.in_flight)

    def _again(self, client: Client, came: list[int], frame: bytes) -> None:
        count, came[0] = came[0], 0
        self.echoed += count
        client.transport.write(frame * count)

    def close(self) -> None:
        for client in self._open:
            client.transport.abort()


if __name__ == "__main__":
    uvloop.run(bare_echo() if "bare" in sys.argv else echo_server())
