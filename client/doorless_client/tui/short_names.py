"""Emoji and their names in colons: completion, and drawing where a terminal disagrees on widths.

The table is the `emoji` package's, read when it is first needed: that takes a tenth of a second.
"""

import re
from collections.abc import Sequence
from functools import cache

QUICK = {
    "👍": ":thumbs_up:",
    "💚": ":green_heart:",
    "😂": ":face_with_tears_of_joy:",
    "😮": ":face_with_open_mouth:",
    "😢": ":crying_face:",
    "🙏": ":folded_hands:",
    "🎉": ":party_popper:",
    "🔥": ":fire:",
    "👀": ":eyes:",
    "✅": ":check_mark_button:",
    "👎": ":thumbs_down:",
    "🚀": ":rocket:",
}
"""Offered first, without reading the table: of one code point, as wide in every terminal."""

MOST = 24
"""Proposals at once."""

DRAWN_EVERYWHERE = 14
"""Of Emoji, the version that terminals of today draw: of newer ones many show nothing."""

_EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_VOLATILE = re.compile("[\ufe0f\u200d\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
_KEYCAP = "\u20e3"
_BEGUN = re.compile(r"(?:^|[\s(]):([a-z0-9_+-]{2,32})$")
_SEQUENCE = re.compile(
    "(?:[#*0-9]?\ufe0f?\u20e3|"
    "[\U0001f1e6-\U0001f1ff]{2}|"
    "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]{0,2}"
    "(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]{0,2}){0,8}"
    ")[\ufe0f\u200d]*"
)


def is_volatile(text: str) -> bool:
    """Whether terminals disagree about its width: joined, flagged, toned, or by a selector."""
    return not text.isascii() and _VOLATILE.search(text) is not None


def drawn(text: str, *, names: bool) -> str:
    """`text` with each emoji that terminals draw in different widths as its `:name:`.

    Args:
        names: every emoji, not only those.
    """
    if text.isascii() or not (_EMOJI.search(text) or _KEYCAP in text):
        return text
    return _SEQUENCE.sub(
        lambda found: steady(name_of(found[0])) if names or is_volatile(found[0]) else found[0],
        text,
    )


def steady(emoji: str) -> str:
    """What has no name, as all terminals draw it alike: in its parts, which nothing joins."""
    return _VOLATILE.sub("\N{REPLACEMENT CHARACTER}", emoji)


def name_of(emoji: str) -> str:
    """Such as `:thumbs_up:`; what has no name stays what it is."""
    return QUICK.get(emoji) or _names().get(emoji.replace("\ufe0f", "").rstrip("\u200d"), emoji)


def begun(before: str) -> str | None:
    """The name that was begun at the end of `before`: "thu" of "well :thu"."""
    found = _BEGUN.search(before)
    return found[1] if found else None


def proposals(query: str) -> Sequence[tuple[str, str]]:
    """Emoji and names that hold `query`: what is at hand first, then what begins so, then short."""
    wanted = query.strip(": ").lower().replace(" ", "_")
    if not wanted:
        return list(QUICK.items())
    hits = [
        (emoji not in QUICK, not name.startswith(wanted, 1), len(name), emoji, name)
        for name, emoji in _spelled().items()
        if wanted in name
    ]
    found: dict[str, str] = {}
    for *_, emoji, name in sorted(hits):
        found.setdefault(emoji, name)
    return list(found.items())[:MOST]


@cache
def _names() -> dict[str, str]:
    from emoji import EMOJI_DATA  # a tenth of a second, which a start need not pay

    return {emoji.replace("\ufe0f", ""): names["en"] for emoji, names in EMOJI_DATA.items()}


@cache
def _spelled() -> dict[str, str]:
    """By name; only what a reaction may hold and one terminal draws like the other."""
    from emoji import EMOJI_DATA

    return {
        name.lower(): emoji
        for emoji, names in EMOJI_DATA.items()
        if names["status"] == 2 and names["E"] <= DRAWN_EVERYWHERE and not is_volatile(emoji)
        for name in (names["en"], *names.get("alias", ()))
    }
