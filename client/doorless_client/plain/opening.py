"""Runs the program that opens a link: apart, with nothing of ours to read or write."""

import asyncio
import subprocess
from collections.abc import Sequence


async def start(command: Sequence[str]) -> None:
    """Raises OSError: it cannot be run. Does not wait for it."""
    await asyncio.to_thread(
        subprocess.Popen,
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
