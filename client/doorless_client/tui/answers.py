"""Buttons beside each other: the arrows move between them, as Tab does."""

from textual import events
from textual.widget import Widget
from textual.widgets import Button

_STEPS = {"left": -1, "right": 1}
_STACKED = {"up": -1, "down": 1}


def move(among: Widget, event: events.Key, *, stacked: bool = False) -> None:
    """Give the focus to the button before or after the one that has it; never around the ends.

    Whoever looks at three answers in a row reaches for the arrows. If these did nothing, the next
    Enter would give the answer that they meant to leave.
    """
    step = (_STEPS | _STACKED if stacked else _STEPS).get(event.key)
    buttons = [one for one in among.query(Button) if one.focusable]
    focused = among.screen.focused
    if step is None or not isinstance(focused, Button) or focused not in buttons:
        return
    event.stop()
    place = buttons.index(focused) + step
    if 0 <= place < len(buttons):
        buttons[place].focus()
