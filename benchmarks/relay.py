"""The relay as a process of its own: what it carries, how fast, and what it costs at rest.

    python -m benchmarks.relay [--json] [--check] [--quick] [--save] [--peers]

One core for the server (the relay's loop and its writer share it), the other for the load.
"""

import gc
import sys

from benchmarks import relay_flat, relay_idle, relay_peers, relay_speed
from benchmarks.relay_servers import LOADS, pin
from benchmarks.report import Report, run

PACKAGES = ("websockets", "uvloop", "msgspec")


def fill(report: Report, quick: bool) -> None:
    pin(LOADS)
    gc.disable()
    for part in (relay_speed, relay_idle, relay_flat):
        part.fill(report, quick)


if __name__ == "__main__":
    peers = {"peers": ("also beside the peers that are installed", relay_peers.fill)}
    sys.exit(run("relay", fill, PACKAGES, more=peers))
