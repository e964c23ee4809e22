"""A world to watch: a real relay, real people, and networks that can be cut.

    Alice ── encrypted profile ── Messenger ──► Tap ──┐
                                                      ├──► relay, a process of its own
    Bob ──── encrypted profile ── Messenger ──► Tap ──┘

Nothing is simulated but the cable: the relay is `doorless-relay serve`, the people are the
messenger's own code with their stores on disk. It all lives in one temporary folder.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_lab import folders
from doorless_lab.leakscan import Marker, draw_marker
from doorless_lab.person import Person
from doorless_lab.relay_process import RelayProcess
from doorless_lab.tap import Tap
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Call, Lookup, decode_call
from doorless_protocol.primitives import Random

RELAY_NAME = "relay.example"
"""What stands behind the @ in the lab; reserved, so that nobody has it (RFC 2606 §3)."""

CONTROL_VARIABLE = "DOORLESS_LAB_CONTROL"
"""An environment variable of the relay: what a scan of its memory has to find there."""

POLL = 0.02
"""Seconds between two looks at whether something happened."""

OnCall = Callable[[Call], None]


class Stage:
    """Entered, it has a relay that runs; left, there is no process, no socket and no file.

    Args:
        on_call: told of each request on its way to the relay, as the relay reads it.

    Attributes:
        control: sent and stored in the clear on purpose, when the stage is entered.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        random: Random,
        on_call: OnCall = lambda _: None,
    ) -> None:
        self.people: list[Person] = []
        self.control: Marker = draw_marker("planted control", random)
        self._now, self._random, self._on_call = now, random, on_call
        self._leaving = AsyncExitStack()
        self._taps: list[Tap] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as failing:
            self.folder = failing.enter_context(folders.temporary())
            self.records.mkdir()
            self.logs.mkdir()
            self.relay = self._make_relay({CONTROL_VARIABLE: self.control.text})
            await failing.enter_async_context(self.relay)
            self._leaving = failing.pop_all()
        await self._send_control()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leaving.aclose()

    @property
    def records(self) -> Path:
        """Folder of what the relay received, by the name of the tap that saw it."""
        return self.folder / "received"

    @property
    def logs(self) -> Path:
        """Folder of what the relay wrote to stderr."""
        return self.folder / "logs"

    def recorded(self) -> list[tuple[Path, int]]:
        """Everything that the relay received, as the taps recorded it, and how much so far."""
        return [(tap.record, tap.recorded) for tap in self._taps]

    async def lay(self, name: str) -> Tap:
        """A new network to the relay."""
        tap = Tap(lambda: self.relay.address, self.records / name, self._take)
        self._taps.append(await self._leaving.enter_async_context(tap))
        return tap

    async def enrol(self, handle: str, name: str, display_name: str) -> Person:
        """Somebody new: a profile under a passphrase, an account at the relay, connected."""
        passphrase = draw_marker(f"passphrase of {name}", self._random)
        person = Person(handle, name, display_name, passphrase)
        tap = await self.lay(handle)
        await self._leaving.enter_async_context(person)
        await person.begin(
            self.folder / handle, RELAY_NAME, tap, now=self._now, random=self._random
        )
        self.people.append(person)
        return person

    async def kill_relay(self) -> None:
        await self.relay.kill()

    async def restart_relay(self) -> None:
        """Start it again on what it had stored; people notice at once."""
        await self.relay.stop()
        await self.relay.start()
        for person in self.people:
            person.retry_now()

    def _make_relay(self, environment: dict[str, str]) -> RelayProcess:
        return RelayProcess(RELAY_NAME, self.folder / "relay", self.logs / "relay.log", environment)

    async def _send_control(self) -> None:
        """Ask for somebody whose handle is the control, which the relay thus gets in the clear."""
        tap = await self.lay("control")
        host, port = tap.address
        wire = await Wire.open(Endpoint.parse(f"ws://{host}:{port}"))
        await wire.ask(Lookup(f"c{self.control.text}", known_version=0))
        await wire.close()

    def _take(self, message: bytes) -> None:
        try:
            call = decode_call(message)
        except MalformedError:
            return  # recorded by the tap all the same; the relay refuses it
        self._on_call(call)


async def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something that somebody else does.

    Raises:
        TimeoutError: it did not come to be within `seconds`.
    """
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  (much of it happens in another process)
                await asyncio.sleep(POLL)
    except TimeoutError:
        raise TimeoutError(f"{what}: not within {seconds:g} s") from None
