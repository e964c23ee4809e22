"""The second port of `doorless-relay serve`: numbers for who watches over it, on loopback."""

import argparse
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from doorless_server import http_server, listener
from doorless_server.commands import network
from doorless_server.commands.base import USAGE, CommandError
from doorless_server.directory.base import RunningLog
from doorless_server.store.writer import Writer

BOUNDS = http_server.Bounds(body=0, connections=8)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metrics",
        metavar="HOST:PORT",
        help="also answer Prometheus there, on loopback: GET /metrics",
    )


def address(chosen: argparse.Namespace) -> tuple[str, int] | None:
    """Where it was asked for. It is for this computer: who may see when a relay is busy has to
    come through a door of the operator's own."""
    if chosen.metrics is None:
        return None
    host, port = network.address(chosen.metrics)
    if not network.is_loopback(host):
        raise CommandError(f"--metrics is for loopback, and {host} is not", USAGE)
    return host, port


async def serve(
    where: tuple[str, int],
    folder: Path,
    server: listener.Listener,
    log: RunningLog,
    writers: Mapping[str, Writer],
    leaving: AsyncExitStack,
) -> str:
    """Answer until `leaving`; the page's URL. Raises OSError."""
    from doorless_server import metrics  # a tenth of a second, for those who asked for it

    page = metrics.Page(metrics.Readings(folder, server, log, writers))
    serving = await http_server.serve(listener.bind(*where), page.handle, BOUNDS)
    leaving.push_async_callback(serving.close)
    return serving.url + metrics.PATH
