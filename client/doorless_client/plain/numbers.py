"""Short numbers by which a person names the messages that were told."""

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Message


class Numbers:
    """Counts from 1, and gives each message one number for as long as the program runs."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._numbers: dict[tuple[bytes, bytes, bool], int] = {}

    def number(self, message: Message) -> int:
        """Its number; a new one if it has none."""
        key = _key(message)
        if key in self._numbers:
            self._messages[self._numbers[key] - 1] = message
            return self._numbers[key]
        self._messages.append(message)
        self._numbers[key] = len(self._messages)
        return len(self._messages)

    def known(self, message: Message) -> Message | None:
        """The message as it was told last; None if it never was."""
        number = self._numbers.get(_key(message))
        return self._messages[number - 1] if number is not None else None

    def message(self, words: str) -> Message:
        """Raises RefusedError: no number, or not of a message."""
        if not words.isascii() or not words.isdecimal() or len(words) > 9:
            raise RefusedError("give the number of a message, as it stands before it")
        if not 1 <= int(words) <= len(self._messages):
            raise RefusedError(f"no message has the number {int(words)} here")
        return self._messages[int(words) - 1]

    def of(self, conversation: bytes, id: bytes) -> int:
        """The number of a message by its id; 0: it has none."""
        for mine in (False, True):
            if number := self._numbers.get((conversation, id, mine)):
                return number
        return 0

    def forget(self) -> None:
        """Hold nothing of what was said any more."""
        self._messages.clear()
        self._numbers.clear()


def _key(message: Message) -> tuple[bytes, bytes, bool]:
    return message.conversation, message.id, message.mine
