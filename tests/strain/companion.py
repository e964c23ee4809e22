"""Somebody honest, who is served however others behave: sends, receives, acknowledges."""

import asyncio
from time import perf_counter

from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    Challenge,
    Deliver,
    Done,
    Request,
    Subscribe,
    encode,
)
from doorless_protocol.log_frames import Logged
from strain.guest import Guest
from strain.raw import Raw, frame


async def ask(raw: Raw, request: Request) -> None:
    """Raises AssertionError: it was refused."""
    raw.write(frame(encode(Call(1, request))))
    while not isinstance(heard := await raw.heard(), Answer):
        pass
    assert isinstance(heard.answered, Done | Logged), heard


async def registered(address: tuple[str, int], guest: Guest, *, prekeys: int = 8) -> Raw:
    """The connection of a device whose account has just begun, with so many pairs."""
    raw = await Raw.open(address)
    challenge = await raw.upgraded()
    assert isinstance(challenge, Challenge)
    uploaded = guest.prekeys(prekeys) if prekeys else []
    for request in (guest.sign_in(challenge), guest.register(), *uploaded):
        await ask(raw, request)
    return raw


class Companion:
    """Sends to themselves, one message after the other.

    Attributes:
        waits: seconds from each submit to its delivery.
    """

    def __init__(self, guest: Guest) -> None:
        self._guest, self.waits, self._leaves = guest, list[float](), False
        self._sender: Raw
        self._device: Raw

    async def arrive(self, address: tuple[str, int]) -> None:
        self._device = await registered(address, self._guest)
        await ask(self._device, Subscribe())
        self._sender = await Raw.open(address)
        await self._sender.upgraded()

    async def talk(self, pause: float = 0.02) -> None:
        """Until they leave. Raises AssertionError, ClosedError: they were not served."""
        try:
            while not self._leaves:
                await self.say()
                await asyncio.sleep(pause)
        finally:
            await self._sender.close()
            await self._device.close()

    async def say(self) -> None:
        begun, envelope_id = perf_counter(), self._guest.random(16)
        await ask(self._sender, self._guest.envelope(envelope_id))
        heard = await self._device.heard()
        self.waits.append(perf_counter() - begun)
        assert heard == Deliver(envelope_id, envelope_id * 128), "another message came"
        await ask(self._device, Acknowledge((envelope_id,)))

    def slowest(self, part: float) -> float:
        """The quantile of the waits, in seconds."""
        return sorted(self.waits)[int(part * (len(self.waits) - 1))]

    def leave(self) -> None:
        """After the message that is on its way."""
        self._leaves = True
