"""Conversations of a fake engine: lists of messages, read in slices."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import structs

from doorless_client.core.views import Message


@dataclass(slots=True)
class FakeHistory:
    """A list of messages, by position."""

    messages: list[Message] = field(default_factory=list)
    seen: int = 0  # messages before this place were seen

    def __len__(self) -> int:
        return len(self.messages)

    def insert(self, message: Message) -> None:
        """At its position; what is there already moves by one."""
        at = message.position
        moved = [structs.replace(one, position=one.position + 1) for one in self.messages[at:]]
        self.messages[at:] = [message, *moved]

    def remove(self, message: Message) -> None:
        """What follows moves up."""
        at = self.find(message.id).position
        moved = [structs.replace(one, position=one.position - 1) for one in self.messages[at + 1 :]]
        self.messages[at:] = moved
        self.seen = min(self.seen, len(self.messages))

    def find(self, id: bytes) -> Message:
        return next(message for message in self.messages if message.id == id)

    def slice(self, start: int, stop: int) -> Sequence[Message]:
        return self.messages[start:stop]

    def lengths(self, chunk: int) -> Sequence[int]:
        return [
            sum(len(message.text) for message in self.messages[start : start + chunk])
            for start in range(0, len(self.messages), chunk)
        ]

    def first_unread(self) -> int | None:
        return next((message.position for message in self.unread()), None)

    def unread(self) -> Sequence[Message]:
        return [message for message in self.messages[self.seen :] if not message.mine]
