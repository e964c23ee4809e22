"""Who looks elsewhere is told that something came: once for a burst, never while it is seen."""

import os
from collections.abc import Callable

from doorless_client.core.api import Engine
from doorless_client.core.notice_views import NoticesTold
from doorless_client.core.views import Event, MessageAdded
from doorless_client.notifying.desktop import Notifier
from doorless_client.notifying.terminal import command_for
from doorless_client.notifying.told import Arrivals, Told, by_conversation
from doorless_client.tui.base import BaseApp

QUIET = 1.0
"""Seconds without a message after which a burst is over."""

LONGEST = 15.0
"""Seconds after which a burst that goes on is told of all the same."""


class Notifying:
    """Listens to an engine for an app, from `begin` to `end`."""

    def __init__(
        self, app: BaseApp[None], find: Callable[[], Notifier], now: Callable[[], int]
    ) -> None:
        """`find`: what shows notifications; called when there is one to show."""
        self._app, self._find, self._now = app, find, now
        self._notifier: Notifier | None = None
        self._command = command_for(os.environ)
        self._arrivals = Arrivals()
        self._engine: Engine | None = None
        self._stop: Callable[[], None] | None = None
        self._begun = self._last = 0.0
        self._is_waiting = False

    def begin(self, engine: Engine) -> None:
        self._engine = engine
        self._stop = engine.listen(self._hear)

    def end(self) -> None:
        """At a lock: nothing is told any more, and what stands on the desktop is taken back."""
        if self._stop is not None:
            self._stop()
        self._engine = self._stop = None
        self._arrivals = Arrivals()
        if self._notifier is not None:
            self._app.run_worker(self._notifier.clear(), group="notify")

    def _hear(self, event: Event) -> None:
        """Cheap: thousands come at once."""
        if isinstance(event, NoticesTold):
            self._arrivals.notices += len(event.notices)
            self._wait()
        elif isinstance(event, MessageAdded) and self._arrivals.take(event.message):
            self._wait()

    def _wait(self) -> None:
        """For the end of the burst."""
        self._last = self._app.ticks()
        if not self._is_waiting:
            self._is_waiting, self._begun = True, self._last
            self._app.set_timer(QUIET, self._look)

    def _look(self) -> None:
        """Wait for the end of the burst; then tell."""
        now = self._app.ticks()
        left = QUIET - (now - self._last)
        if left > 0.01 and now - self._begun < LONGEST:
            self._app.set_timer(left, self._look)
            return
        self._is_waiting = False
        arrivals, self._arrivals = self._arrivals, Arrivals()
        if self._engine is None or self._app.app_focus:
            return
        settings = self._app.settings
        chats = by_conversation(self._engine.chats())
        told = arrivals.summed_up(settings.notifications, chats, self._now())
        if told is not None:
            if settings.bell:
                self._app.bell()
            self._app.run_worker(self._post(told), group="notify")

    async def _post(self, told: Told) -> None:
        if self._engine is None:  # locked meanwhile
            return
        if self._notifier is None:
            self._notifier = self._find()
        shown = await self._notifier.post(told)
        if not shown and self._command is not None and self._engine is not None:
            self._app.tell_terminal(self._command(told))
