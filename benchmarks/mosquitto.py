"""Mosquitto, and as much of MQTT 3.1.1 as it takes to load it: QoS 1, sessions that persist."""

import asyncio
import getpass
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from secrets import token_bytes

from benchmarks.peer_load import Count, Dialect, PeerClient
from benchmarks.peer_servers import free_port, served
from benchmarks.relay_load import SIZE
from benchmarks.relay_servers import Server

CONNACK, PUBLISH, AGAIN, PUBACK, SUBACK = 0x20, 0x32, 0x3A, 0x40, 0x90  # PUBLISH with QoS 1

_PAYLOAD = token_bytes(SIZE)


def version() -> str:
    said = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False).stdout
    return said.split()[2]


@contextmanager
def mosquitto(folder: Path, *, saves: bool) -> Iterator[Server]:
    """Args: saves: write everything that is kept to the disk after each change."""
    folder.mkdir(mode=0o700)
    port, config = free_port(), folder / "mosquitto.conf"
    lines = [
        f"listener {port} 127.0.0.1",
        f"user {getpass.getuser()}",
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {folder}/",
        "max_queued_messages 0",  # no bound
        "max_inflight_messages 0",
        "set_tcp_nodelay true",
        *(("autosave_on_changes true", "autosave_interval 1") if saves else ()),
    ]
    config.write_text("\n".join(lines) + "\n")
    with served(["mosquitto", "-c", str(config)], port) as server:
        yield server


class MqttClient(PeerClient):
    def __init__(self, on_taken: Count, on_delivered: Count) -> None:
        super().__init__(on_taken, on_delivered)
        self._buffer = b""
        self.control: asyncio.Queue[int] = asyncio.Queue()

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        at, taken, acknowledged = 0, 0, bytearray()
        while (whole := _packet(data, at)) is not None:
            body, end = whole
            kind = data[at]
            if kind == PUBACK:
                taken += 1
            elif kind in (PUBLISH, AGAIN):
                after = body + 2 + int.from_bytes(data[body : body + 2], "big")
                acknowledged += b"\x40\x02" + data[after : after + 2]
            else:
                self.control.put_nowait(kind)
            at = end
        self._buffer = data[at:]
        if acknowledged:
            self.transport.write(bytes(acknowledged))
            self.on_delivered(len(acknowledged) // 4)
        if taken:
            self.on_taken(taken)


class Mqtt(Dialect):
    async def recipient(self, address: tuple[str, int], number: int, heard: Count) -> PeerClient:
        name = f"{self.names}{number}"
        client = await self._connected(address, name, heard=heard, persists=True)
        client.transport.write(_framed(0x82, b"\x00\x01" + _text(f"to/{name}") + b"\x01"))
        assert await client.control.get() == SUBACK
        return client

    async def sender(self, address: tuple[str, int], number: int, taken: Count) -> PeerClient:
        return await self._connected(address, f"s{number}", taken=taken, persists=False)

    def message(self, recipient: int, number: int) -> bytes:
        return self._before(recipient) + (number % 0xFFFF + 1).to_bytes(2, "big") + _PAYLOAD

    @cache  # noqa: B019 - a load ends with its measurement
    def _before(self, recipient: int) -> bytes:
        """Of a message, what comes before the packet's number."""
        framed = _framed(PUBLISH, _text(f"to/{self.names}{recipient}") + bytes(2) + _PAYLOAD)
        return framed[: -SIZE - 2]

    async def _connected(
        self,
        address: tuple[str, int],
        name: str,
        taken: Count = lambda _: None,
        heard: Count = lambda _: None,
        *,
        persists: bool,
    ) -> MqttClient:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: MqttClient(taken, heard), *address)
        flags = b"\x00" if persists else b"\x02"  # a clean session
        client.transport.write(
            _framed(0x10, _text("MQTT") + b"\x04" + flags + b"\x00\x00" + _text(name))
        )
        assert await client.control.get() == CONNACK
        return client


def _packet(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None while it is not whole."""
    size, shift, place = 0, 0, at + 1
    while place < len(data):
        size |= (data[place] & 0x7F) << shift
        place += 1
        if data[place - 1] < 0x80:
            return (place, place + size) if place + size <= len(data) else None
        shift += 7
    return None


def _framed(kind: int, body: bytes) -> bytes:
    size, head = len(body), bytearray((kind,))
    while True:
        size, low = size >> 7, size & 0x7F
        head.append(low | (0x80 if size else 0))
        if not size:
            return bytes(head) + body


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()
