"""Keys that come before anybody was asked anything, for whom they were meant: the passphrase.

    the terminal is taken ── keys are kept ──► a field asks ──► it has them, in their order
                                          └──► nothing is asked: they are dropped

Dropped, where a keyring opens the profile: a passphrase that is typed out of habit would stand
in a conversation, and its Enter would send it.

An Enter of the very first moments, before any program told the terminal to leave it alone, comes
as the end of a line, which is Ctrl+J for whoever reads keys.
"""

from collections.abc import Callable

from textual import events

MOST = 1024
"""Keys, of which a cat on the keyboard types more."""


class TypedEarly:
    """Keeps keys from the start until they are released or dropped; then it is out of the way."""

    def __init__(self) -> None:
        self._kept: list[events.Key | events.Paste] | None = []

    def takes(self, event: events.Event) -> bool:
        """Keep it, if it is one that was typed, and nobody is there yet."""
        if self._kept is None or not isinstance(event, events.Key | events.Paste):
            return False
        if len(self._kept) < MOST:
            self._kept.append(_as_pressed(event))
        return True

    def release(self, to: Callable[[events.Event], object]) -> None:
        kept, self._kept = self._kept or (), None
        for event in kept:
            to(event)

    def drop(self) -> None:
        self._kept = None


def _as_pressed(event: events.Key | events.Paste) -> events.Key | events.Paste:
    is_line_end = isinstance(event, events.Key) and event.key == "ctrl+j"
    return events.Key("enter", "\r") if is_line_end else event
