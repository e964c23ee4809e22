"""saved: texts that were saved to answer with."""

import argparse

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_messages import standard_input
from doorless_client.cli_outcome import DONE, UsageError
from doorless_client.cli_output import columns, json_line, line
from doorless_client.core.saved_api import SavedReplies

TAKES = {"list": 0, "add": 2, "rename": 2, "remove": 1}
"""What can be done, and how many words it takes."""


def saved(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    if len(chosen.words) != TAKES[chosen.what]:
        raise UsageError("saved list, add NAME TEXT, rename NAME NEW, or remove NAME")
    words = list(chosen.words)
    if chosen.what == "add" and words[1] == "-":
        words[1] = standard_input()

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            replies = opened.messenger.saved
            match chosen.what, words:
                case "add", (name, text):
                    await replies.save(name, text)
                    line(f"saved: {name}")
                case "rename", (name, new):
                    await replies.rename(name, new)
                    line(f"called {new} now")
                case "remove", (name,):
                    await replies.remove(name)
                    line(f"deleted: {name}")
                case _:
                    _list(replies, as_json=chosen.json)
        return DONE

    return run(work())


def _list(replies: SavedReplies, *, as_json: bool) -> None:
    if as_json:
        for one in replies.every():
            json_line({"name": one.name, "text": one.text})
        return
    for row in columns([(one.name, " ".join(one.text.split())) for one in replies.every()]):
        line(row)
