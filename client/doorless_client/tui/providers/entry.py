"""One line of the palette, and what hands lines out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be chosen.

    Attributes:
        text: what is searched and shown.
        choose: does it, after the palette is gone.
        aside: shown at the right, and not searched: a key, or a count.
        names: searched, and not shown: what else somebody may call it.
    """

    text: str
    choose: Callable[[], None]
    aside: str = ""
    names: str = ""


class Provider(Protocol):
    """Hands out entries of one kind."""

    @property
    def searches(self) -> bool:
        """Whether it looks for the query itself, in more than could be listed."""
        ...

    def entries(self, query: str) -> Iterable[Entry]:
        """All of them, the likeliest first; of one that searches, those that fit."""
        ...
