"""export: a conversation as lines to read, or as JSON."""

import argparse

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_messages import history
from doorless_client.cli_outcome import DONE
from doorless_client.cli_output import line
from doorless_client.exporting import export_conversation
from doorless_client.restored_words import counted


def export(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    if chosen.to is None:
        chosen.limit, chosen.ids = None, False
        return history(chosen, now, random)

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            here = opened.messenger.find(chosen.contact).conversation
            count = await export_conversation(
                opened.messenger, here, chosen.to.absolute(), as_json=chosen.json
            )
        line(f"{counted(count, 'message')} written to {chosen.to}; the file is not sealed")
        return DONE

    return run(work())
