"""Ports of loopback that stay ours while nobody listens on them, for servers that come back."""

import socket
import sys


class HeldPorts:
    """
    Attributes:
        numbers: ports that the system gives to nobody else until `close`.
    """

    def __init__(self, count: int) -> None:
        """Linux lets a server listen beside a socket that is only bound, if both allow it;
        elsewhere a port is one that was free a moment ago."""
        self._held = [socket.socket() for _ in range(count)]
        for held in self._held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", 0))
        self.numbers: tuple[int, ...] = tuple(held.getsockname()[1] for held in self._held)
        if not sys.platform.startswith("linux"):
            self.close()

    def close(self) -> None:
        for held in self._held:
            held.close()
