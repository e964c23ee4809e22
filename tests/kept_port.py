"""A port that stays ours while nobody listens on it, for a relay that comes back to it."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """Nobody who asks the system for some port is given this one: the tests that run beside ask
    all the time. We listen on it, and stop, as we like.

    Linux lets one socket listen beside another that is only bound, if both allow it; elsewhere
    the port is one that was free a moment ago.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        if not sys.platform.startswith("linux"):
            held.close()
        yield port
