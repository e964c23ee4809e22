"""Texts that were saved to answer with: the interface that screens and commands see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from doorless_client.text import SafeText


@dataclass(frozen=True, slots=True)
class SavedReply:
    """
    Attributes:
        name: by which it is found; no blank in it.
        text: of one line or several.
    """

    name: SafeText
    text: SafeText = field(repr=False)


class SavedReplies(Protocol):
    """On this device alone: nobody is told any of it, our other devices neither."""

    def every(self) -> Sequence[SavedReply]:
        """By name."""
        ...

    async def save(self, name: str, text: str) -> None:
        """Raises RefusedError: one is called so already, there are too many, or it is no name."""
        ...

    async def rename(self, name: str, new: str) -> None:
        """Raises RefusedError: none is called `name`, or `new` is taken or no name."""
        ...

    async def remove(self, name: str) -> None:
        """Raises RefusedError: none is called so."""
        ...
