"""What was copied goes from the clipboard after a while: every program may read it there.

A terminal does not say what is in it: whatever was copied elsewhere meanwhile goes as well.
"""

from functools import partial
from typing import Any

from textual.app import App


class Copied:
    """Counts copies, and remembers none of them."""

    def __init__(self, app: App[Any]) -> None:
        self._app, self._copies = app, 0

    def begin(self, text: str, seconds: int) -> None:
        """Something was copied, or emptied. `seconds`: 0: it stays."""
        self._copies += 1
        if text and seconds:
            self._app.set_timer(seconds, partial(self._end, self._copies))

    def _end(self, copy: int) -> None:
        """Empty it, unless something was copied since."""
        if copy == self._copies and self._app.clipboard:
            self._app.copy_to_clipboard("")
