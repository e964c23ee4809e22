"""A relay of a cluster that breaks its word, as `python lying_relay.py HOW serve …`.

    hasty      accepts an envelope before the cluster has it
    gruff      tells every third sender to come later, although it has stored what he brought
    careless   the same, and stores what he brings again once more

The first and the last are what a test of a cluster that is killed has to see through; the one in
the middle is within its rights.
"""

import asyncio
import sys
from collections.abc import Sequence
from itertools import count

from doorless_server import __main__ as entry
from doorless_server.store.base import Arriving, Fate, Position
from doorless_server.store.nats import mail
from doorless_server.store.nats.mail import NatsMail

HASTY, GRUFF, CARELESS = "hasty", "gruff", "careless"

LATER_SECONDS = 0.3

put = NatsMail.put
calls = count(1)
under_way: set[asyncio.Task[list[Position | Fate]]] = set()


async def hasty(self: NatsMail, mails: Sequence[Arriving], day: int) -> list[Position | Fate]:
    async def later() -> list[Position | Fate]:
        await asyncio.sleep(LATER_SECONDS)
        return await put(self, mails, day)

    task = asyncio.ensure_future(later())
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return [Fate.KNOWN] * len(mails)


async def gruff(self: NatsMail, mails: Sequence[Arriving], day: int) -> list[Position | Fate]:
    fates = await put(self, mails, day)
    return [Fate.LATER] * len(mails) if next(calls) % 3 == 0 else fates


def main() -> None:
    how = sys.argv.pop(1)
    NatsMail.put = hasty if how == HASTY else gruff  # type: ignore[method-assign]
    if how == CARELESS:
        mail.AT_NOTHING = {}
    sys.exit(entry.main())


if __name__ == "__main__":
    main()
