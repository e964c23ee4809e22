"""Block somebody and delete what was said, in one step: nobody is told, and nothing is reported."""

import asyncio

from doorless_client.core.api import Engine
from doorless_client.core.views import Kind

CHUNK = 256
"""Messages read from the store at a time."""


async def block_and_delete(engine: Engine, conversation: bytes) -> None:
    """First blocked, so that nothing more comes meanwhile; then deleted here.

    Raises:
        RefusedError: not somebody who can be blocked, or the disk is full: then some is left.
    """
    await engine.block(conversation)
    history = engine.history(conversation)
    while held := [one for one in history.slice(0, CHUNK) if one.kind is not Kind.NOTE]:
        for message in held:
            await engine.messages.delete(message, everyone=False)
            await asyncio.sleep(0)  # there may be thousands: whoever looks at them has his turn
