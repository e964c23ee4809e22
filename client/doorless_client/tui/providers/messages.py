"""What was said, anywhere: looked up in the store as it is typed."""

from collections.abc import Callable, Iterable, Sequence

from doorless_client.core.shelf_api import Found
from doorless_client.core.views import Message
from doorless_client.marks import veiled
from doorless_client.text import safe_line
from doorless_client.tui.providers.entry import Entry

SHORTEST = 3
"""Letters from which it is worth searching; fewer are in every other message."""

MOST = 30
"""Messages that a palette shows; the screen of finding shows all."""

BEFORE = 12
"""Characters kept before the first word that was found."""


class Messages:
    """Goes to one, among those around it."""

    searches = True

    def __init__(
        self, search: Callable[[str], Sequence[Found]], go: Callable[[Message], None]
    ) -> None:
        self._search, self._go = search, go

    def entries(self, query: str) -> Iterable[Entry]:
        if len(query.strip()) < SHORTEST:
            return
        for found in self._search(query)[:MOST]:
            yield Entry(f"{found.chat.name}: {_excerpt(found)}", self._opener(found.message))

    def _opener(self, message: Message) -> Callable[[], None]:
        return lambda: self._go(message)


def _excerpt(found: Found) -> str:
    start = found.spans[0][0] if found.spans else 0
    cut = max(0, start - BEFORE)
    return safe_line(("…" if cut else "") + veiled(found.message.text)[cut : cut + 120])
