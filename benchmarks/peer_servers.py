"""Servers of others as processes of our own, each on a free port of loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from benchmarks.relay_servers import SERVERS, Server, pin

PATIENCE = 30.0
"""Seconds until a server has to listen."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


@contextmanager
def served(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run it on the core of the servers until it listens; killed afterwards, for nothing of it is
    needed any more.

    Raises:
        RuntimeError: it ended, or does not listen.
    """
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        pin(SERVERS, process.pid)
        address = ("127.0.0.1", port)
        _await_port(process, address)
        yield Server(address, process.pid)
    finally:
        process.kill()
        process.wait()


def _await_port(process: "subprocess.Popen[bytes]", address: tuple[str, int]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}")
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("it does not listen")
