"""Which emoji to react with: some at hand, all by their names."""

from collections.abc import Sequence

from doorless_client.tui.plain import plain
from doorless_client.tui.screens.choose import Choose, Row
from doorless_client.tui.short_names import name_of, proposals

TAKE_BACK = ""


def emoji_picker(given: str = "") -> Choose[str]:
    """Answers an emoji; TAKE_BACK for the one that was `given` already."""

    def rows(typed: str) -> Sequence[Row[str]]:
        found = [(emoji, name) for emoji, name in proposals(typed) if emoji != given]
        back = [Row(TAKE_BACK, plain(f"{given}  {name_of(given)}  take it back"))] if given else []
        fresh = [Row(emoji, plain(f"{emoji}  {name}")) for emoji, name in found]
        return [*fresh, *back] if typed else [*back, *fresh]

    return Choose("React", rows, asks="A name, such as heart")
