"""What happened to messages that were printed before: edited, taken back, reacted to."""

from doorless_client.core.views import Message

Shown = tuple[int, bool, tuple[object, ...]]
UNCHANGED: Shown = (0, False, ())


class Changes:
    """Heard while a command is connected, and told once each."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes], Shown] = {}
        self._waiting: dict[tuple[bytes, bytes], Message] = {}

    def printed(self, message: Message) -> None:
        """It was told as it is now."""
        self._known[_key(message)] = _shown(message)
        self._waiting.pop(_key(message), None)

    def hear(self, message: Message) -> bool:
        """Whether there is anything to tell of it: how far it came is no change of what it says."""
        if _shown(message) == self._known.get(_key(message), UNCHANGED):
            return False
        self._known[_key(message)] = _shown(message)
        self._waiting[_key(message)] = message
        return True

    def take(self) -> list[Message]:
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting


def _key(message: Message) -> tuple[bytes, bytes]:
    return message.conversation, message.id


def _shown(message: Message) -> Shown:
    return message.edited, message.deleted, message.reactions
