"""What a command says while it waits for another device: how long yet, and how to give up."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from doorless_client.cli_outcome import complain
from doorless_client.core.views import Wait
from doorless_client.patience import LOOK_EVERY, in_words

CLEAR = "\r\x1b[K"


@asynccontextmanager
async def waiting_for(whom: str, wait: Callable[[], Wait | None]) -> AsyncIterator[None]:
    """On a terminal a line that counts down; else one line, and one for each change."""
    task = asyncio.create_task(_tell(whom, wait))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell(whom: str, wait: Callable[[], Wait | None]) -> None:
    counts = sys.stderr is not None and sys.stderr.isatty()
    said: bool | None = None
    try:
        while True:
            now = wait()
            if now is not None and counts:
                with contextlib.suppress(OSError):
                    room = shutil.get_terminal_size().columns - 1  # else it could not be cleared
                    line = f"waiting: {in_words(now)}; Ctrl-C gives up"
                    sys.stderr.write(CLEAR + line[:room])
                    sys.stderr.flush()
            elif now is not None and said is not now.away:
                said = now.away
                complain(f"waiting for {whom}: {in_words(now)}")
            await asyncio.sleep(LOOK_EVERY)
    finally:
        if counts:
            with contextlib.suppress(OSError):
                sys.stderr.write(CLEAR)
                sys.stderr.flush()
