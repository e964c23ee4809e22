"""The messenger in a terminal, from the command line's point of view."""

import asyncio
import os
from collections.abc import Callable

from doorless_client.notifying.desktop import find_notifier
from doorless_client.tui.environment import drop_debug_switches
from doorless_client.tui.ports import Onboarding


def run(onboarding: Onboarding, now: Callable[[], int]) -> int:
    """Run until the person quits.

    Args:
        now: Unix seconds.

    Returns:
        The exit code: 0, or 1 after a mistake of our own.
    """
    drop_debug_switches(os.environ)
    return asyncio.run(_run(onboarding, now))


async def _run(onboarding: Onboarding, now: Callable[[], int]) -> int:
    from doorless_client.tui.app import DoorlessApp  # Textual reads its switches on import
    from doorless_client.tui.terminal_pictures import prepare

    app = DoorlessApp(onboarding, now, find_notifier=find_notifier)
    if onboarding.preferences.settings.pictures == "terminal":
        app.drawing = prepare()  # here: an app that runs takes the answer for keys
    try:
        await app.run_async()
    finally:
        await onboarding.close()
    return app.return_code or 0
