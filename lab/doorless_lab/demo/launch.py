"""The demo in a terminal, from the command line's point of view."""

import os
from collections.abc import Callable

from doorless_client.tui.environment import drop_debug_switches
from doorless_lab.sights import Sights
from doorless_lab.stage import Stage
from doorless_protocol.primitives import Random


async def run(now: Callable[[], float], random: Random) -> int:
    """Run until whoever sits there quits.

    Returns:
        The exit code: 0, or 1 after a mistake of our own.
    """
    drop_debug_switches(os.environ)
    from doorless_lab.demo.app import DemoApp  # Textual reads its switches on import

    sights = Sights(now)
    async with Stage(now=now, random=random, on_call=sights.take) as stage:
        app = DemoApp(stage, sights, lambda: int(now()))
        try:
            await app.run_async()
        finally:
            await app.demo.settle()
    return app.return_code or 0
