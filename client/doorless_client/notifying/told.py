"""What a notification says: of any number of messages one, and never more than was chosen.

The desktop keeps what it was told, in files that no passphrase closes. So a name is the most
that it learns by default, and of who is no contact it learns nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorless_client.core.views import Chat, Kind, Message, Standing
from doorless_client.marks import preview
from doorless_client.text import safe_line

APP = "doorless"

LONGEST_NAME, LONGEST_TEXT = 40, 160
"""Characters of a name and of a message that a notification has room for."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notification."""

    title: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(slots=True)
class Arrivals:
    """What came since the last notification, by conversation: how many, and the last of them."""

    count: dict[bytes, int] = field(default_factory=dict)
    last: dict[bytes, Message] = field(default_factory=dict)
    notices: int = 0  # of demands for our data: never more than that there are any

    def take(self, message: Message) -> bool:
        """Count it, if it is news to whoever is away."""
        if message.mine or message.kind is Kind.NOTE:
            return False
        here = message.conversation
        self.count[here] = self.count.get(here, 0) + 1
        self.last[here] = message
        return True

    def summed_up(self, level: str, chats: Mapping[bytes, Chat], now: int) -> Told | None:
        """One notification of all of it, or none.

        Args:
            level: "nothing", "name" or "text".
            now: Unix seconds: a chat that is muted until later is not told of.
        """
        if level == "nothing":
            return None
        told = self._of_messages(level, chats, now)
        if not self.notices:
            return told
        notice = "A notice from your relay"
        if told is None:
            return Told(APP, notice)
        return Told(told.title, f"{notice}. {told.body}")

    def _of_messages(self, level: str, chats: Mapping[bytes, Chat], now: int) -> Told | None:
        heard = [one for one in self.count if one in chats and not _is_muted(chats[one], now)]
        talks = [one for one in heard if chats[one].standing is Standing.CONTACT]
        requests = sum(chats[one].standing is Standing.REQUEST for one in heard)
        if not talks:
            return Told(APP, _requests(requests)) if requests else None
        if len(talks) == 1 and not requests:
            chat, count = chats[talks[0]], self.count[talks[0]]
            return Told(_name(chat), _body(count, self.last[talks[0]], level))
        return Told(APP, self._of_several(talks, requests, chats))

    def _of_several(self, talks: list[bytes], requests: int, chats: Mapping[bytes, Chat]) -> str:
        messages = _messages(sum(self.count[one] for one in talks))
        others = len(talks) - 1
        also = f" and {others} other{'s' if others > 1 else ''}" if others else ""
        more = f", and {_requests(requests).lower()}" if requests else ""
        return f"{messages} from {_name(chats[talks[0]])}{also}{more}"


def _body(count: int, last: Message, level: str) -> str:
    """A message that disappears is not kept by the desktop for ever."""
    shows = level == "text" and last.kind is Kind.TEXT and not last.lasts and last.text
    if not shows:
        return _messages(count)
    text = preview(last.text, LONGEST_TEXT)
    return str(text) if count == 1 else f"{_messages(count)}: {text}"


def _messages(count: int) -> str:
    return "New message" if count == 1 else f"{count} new messages"


def _requests(count: int) -> str:
    return "A request" if count == 1 else f"{count} requests"


def _name(chat: Chat) -> str:
    return str(safe_line(chat.name, at_most=LONGEST_NAME))


def _is_muted(chat: Chat, now: int) -> bool:
    return chat.muted_until > now


def by_conversation(chats: Iterable[Chat]) -> dict[bytes, Chat]:
    return {chat.conversation: chat for chat in chats}
