"""Lines that the person types, or a pipe gives: read beside the event loop, one ahead at most."""

import asyncio
import threading
from typing import BinaryIO, Final

LONGEST: Final = 64 * 1024
"""Bytes of one line; longer than any message may be."""


class TooLongError(Exception):
    """A line that is longer than anything that can be said; all of it was dropped."""


class NotTextError(Exception):
    """A line that is not UTF-8."""


class Lines:
    """Of a terminal, a pipe or a file alike: a thread waits for them, which ends with the process.

    A line that was begun on a terminal stays the person's until Enter: nothing is read before.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._queue = source, asyncio.Queue[bytes | None]()
        self._room = threading.Semaphore(1)
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read_all, name="lines", daemon=True).start()

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more.

        Raises:
            TooLongError, NotTextError: this line is none; the next one can be asked for.
        """
        data = await self._queue.get()
        self._room.release()
        if data is None:
            self._queue.put_nowait(None)
            return None
        if len(data) > LONGEST:
            raise TooLongError(f"a line has at most {LONGEST} bytes; nothing of it was taken")
        try:
            return data.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise NotTextError("that line is not UTF-8; nothing of it was taken") from None

    def _read_all(self) -> None:
        while True:
            self._room.acquire()
            data = self._read()
            try:
                self._loop.call_soon_threadsafe(self._queue.put_nowait, data)
            except RuntimeError:  # the loop is closed
                return
            if data is None:
                return

    def _read(self) -> bytes | None:
        """A line; of one that is too long, a beginning that is too long as well."""
        try:
            data = self._source.readline(LONGEST + 2)
            whole = data
            while data and not data.endswith(b"\n") and len(data) > LONGEST:
                data = self._source.readline(LONGEST + 2)
        except (OSError, ValueError):
            return None
        return whole or None
