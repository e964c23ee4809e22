"""Names of saved replies behind their sign: completion in a message."""

import re
from collections.abc import Sequence

from doorless_client.core.saved import LONGEST_NAME, SIGN
from doorless_client.core.saved_api import SavedReply

BESIDE = 60
"""Characters of a text that stand beside its name."""

_BEGUN = re.compile(rf"(?:^|[\s(]){SIGN}([^\s{SIGN}]{{1,{LONGEST_NAME}}})$")


def begun(before: str) -> str | None:
    """The name that was begun at the end of `before`: "wa" of "sorry ;wa"."""
    found = _BEGUN.search(before)
    return found[1] if found else None


def proposals(replies: Sequence[SavedReply], query: str) -> Sequence[tuple[str, str]]:
    """Those whose names begin so, behind the sign, each with the beginning of its text."""
    wanted = query.casefold()
    return [
        (f"{SIGN}{one.name}", excerpt(one))
        for one in replies
        if one.name.casefold().startswith(wanted)
    ]


def excerpt(reply: SavedReply) -> str:
    """The beginning of its text on one line."""
    words = " ".join(reply.text.split())
    return words if len(words) <= BESIDE else f"{words[:BESIDE]}…"
