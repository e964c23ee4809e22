"""The chats in the order of the list, and which of them comes next."""

from collections.abc import Iterable
from dataclasses import replace

from doorless_client.core.views import Chat, Standing, Trust


class ChatRows:
    """Chats by conversation. What is archived comes last, and is folded away until it is asked for.

    Args:
        chats: those that the engine has.
    """

    def __init__(self, chats: Iterable[Chat] = ()) -> None:
        self._rows = {chat.conversation: chat for chat in chats}
        self.unfolded = False

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __getitem__(self, conversation: bytes) -> Chat:
        return self._rows[conversation]

    def get(self, conversation: bytes) -> Chat | None:
        return self._rows.get(conversation)

    def take(self, chats: Iterable[Chat]) -> None:
        self._rows.update({chat.conversation: chat for chat in chats})

    def read(self, conversation: bytes) -> None:
        """Show it as read: the engine is about to say so."""
        self._rows[conversation] = replace(self._rows[conversation], unread=0)

    def drop(self, conversation: bytes) -> None:
        self._rows.pop(conversation, None)

    def every(self) -> list[Chat]:
        """Pinned ones first, then the newest; archived ones last."""
        return sorted(
            self._rows.values(), key=lambda chat: (chat.archived, not chat.pinned, -chat.when)
        )

    def shown(self) -> list[Chat]:
        return [chat for chat in self.every() if self.unfolded or not chat.archived]

    @property
    def folded(self) -> int:
        """Archived chats that are not shown."""
        return 0 if self.unfolded else sum(chat.archived for chat in self._rows.values())

    @property
    def unread(self) -> int:
        """Chats with something new; what is muted does not count."""
        return sum(is_new(chat) and not chat.muted_until for chat in self._rows.values())

    def beside(self, conversation: bytes, step: int) -> Chat | None:
        """So many rows further down."""
        shown = self.shown()
        places = [chat.conversation for chat in shown]
        if conversation not in places:
            return shown[0] if shown else None
        place = places.index(conversation) + step
        return shown[place] if 0 <= place < len(shown) else None

    def next_unread(self, opened: bytes | None) -> Chat | None:
        """The one that matters most of those with something new, but for the one that is open."""
        waiting = [chat for chat in self.every() if is_new(chat) and chat.conversation != opened]
        return min(waiting, key=_priority, default=None)


def is_new(chat: Chat) -> bool:
    return chat.unread > 0 or chat.marked_unread


def _priority(chat: Chat) -> tuple[int, float]:
    """A changed number, then people, what was put off, strangers, and what is muted or archived."""
    if chat.trust is Trust.CHANGED:
        first = 0
    elif chat.archived or chat.muted_until:
        first = 4
    elif chat.standing is not Standing.CONTACT:
        first = 3
    else:
        first = 1 if chat.unread else 2
    return first, -chat.when
