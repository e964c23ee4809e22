"""Very many devices of the product at one relay: cut off together, and back one after the other."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random
from time import perf_counter
from typing import Self

from doorless_client.connection import Connection, LinkState
from doorless_client.core.views import Link
from doorless_client.endpoint import Endpoint
from doorless_protocol.frames import Acknowledge, Call, Deliver, Done, Subscribe, encode
from strain.companion import registered
from strain.guest import Guest
from strain.raw import Raw, frame

AT_ONCE = 64
"""Submits on their way: what a relay takes of one connection."""


class Device:
    """One of them, with the product's own connection.

    Attributes:
        kept: ids of the envelopes that came.
    """

    def __init__(self, guest: Guest, address: tuple[str, int], changed: asyncio.Event) -> None:
        self.guest, self.kept, self._changed = guest, set[bytes](), changed
        self.connection = Connection(
            Endpoint.parse("{}:{}".format(*address)),
            guest.sign_in,
            random=guest.random,
            on_signed_in=self._subscribe,
            on_deliver=self._keep,
            on_link=self._show,
        )

    @property
    def is_online(self) -> bool:
        return self.connection.state.link is Link.ONLINE

    def cut(self) -> None:
        """The line breaks."""
        wire = self.connection._wire
        if wire is not None:
            wire.give_up("cut")

    async def _subscribe(self) -> None:
        assert await self.connection.request(Subscribe()) == Done()

    async def _keep(self, batch: Sequence[Deliver], _coming: Sequence[Deliver]) -> None:
        ids = tuple(one.envelope_id for one in batch)
        await self.connection.tell(Acknowledge(ids))
        self.kept.update(ids)
        self._changed.set()

    def _show(self, _state: LinkState) -> None:
        self._changed.set()


class Fleet:
    """Made by `settle`; its devices connect while it is entered.

    Attributes:
        written: how many envelopes the relay took for each of them.
    """

    def __init__(self, address: tuple[str, int], guests: Sequence[Guest]) -> None:
        self._address, self._changed, self.written = address, asyncio.Event(), 0
        self.devices = [Device(guest, address, self._changed) for guest in guests]
        self._dice, self._running = Random(len(guests)), AsyncExitStack()

    @classmethod
    async def settle(cls, address: tuple[str, int], count: int, now: int) -> Self:
        """Register so many accounts."""
        guests = [Guest(1_000_000 + number, now) for number in range(count)]
        for guest in guests:
            await (await registered(address, guest, prekeys=0)).close()
        return cls(address, guests)

    async def __aenter__(self) -> Self:
        for device in self.devices:
            await self._running.enter_async_context(device.connection)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    def cut(self) -> None:
        for device in self.devices:
            device.cut()

    async def alone(self) -> None:
        """Wait until each of them noticed that the relay is gone."""
        while any(device.is_online for device in self.devices):
            self._changed.clear()
            await self._changed.wait()

    async def back(self, within: float) -> float:
        """Seconds until all are online and have what was written to them; inf if not in time."""
        begun = perf_counter()
        try:
            async with asyncio.timeout(within):
                while not all(each.is_online for each in self.devices) or self.missing:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return float("inf")
        return perf_counter() - begun

    @property
    def missing(self) -> int:
        """Envelopes that the relay took and nobody has."""
        return sum(self.written - len(device.kept) for device in self.devices)

    async def write(self) -> None:
        """One envelope to each, accepted."""
        raw = await Raw.open(self._address)
        await raw.upgraded()
        for at in range(0, len(self.devices), AT_ONCE):
            some = self.devices[at : at + AT_ONCE]
            for number, device in enumerate(some):
                submit = device.guest.envelope(self._dice.randbytes(16))
                raw.write(frame(encode(Call(number, submit))))
            for _ in some:
                answer = await raw.heard()
                assert getattr(answer, "answered", None) == Done(), answer
        await raw.close()
        self.written += 1
