"""Two devices that meet wait for each other: as long as the link holds, and not in the dark."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.effects import Flow
from doorless_client.core.network import Network
from doorless_client.core.state import Clock
from doorless_client.core.views import Wait
from doorless_client.driving import drive

LOOK_EVERY = 1.0
"""Seconds between two looks whether the other device answered: a person waits."""

NO_ANSWER = "the other device did not answer in time: let it show another link"
NO_RELAY = "the relay could not be reached before the link was over: begin anew when it is back"

T = TypeVar("T")


class Patience:
    """Until the link is over, and no longer."""

    def __init__(self, until: int, now: Clock) -> None:
        """Args: until: Unix seconds."""
        self._until, self._now, self._away = until, now, False

    @property
    def wait(self) -> Wait:
        """What to tell whoever sits there."""
        return Wait(max(0, int(self._until - self._now())), self._away)

    async def hear(self, network: Network, look: Callable[[], Flow[T | None]]) -> T:
        """What a flow returns as soon as it returns something; a relay may be away for a moment.

        Raises:
            RefusedError: nothing in time; or what the flow raises.
        """
        while True:
            try:
                found = await drive(network, look())
            except UnreachableError:
                self._away = True
            else:
                self._away = False
                if found is not None:
                    return found
            if not self.wait.left:
                raise RefusedError(NO_RELAY if self._away else NO_ANSWER)
            await asyncio.sleep(LOOK_EVERY)


def in_words(wait: Wait) -> str:
    """How long yet, and what is in the way."""
    left = f"{wait.left // 60}:{wait.left % 60:02} left"
    return f"the relay cannot be reached, trying again; {left}" if wait.away else left
