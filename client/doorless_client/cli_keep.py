"""keep: go on with this copy of the profile, and with no other one."""

import argparse

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import UNREACHABLE, complain
from doorless_client.cli_output import line
from doorless_client.cli_waiting import Watch


def keep(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            watch = Watch(opened.messenger, hold=True)
            await opened.messenger.start()
            arrived = await watch.arrived()
            watch.check_listed()
            if not arrived:
                complain("the relay cannot be reached; nothing was changed")
                return UNREACHABLE
            await opened.messenger.keep()
            line("this copy of the profile goes on; any other one is stopped when it connects")
            line("conversations begin anew; what somebody could not open is sent again")
            return await watch.settled()

    return run(work())
