"""The messenger in a terminal, from the command line's point of view."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable

from doorless_client.notifying.desktop import find_notifier
from doorless_client.tui.environment import drop_debug_switches
from doorless_client.tui.ports import Onboarding


def run(
    onboarding: Onboarding,
    now: Callable[[], int],
    *,
    before_drawing: Callable[[], None] = lambda: None,
) -> int:
    """Run until the person quits.

    Args:
        now: Unix seconds.
        before_drawing: done right before the terminal is taken.

    Returns:
        The exit code: 0; 1 after a mistake of our own; 128 and the signal that asked it to end.
    """
    drop_debug_switches(os.environ)
    return asyncio.run(_run(onboarding, now, before_drawing))


async def _run(
    onboarding: Onboarding, now: Callable[[], int], before_drawing: Callable[[], None]
) -> int:
    from doorless_client.tui.app import DoorlessApp  # Textual reads its switches on import
    from doorless_client.tui.terminal_pictures import prepare

    app = DoorlessApp(onboarding, now, find_notifier=find_notifier)
    app.before_drawing = before_drawing
    if onboarding.preferences.settings.pictures == "terminal":
        app.drawing = prepare()  # here: an app that runs takes the answer for keys
    loop = asyncio.get_running_loop()

    def leave(by: int) -> None:
        app.exit(return_code=128 + by)

    with contextlib.suppress(NotImplementedError):  # on Windows
        for one in asking_to_end():
            loop.add_signal_handler(one, leave, one)
    try:
        await app.run_async()
    finally:
        await onboarding.close()
    return app.return_code or 0


def asking_to_end() -> list[int]:
    """Signals on which to leave in order: ended by them at once, the terminal would stay ours.

    Somebody ends the program, or its window was closed; not under nohup.
    """
    asking = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
    return [one for one in asking if one and signal.getsignal(one) is not signal.SIG_IGN]
