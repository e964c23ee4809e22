"""One line above everything while a notice was not read: the relay says that data was demanded."""

from collections.abc import Sequence

from textual import events
from textual.message import Message as Told
from textual.widgets import Static

from doorless_client.core.notice_views import DemandNotice
from doorless_client.notice_words import banner
from doorless_client.tui.plain import plain
from doorless_client.tui.wrapping import shorten


class NoticeLine(Static):
    """Shows how many were not read, and which key reads them; a click does, too."""

    class Opened(Told):
        """The person wants to read them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = self._how = ""
        self.display = False

    def show(self, unread: Sequence[DemandNotice], key: str) -> None:
        """Args: key: what reads them, as it is written."""
        self.display = bool(unread)
        self._words = banner(unread) if unread else ""
        self._how = f"   {key} reads it" if key else ""
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        room = self.content_size.width - len(self._how)
        how = self._how if room >= len(self._how) else ""
        words = shorten(self._words, max(8, self.content_size.width - len(how)))
        self.update(plain(words + how))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Opened())
