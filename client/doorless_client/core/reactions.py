"""What may stand below a message: one emoji, or nothing, which takes it back.

Spec: docs/spec/06-content.md §3.9.
"""

from doorless_client.core.api import BadInputError
from doorless_client.one_emoji import is_like_one, recommended
from doorless_protocol.content import MAX_EMOJI_BYTES


def check_emoji(text: str) -> str:
    """Of ours, as Unicode recommends it. Raises BadInputError: no emoji, or more than one."""
    wanted = text.strip()
    one = recommended(wanted) if wanted else ""
    if one is None or len(one.encode()) > MAX_EMOJI_BYTES:
        raise BadInputError("a reaction is one emoji")
    return one


def is_reaction(emoji: str) -> bool:
    """Of others: whether it is shown at all."""
    return not emoji or is_like_one(emoji)
