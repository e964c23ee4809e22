"""The real commands as processes, from plain code: a relay to start and kill, a client to ask."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSPHRASE = "correct horse battery staple"  # noqa: S105  of people who do not exist
PATIENCE = 60.0
"""Seconds that a command may take on a slow computer."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        """What it printed, one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Client:
    """One profile, used by one `doorless` process after another."""

    profile: Path
    passphrase: str = PASSPHRASE

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """Begin a command; the caller ends it."""
        command = [sys.executable, "-m", "doorless_client", "--profile", str(self.profile)]
        environment = {**os.environ, "DOORLESS_PASSPHRASE": self.passphrase, **_UTF8}
        return subprocess.Popen(  # noqa: S603  our own program
            [*command, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def run(self, *arguments: str, says: str = "") -> Finished:
        """Run a command to its end; `says` is its standard input."""
        with self.start(*arguments) as process:
            out, err = process.communicate(says, timeout=PATIENCE)
        return Finished(process.returncode, out, err)


class Relay:
    """A relay on this computer, on one port for all of its life."""

    def __init__(self, data: Path, log: Path, port: int = 0) -> None:
        self._data, self._log = data, log
        self._process: subprocess.Popen[str] | None = None
        self.url = f"ws://127.0.0.1:{port}"

    @property
    def name(self) -> str:
        """What stands behind the @ of its accounts."""
        return self.url.removeprefix("ws://")

    def start(self) -> None:
        """Start it, again if it ran before, and wait until it is ready."""
        command = [sys.executable, "-m", "doorless_server", "serve", "--data", str(self._data)]
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own program
                [*command, "--listen", self.name], stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._process = process
        if process.stdout is not None:
            self.url = json.loads(process.stdout.readline())["url"]

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(kill=False)

    def kill(self) -> None:
        """End it as the loss of power does."""
        self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with process:
            process.kill() if kill else process.terminate()
            process.wait(PATIENCE)


@contextlib.contextmanager
def running_relay(folder: Path, port: int = 0) -> Iterator[Relay]:
    """A relay whose files are in `folder`, gone when left. Port 0: one that the system picks."""
    relay = Relay(folder / "relay", folder / "relay.log", port)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()


def registered(folder: Path, relay: Relay, handles: Sequence[str]) -> list[Client]:
    """A profile for each of `handles`, its account made with the command line."""
    clients = [Client(folder / handle) for handle in handles]
    for client, handle in zip(clients, handles, strict=True):
        done = client.run("register", "--relay", relay.url, "--handle", handle)
        if done.code:
            raise RuntimeError(f"{handle} was not registered: {done.err}")
    return clients


_UTF8 = {"PYTHONUTF8": "1"}
