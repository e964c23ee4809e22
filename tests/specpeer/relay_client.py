"""A client of a relay. docs/spec/07-relay.md §1 to §5."""

from collections.abc import Awaitable
from typing import Protocol

from specpeer import frames
from specpeer.crypto import Draws, malformed
from specpeer.identities import Device
from specpeer.packing import Value
from specpeer.prekeys import Secrets, Served

SUBPROTOCOL = "doorless.1"
PLAIN = bytes(32)  # the channel binding of plain ws on loopback


class Socket(Protocol):
    """A WebSocket whose messages are frames."""

    def send(self, message: bytes) -> Awaitable[None]: ...
    def recv(self) -> Awaitable[bytes | str]: ...


class RelayClient:
    """One connection. `pushed` holds what was delivered and not yet taken: (id, envelope)."""

    def __init__(self, socket: Socket) -> None:
        self.socket, self.calls = socket, 0
        self.pushed: list[tuple[bytes, bytes]] = []
        self.relay, self.nonce = "", b""

    async def _hear(self) -> list[Value]:
        data = await self.socket.recv()
        if isinstance(data, str):
            raise malformed("a text message")
        return frames.decode(data)

    async def greeted(self) -> None:
        name, *fields = await self._hear()
        if name != "challenge":
            raise malformed("a relay that does not begin with its challenge")
        self.relay, self.nonce = fields

    async def ask(self, *request: Value) -> list[Value]:
        """The answer, as a list whose first element names it."""
        self.calls += 1
        await self.socket.send(frames.encode(["call", self.calls, list(request)]))
        while True:
            frame = await self._hear()
            if frame[0] == "deliver":
                self.pushed.append((frame[1], frame[2]))
            elif frame[:2] == ["answer", self.calls]:
                return frame[2]
            else:
                raise malformed(f"{frame[0]} was not expected")

    async def delivered(self) -> tuple[bytes, bytes]:
        """(id, envelope) of the oldest that was pushed."""
        while not self.pushed:
            frame = await self._hear()
            if frame[0] != "deliver":
                raise malformed(f"{frame[0]} was not expected")
            self.pushed.append((frame[1], frame[2]))
        return self.pushed.pop(0)

    async def sign_in(self, account: bytes, device: Device, draws: Draws) -> list[Value]:
        signed = frames.login_object(self.relay, self.nonce, PLAIN, account, device.id)
        signature = device.signer.sign("doorless/1 relay login", signed, draws)
        return await self.ask("sign_in", account, device.id, device.signer.key, signature)

    async def publish_prekeys(self, secrets: Secrets) -> list[list[Value]]:
        """§3.4."""
        pairs: list[Value] = [pair.public().encode() for pair in secrets.pairs]
        answers = [await self.ask("begin_prekeys", secrets.bundle.encode())]
        for at in range(0, len(pairs), 32):
            answers.append(await self.ask("add_prekeys", pairs[at : at + 32]))
        return [*answers, await self.ask("commit_prekeys")]

    async def fetch_bundle(self, device: bytes) -> Served:
        name, *fields = await self.ask("fetch_bundle", device)
        if name != "bundle_served":
            raise malformed(f"{name} {fields}")
        return Served.decode(*fields)
