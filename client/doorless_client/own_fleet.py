"""Our own devices at work: the engine's flows about them, on the event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow
from doorless_client.core.fleet import Fleet
from doorless_client.core.network import Network
from doorless_client.core.own_copies import OWN_COPY_DELAY
from doorless_client.core.views import LinkRequest, OwnDevice
from doorless_client.driving import drive
from doorless_client.store.base import StoreError
from doorless_protocol.linking.link import LINK_LIFE
from doorless_protocol.linking.meeting import Challenging

LOOK_EVERY = 1.0
"""Seconds between two looks whether the other device answered: a person waits."""

FIND_OUT_AFTER = (0.0, 20.0, 60.0)
"""Seconds before each look whether a device that was cut off was removed: a list that was just
published is in the key log's next epoch, ten seconds later as a rule."""

COPIED_WITHIN = OWN_COPY_DELAY[1] + 5.0
"""Seconds after which copies for our own devices have left, if they can leave now at all."""

NO_ANSWER = "the other device did not answer in time: let it show another link"

T = TypeVar("T")


class FleetAtWork:
    """core.fleet_api.OwnFleet, over a network."""

    def __init__(self, network: Network, fleet: Fleet) -> None:
        self._network, self._fleet = network, fleet
        self._answered: Challenging | None = None
        self._linked = b""

    @property
    def removed(self) -> bool:
        return self._fleet.removal.is_certain

    def listed(self) -> Sequence[OwnDevice]:
        return self._fleet.listed()

    async def rename(self, device: str, name: str) -> None:
        with _refusing():
            self._fleet.rename(device, name)

    async def remove(self, device: str) -> None:
        with _refusing():
            await drive(self._network, self._fleet.remove(device))

    async def answer(self, link: str) -> LinkRequest:
        self._answered = None
        approving = self._fleet.approving
        with _refusing():
            answering = await drive(self._network, approving.begin(link))
            met = await until(self._network, lambda: approving.offered(answering))
        self._answered = met
        return approving.shown(met)

    async def allow(self, code: str) -> None:
        met, self._answered = self._answered, None
        if met is None:
            raise RefusedError("no device asks to be linked")
        approving = self._fleet.approving
        with _refusing():
            await drive(self._network, approving.allow(met, code))
            self._linked = met.offer.entry.device
            await until(self._network, lambda: approving.finish(met))

    async def find_out(self) -> bool:
        """Whether our account removed this device, which the relay cut off: it takes a while
        until what was signed last is shown, so more than one look.
        """
        for wait in FIND_OUT_AFTER:
            await asyncio.sleep(wait)
            with contextlib.suppress(StoreError):
                if await drive(self._network, self._fleet.removal.find_out()):
                    return True
        return False

    def copies_waiting(self) -> int:
        """Messages said here whose copies for our other devices did not leave yet."""
        return self._fleet.copies_waiting()

    async def copied(self) -> int:
        """How many of them still wait after all that were put off could leave."""
        for _ in range(int(COPIED_WITHIN / LOOK_EVERY)):
            if not self.copies_waiting():
                break
            await asyncio.sleep(LOOK_EVERY)
        return self.copies_waiting()

    async def told(self, seconds: float) -> bool:
        """Whether the device that was linked last was told all there is, or is within `seconds`."""
        device = self._linked
        return await self._quiet(lambda: self._fleet.has_told(device), seconds)

    async def learned(self, seconds: float) -> bool:
        """Whether this device, linked just now, knows all there is, or does within `seconds`."""
        return await self._quiet(self._fleet.has_learned, seconds)

    async def _quiet(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether it is true twice in a row, with time for a question in between."""
        before = False
        for _ in range(int(seconds / LOOK_EVERY)):
            now = true()
            if before and now:
                return True
            before = now
            await asyncio.sleep(LOOK_EVERY)
        return False


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BusyError as busy:
        raise UnreachableError(f"{busy}: it is told again soon") from None
    except StoreError as error:
        raise RefusedError(f"it was not done, and nothing changed: {error}") from error


async def until(
    network: Network, look: Callable[[], Flow[T | None]], seconds: float = LINK_LIFE
) -> T:
    """What a flow returns as soon as it returns something; a relay away for a moment is no reason.

    Raises:
        RefusedError: nothing in time; or what the flow raises.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                with contextlib.suppress(UnreachableError):
                    found = await drive(network, look())
                    if found is not None:
                        return found
                await asyncio.sleep(LOOK_EVERY)
    raise RefusedError(NO_ANSWER)
