"""What can be done with a message that was said: the interface that screens and commands see."""

from collections.abc import Sequence
from typing import Protocol

from doorless_client.core.message_parts import Sealing, Version
from doorless_client.core.views import Message


class MessageActions(Protocol):
    """Each raises KeyChangedError and RefusedError as `Engine.send` does; then nothing was done."""

    async def react(self, message: Message, emoji: str) -> None:
        """One emoji of ours on a message, in place of the one before; "" takes it back."""
        ...

    async def edit(self, message: Message, text: str) -> None:
        """Raises RefusedError: not ours, said too long ago, or taken back."""
        ...

    async def delete(self, message: Message, *, everyone: bool) -> None:
        """Args: everyone: take back what we said, wherever it came; otherwise hide it here.

        Raises:
            RefusedError: of others, for everyone.
        """
        ...

    async def forward(self, message: Message, to: bytes) -> Message:
        """Say the same in the conversation `to`, marked as forwarded."""
        ...

    async def pin(self, message: Message, pinned: bool) -> None:
        """Keep it at hand, for ourselves alone."""
        ...

    async def retry(self, message: Message) -> Message:
        """Say again what failed, as a new message."""
        ...

    async def cancel(self, message: Message) -> None:
        """Raises RefusedError: the relay has it already; it may be deleted for everyone."""
        ...

    async def set_timer(self, conversation: bytes, seconds: int) -> None:
        """What is said from now on, by either side, lasts so long once seen; 0: it stays."""
        ...

    def versions(self, message: Message) -> Sequence[Version]:
        """What it said before it was edited, the first words first."""
        ...

    def sealings(self, message: Message) -> Sequence[Sealing]:
        """The copies of a message of ours; none of what others said."""
        ...

    def pinned(self, conversation: bytes) -> Sequence[Message]:
        """In the order shown."""
        ...
