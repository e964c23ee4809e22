"""The public log of demands, beside a relay that serves from a folder of its own."""

import argparse
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from doorless_protocol.demand_log.rules import MAX_PERIOD, MIN_PERIOD
from doorless_protocol.demand_log.slot import MAX_SLOTS
from doorless_server.commands.base import USAGE, CommandError, Sources, whole
from doorless_server.commands.keeping import SQLITE
from doorless_server.commands.stopping import Stop

if TYPE_CHECKING:
    from doorless_server.demands.turning import Turning


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--demand-period",
        type=whole(MIN_PERIOD, MAX_PERIOD, "seconds"),
        metavar="SECONDS",
        help="between two entries of the demand log; default a day; only when the log is begun",
    )
    parser.add_argument(
        "--demand-slots",
        type=whole(1, MAX_SLOTS, "slots"),
        metavar="N",
        help="demands that a period takes; default 16; only when the log is begun",
    )


async def opened(
    chosen: argparse.Namespace, name: str, sources: Sources, stop: Stop, leaving: AsyncExitStack
) -> "Turning | None":
    """Keep the log until `leaving`; None in a cluster, whose nodes have no folder together.

    Raises:
        DataError, ForkRefusedError, NewerSchemaError: as of `Turning.start`.
    """
    if chosen.store != SQLITE:
        if chosen.demand_period is not None or chosen.demand_slots is not None:
            raise CommandError("a cluster keeps no demand log", USAGE)
        return None
    from doorless_server.demands.turning import Turning  # not for `--help`

    turning = await Turning.start(
        chosen.data,
        name,
        sources.random,
        clock=sources.clock,
        broken=stop.failed,
        elapsed=sources.elapsed,
        period=chosen.demand_period,
        slots=chosen.demand_slots,
    )
    leaving.push_async_callback(turning.close)
    return turning
