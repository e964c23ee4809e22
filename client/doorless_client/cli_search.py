"""search: messages found by their words."""

import argparse

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_output import json_line, line, message_json, message_line
from doorless_client.core.shelf_api import Found
from doorless_client.core.views import Standing


def search(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            where = opened.messenger.find(chosen.chat).conversation if chosen.chat else None
            opened.messenger.shelf.ready()
            words = " ".join(chosen.words)
            found = opened.messenger.shelf.search(words, where, at_most=chosen.limit or 200)
        for one in reversed(found):  # the newest last, as in a history
            _print(one, as_json=chosen.json)
        return 0

    return run(work())


def _print(found: Found, *, as_json: bool) -> None:
    if as_json:
        where = {"address": found.chat.address, "spans": [list(span) for span in found.spans]}
        json_line({**message_json(found.message), **where})
        return
    chat = "notes" if found.chat.note_to_self else found.chat.address
    if found.chat.standing is Standing.REQUEST:
        chat = f"request {found.chat.name}"
    line(f"{chat}  {message_line(found.message, found.chat)}")
