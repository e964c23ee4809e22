"""A real relay, as a process of its own, on this computer alone."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

READY_WITHIN = 20.0
"""Seconds until a relay says that it is ready; a slow computer needs two."""

DRAIN_WITHIN = 11.0
"""Seconds that a relay may take to end when asked; it drains for at most 10."""


class RelayError(Exception):
    """The relay did not start; the message says what it said."""


class RelayProcess:
    """Started by `start`; `stop` or `kill` it, and nothing of it is left but its files.

    It ends by itself when this process is gone, or the event loop that started it.

    Attributes:
        address: where it listens; another one after each start.
    """

    def __init__(
        self,
        name: str,
        data: Path,
        log: Path,
        extra: Mapping[str, str],
        *,
        program: Sequence[str] = ("doorless_server", "serve"),
    ) -> None:
        """Make one that is not running.

        Args:
            name: what stands behind the @ of its accounts.
            log: file that takes what it writes to stderr.
            extra: environment variables for it, beside our own.
            program: a module and its first arguments; it takes those of `serve`.
        """
        self.name, self.data, self.log = name, data, log
        self.address: tuple[str, int] = ("127.0.0.1", 0)
        self._environment = {**os.environ, **extra}
        self._program = tuple(program)
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """Of the running process; None when there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start it, and wait until it is ready.

        Raises:
            RelayError: it ended, or did not become ready; it is not running.
        """
        command = ("-m", "doorless_lab.tied", *self._program, "--data", str(self.data))
        options = ("--listen", "127.0.0.1:0", "--name", self.name, "--json")
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                *options,
                stdin=asyncio.subprocess.PIPE,  # its end tells it that we are gone
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environment,
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                line = await self._stdout.readline()
            self.address = _listening(line)
        except BaseException as error:
            await self.kill()
            if isinstance(error, TimeoutError | ValueError | KeyError):
                raise RelayError(f"the relay did not start: {self._last_words()}") from None
            raise

    async def stop(self) -> None:
        """Ask it to end; harmless when it has ended. It is killed if it does not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            process.terminate()
            async with asyncio.timeout(DRAIN_WITHIN):
                await process.wait()
        except TimeoutError:
            await self.kill()
        finally:
            if process.returncode is None:
                process.kill()

    async def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no drain."""
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    @property
    def _stdout(self) -> asyncio.StreamReader:
        if self._process is None or self._process.stdout is None:
            raise ValueError("the relay was not started")
        return self._process.stdout

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def _listening(line: bytes) -> tuple[str, int]:
    """Read the line that a relay prints when it is ready."""
    ready = json.loads(line)
    if ready["event"] != "ready":
        raise ValueError("not ready")
    host, _, port = str(ready["url"]).rpartition("//")[2].rpartition(":")
    return host, int(port)
