"""The signed-in connection of this device to its home relay, which comes back by itself.

    OFFLINE ──► CONNECTING ──► ONLINE ──► OFFLINE (retry, with backoff and jitter) ──► …
                                  ├─────► REPLACED (until `retry_now`) ──► …
                                  └─────► removed: it stays away

Anonymous requests never use it: see `anonymous`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Self

from doorless_client.core.api import StrangeRelayError, UnreachableError
from doorless_client.core.network import OnDeliver
from doorless_client.core.views import Link
from doorless_client.endpoint import Endpoint
from doorless_client.wire import CLOSE_TIMEOUT, Ending, Wire
from doorless_protocol.frames import (
    Answered,
    Challenge,
    CloseReason,
    Done,
    SignedInRequest,
    SignIn,
)
from doorless_protocol.primitives import Random

Login = Callable[[Challenge, bytes], SignIn]
"""(challenge, channel binding) -> the signed proof that this device is here."""

FIRST_RETRY: Final = 0.5
"""Seconds, at most, before the first new attempt; doubled with each."""

LAST_RETRY: Final = 15.0
"""Seconds, at most, between attempts: a relay that is back has all of its clients in twice that,
also who was turned away once, because very many came at that moment."""

AFTER_RESTART: Final = 2
"""Attempts skipped when the relay goes away on purpose: all of its clients come back at once."""

KEEP_ALIVE: Final = 20.0
"""Seconds between pings; the same as the relay's, below the minute of common routers."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the connection is.

    Attributes:
        retry_in: seconds until the next attempt; 0 when none is planned.
        round_trip: seconds to the relay and back, when it is connected.
        reason: one line that says why it is not connected.
    """

    link: Link
    retry_in: float = 0.0
    round_trip: float | None = None
    reason: str = ""


def retry_delay(attempt: int, random: Random) -> float:
    """Seconds to wait before the attempt, counted from 0: "full jitter", so that nobody meets."""
    at_most = min(LAST_RETRY, FIRST_RETRY * float(1 << min(attempt, 16)))
    return at_most * int.from_bytes(random(4)) / 2**32


class Connection:
    """Keeps the device signed in while it is entered.

    Args:
        on_signed_in: runs after each sign-in, cancelled when that connection ends.
        on_deliver: gets 1 to 256 envelopes in order, and what is here of those it gets when it
            returns. It must not await `request` (the answer would be read behind what it is
            still working on) but `tell`.
        on_link: told of each change.
    """

    def __init__(
        self,
        home: Endpoint,
        login: Login,
        *,
        random: Random,
        on_signed_in: Callable[[], Awaitable[None]],
        on_deliver: OnDeliver,
        on_link: Callable[[LinkState], None],
    ) -> None:
        self._home, self._login, self._random = home, login, random
        self._on_signed_in, self._on_deliver, self._on_link = on_signed_in, on_deliver, on_link
        self._state = LinkState(Link.OFFLINE)
        self._changed = asyncio.Event()
        self._retry = asyncio.Event()
        self._wire: Wire | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def state(self) -> LinkState:
        return self._state

    async def request(self, request: SignedInRequest) -> Answered:
        """Ask as this device. Raises UnreachableError: not connected, or cut before the answer."""
        return await self._signed_in().ask(request)

    async def tell(self, request: SignedInRequest) -> None:
        """The same, without waiting for the answer."""
        await self._signed_in().tell(request)

    def retry_now(self) -> None:
        """Do not wait for the next attempt; where it was replaced, come back."""
        self._retry.set()

    async def online(self, seconds: float) -> bool:
        """Whether it is connected now, or comes to be within `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._state.link is not Link.ONLINE:
                    await self._changed.wait()
        return self._state.link is Link.ONLINE

    def _signed_in(self) -> Wire:
        if self._wire is None:
            raise UnreachableError(self._state.reason or "not connected to the relay")
        return self._wire

    async def _live(self) -> None:
        attempt = 0
        while True:
            self._show(LinkState(Link.CONNECTING))
            away = Link.OFFLINE
            try:
                ending = await self._connect_once()
                attempt = AFTER_RESTART if ending.reason is CloseReason.GOING_AWAY else 0
            except UnreachableError as error:
                ending = Ending(str(error))
                away = Link.STRANGER if isinstance(error, StrangeRelayError) else Link.OFFLINE
            if ending.reason is CloseReason.REVOKED:
                self._show(LinkState(Link.REMOVED, reason=ending.line))
                return
            if ending.reason is CloseReason.REPLACED:
                self._retry.clear()
                self._show(LinkState(Link.REPLACED, reason=ending.line))
                await self._retry.wait()
                continue
            delay = retry_delay(attempt, self._random)
            attempt += 1
            self._show(LinkState(away, retry_in=delay, reason=ending.line))
            await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        self._retry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._retry.wait()

    async def _connect_once(self) -> Ending:
        """Returns why it ended, after it was signed in; raises UnreachableError before that."""
        wire = await Wire.open(self._home)
        try:
            proof = self._login(wire.challenge, wire.binding)
            asked = asyncio.get_running_loop().time()
            if not isinstance(await wire.ask(proof), Done):
                raise UnreachableError("the relay does not accept this device")
            self._wire = wire
            round_trip = asyncio.get_running_loop().time() - asked
            self._show(LinkState(Link.ONLINE, round_trip=round_trip))
            return await self._serve(wire)
        finally:
            self._wire = None
            await wire.close()

    async def _serve(self, wire: Wire) -> Ending:
        """Work until the connection ends. (No task group: before 3.13 it can lose a cancel.)"""
        work = (self._greet(), self._deliver(wire), self._keep_alive(wire))
        tasks = [asyncio.create_task(_end_with(wire, one)) for one in work]
        try:
            await asyncio.wait({wire.ended})
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return wire.ended.result()

    async def _greet(self) -> None:
        with contextlib.suppress(UnreachableError):
            await self._on_signed_in()

    async def _deliver(self, wire: Wire) -> None:
        batch = await wire.delivered()
        while True:
            coming = wire.delivered_now()
            await self._on_deliver(batch, coming)
            batch = coming or await wire.delivered()

    async def _keep_alive(self, wire: Wire) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE)
            self._show(LinkState(Link.ONLINE, round_trip=await wire.ping()))

    def _show(self, state: LinkState) -> None:
        self._state = state
        self._changed.set()
        self._changed.clear()
        self._on_link(state)


async def _end_with(wire: Wire, work: Coroutine[Any, Any, None]) -> None:
    """Let the connection end with what is done on it."""
    try:
        await work
    except UnreachableError as error:
        await asyncio.wait({wire.ended}, timeout=CLOSE_TIMEOUT)  # the relay may say why
        wire.give_up(str(error))
    except Exception as failure:
        context = {"message": "a callback of the connection failed", "exception": failure}
        asyncio.get_running_loop().call_exception_handler(context)
        wire.give_up("this program failed")
