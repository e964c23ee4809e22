"""The relay as a process of its own: what it carries, how fast, and what it costs at rest.

    python -m benchmarks.relay [--json] [--check] [--quick] [--save] [--peers]

One core for the server (the relay's loop and its writer share it), the other for the load.
"""

import gc
import sys

from benchmarks import relay_speed
from benchmarks.relay_servers import LOADS, pin
from benchmarks.report import Report, run

PACKAGES = ("websockets", "uvloop", "msgspec")


def fill(report: Report, quick: bool) -> None:
    pin(LOADS)
    gc.disable()
    relay_speed.fill(report, quick)


if __name__ == "__main__":
    sys.exit(run("relay", fill, PACKAGES))
