"""Waiting for what a messenger tells of."""

import asyncio
from collections.abc import Callable

from doorless_client.messenger import Messenger


async def until(messenger: Messenger, condition: Callable[[], bool]) -> None:
    """Look again at each event, for a minute at most."""
    changed = asyncio.Event()
    stop = messenger.listen(lambda _: changed.set())
    async with asyncio.timeout(60):
        while not condition():
            changed.clear()
            await changed.wait()
    stop()
