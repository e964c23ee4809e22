"""Conversations, the newest first."""

from collections.abc import Callable, Iterable, Sequence

from doorless_client.core.views import Chat
from doorless_client.tui.providers.entry import Entry


class Chats:
    """Goes to one. A name that somebody gave themselves is shown with nothing parsed in it."""

    searches = False

    def __init__(self, chats: Sequence[Chat], go: Callable[[Chat], None]) -> None:
        self._chats, self._go = chats, go

    def entries(self, query: str) -> Iterable[Entry]:
        del query
        for chat in self._chats:
            yield Entry(str(chat.name), self._opener(chat), _unread(chat))

    def _opener(self, chat: Chat) -> Callable[[], None]:
        return lambda: self._go(chat)


def _unread(chat: Chat) -> str:
    return f"{chat.unread} unread" if chat.unread else ""
