"""What a reaction may be: exactly one emoji.

What we send is on the list of Unicode (its recommended sequences, which the `emoji` package holds).
What others send is known by its form alone: they may have a newer list, and the form lets nothing
through but one picture. Spec: docs/spec/06-content.md §3.9.
"""

import re
from functools import cache

from doorless_client.text import EMOJI, safe

_SELECTOR = "\N{VARIATION SELECTOR-16}"
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_PICTURE = f"(?!{_FLAG})[{EMOJI}](?:{_SELECTOR}|[\U0001f3fb-\U0001f3ff])?"
_ONE = re.compile(
    f"[#*0-9]{_SELECTOR}?\N{COMBINING ENCLOSING KEYCAP}"
    f"|{_FLAG}{{2}}"
    f"|{_PICTURE}(?:\N{ZERO WIDTH JOINER}{_PICTURE}){{0,8}}"
)


def is_like_one(text: str) -> bool:
    """Whether it has the form of one emoji, and nothing besides."""
    return _ONE.fullmatch(text) is not None


def recommended(text: str) -> str | None:
    """The emoji as Unicode recommends it, with the selectors that it has there.

    None: it is none, or more than one, or one whose parts cannot be seen (flags of regions).
    """
    one = _recommended().get(text.replace(_SELECTOR, ""))
    return one if one is not None and is_like_one(one) and safe(one) == one else None


@cache
def _recommended() -> dict[str, str]:
    from emoji import EMOJI_DATA, STATUS  # some hundredths of a second, which a start need not pay

    fully = STATUS["fully_qualified"]
    return {
        emoji.replace(_SELECTOR, ""): emoji
        for emoji, facts in EMOJI_DATA.items()
        if facts["status"] == fully
    }
