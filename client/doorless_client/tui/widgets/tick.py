"""A box to tick, whose state is its sign and not only its colour."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """Empty until it is ticked."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()
