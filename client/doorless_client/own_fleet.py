"""Our own devices at work: the engine's flows about them, on the event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence

from doorless_client.core.api import KeyChangedError, RefusedError, UnreachableError
from doorless_client.core.approving import check_form
from doorless_client.core.contacts import BusyError
from doorless_client.core.fleet import Fleet
from doorless_client.core.network import Network
from doorless_client.core.own_copies import OWN_COPY_DELAY
from doorless_client.core.views import LinkRequest, OwnDevice, Wait
from doorless_client.driving import drive
from doorless_client.patience import LOOK_EVERY, Patience
from doorless_client.store.base import StoreError
from doorless_protocol.linking.link import DeviceLink
from doorless_protocol.linking.meeting import Challenging

FIND_OUT_AFTER = (0.0, 20.0, 60.0)
"""Seconds before each look whether a device that was cut off was removed: a list that was just
published is in the key log's next epoch, ten seconds later as a rule."""

COPIED_WITHIN = OWN_COPY_DELAY[1] + 5.0
"""Seconds after which copies for our own devices have left, if they can leave now at all."""

WORD_WITHIN = 2.0
"""Seconds for telling the other device that nothing comes of it, which is a courtesy."""


class FleetAtWork:
    """core.fleet_api.OwnFleet, over a network."""

    def __init__(self, network: Network, fleet: Fleet) -> None:
        self._network, self._fleet = network, fleet
        self._answered: Challenging | None = None
        self._meeting: DeviceLink | None = None  # whose device waits for a word of ours
        self._patience: Patience | None = None
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

    @property
    def wait(self) -> Wait | None:
        return self._patience.wait if self._patience is not None else None

    async def answer(self, link: str) -> LinkRequest:
        self._answered = None
        approving = self._fleet.approving
        with _refusing():
            answering = await drive(self._network, approving.begin(link))
            self._meeting = answering.link
            with self._patient(answering.link) as patience:
                met = await patience.hear(self._network, lambda: approving.offered(answering))
        self._answered = met
        return approving.shown(met)

    async def allow(self, code: str) -> None:
        met = self._answered
        if met is None:
            raise RefusedError("no device asks to be linked")
        check_form(code)
        self._answered, approving = None, self._fleet.approving
        with _refusing():
            try:
                await drive(self._network, approving.allow(met, code))
            except KeyChangedError:
                await self.refuse()
                raise
            self._meeting, self._linked = None, met.offer.entry.device
            with self._patient(met.link) as patience:
                await patience.hear(self._network, lambda: approving.finish(met))

    async def refuse(self) -> None:
        link, self._meeting, self._answered = self._meeting, None, None
        if link is not None:
            with contextlib.suppress(TimeoutError, RefusedError):
                async with asyncio.timeout(WORD_WITHIN):
                    await drive(self._network, self._fleet.approving.refuse(link))

    @contextlib.contextmanager
    def _patient(self, link: DeviceLink) -> Iterator[Patience]:
        self._patience = Patience(link.until, self._fleet.clock)
        try:
            yield self._patience
        finally:
            self._patience = None

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
        raise RefusedError(f"nothing changed: {error}") from error
