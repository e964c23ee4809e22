"""What a screen does about notices: a line until they were read, and the list of them."""

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.core.notice_views import CanaryView, DemandNotice
from doorless_client.tui.attempt import attempt
from doorless_client.tui.base import app_of
from doorless_client.tui.bridge import Batch
from doorless_client.tui.screens.notices import notice_list, one_notice, the_canary
from doorless_client.tui.widgets.notice_line import NoticeLine


class Noticing:
    def __init__(self, screen: Screen[Any], engine: Engine, line: NoticeLine) -> None:
        self._screen, self._engine, self._line = screen, engine, line

    def begin(self) -> None:
        """Show what was told and not read."""
        unread = [one for one in self._engine.notices.every() if not one.read]
        self._line.show(unread, app_of(self._screen).keys.short("notices"))

    def hear(self, batch: Batch) -> None:
        if batch.told:
            self.begin()

    def open(self) -> None:
        """List all of them; from then on they are read."""
        held = self._engine.notices.every()
        self._list(held, self._engine.notices.canary())
        attempt(self._screen, self._read())

    async def _read(self) -> None:
        await self._engine.notices.read()
        self.begin()

    def _list(self, held: Sequence[DemandNotice], canary: CanaryView | None) -> None:
        def chosen(one: DemandNotice | CanaryView | None) -> None:
            if one is None:
                return
            sheet = the_canary(one) if isinstance(one, CanaryView) else one_notice(one)
            self._screen.app.push_screen(sheet, lambda _: self._list(held, canary))

        self._screen.app.push_screen(notice_list(held, canary), chosen)
