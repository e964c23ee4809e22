"""What the relay delivers, at work: stored in steps, each acknowledged before the next.

Spec: docs/spec/08-state.md §6.
"""

import asyncio
from collections.abc import Sequence

from doorless_client.beside import Beside
from doorless_client.core.engine import Engine
from doorless_client.core.network import Network
from doorless_client.steps import Steps
from doorless_client.taking_in import is_of_the_disk
from doorless_client.troubles import Troubles
from doorless_protocol.frames import Acknowledge, Deliver


class Reception:
    """Of one messenger."""

    def __init__(self, network: Network, engine: Engine, troubles: Troubles) -> None:
        self._network, self._engine, self._troubles = network, engine, troubles
        self._steps = Steps()
        self._stored: list[bytes] = []
        self._beside = engine.state.beside = Beside()

    def close(self) -> None:
        self._beside.close()

    def stored(self, ids: Sequence[bytes]) -> None:
        """The relay may forget these."""
        self._stored.extend(ids)

    async def receive(self, delivered: Sequence[Deliver], coming: Sequence[Deliver]) -> None:
        """Stored first, acknowledged then. What fails ends the connection, unacknowledged."""
        failure: Exception | None = None
        for step, following in self._steps.of(delivered, coming):
            failure = self._steps.take_in(self._engine.receive, step, following) or failure
            ids, self._stored = self._stored, []
            if ids:
                await self._network.tell(Acknowledge(tuple(ids)))
            if failure is not None and is_of_the_disk(failure):
                break
            await asyncio.sleep(0)  # what waited meanwhile has its turn
        if failure is not None:
            self._troubles.tell_either(failure)
            raise failure
