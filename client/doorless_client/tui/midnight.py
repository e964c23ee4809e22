"""When "Today" is another day than the one that it was drawn for."""

from collections.abc import Callable, Iterable

from textual.widget import Widget

from doorless_client.tui.moments import date
from doorless_client.tui.widgets.log_view import LogView


class Midnight:
    """Looks at the calendar; also where a clock was put, or its owner travelled.

    Args:
        now: Unix seconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now, self._day = now, date(now())

    def look(self, drawn: Iterable[Widget]) -> None:
        """Draw these anew, if they name days, and it is another one."""
        day, self._day = self._day, date(self._now())
        if day == self._day:
            return
        for widget in drawn:
            if isinstance(widget, LogView):
                widget.redraw()
            else:
                widget.refresh()
