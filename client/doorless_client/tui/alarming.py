"""What is told in a corner, and what takes the screen: alarms of the key log, until read."""

from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from textual.notifications import SeverityLevel
from textual.screen import Screen

from doorless_client import evidence_file
from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.log_views import Alarm
from doorless_client.tui.attempt import attempt, tell_refusal
from doorless_client.tui.bridge import Batch
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.screens.alarm import AlarmSheet
from doorless_client.tui.screens.key_log import KeyLog
from doorless_client.tui.screens.left_out import left_out
from doorless_client.tui.widgets.status_bar import StatusBar

UNTIL_READ = 24 * 3600.0
"""Seconds that a notice of an alarm stays on the screen, unless it is clicked away: a day."""


class Alarming:
    """What a screen does about alarms."""

    def __init__(self, screen: Screen[Any], engine: Engine, glyphs: Glyphs) -> None:
        self._screen, self._engine, self._glyphs = screen, engine, glyphs
        self._waiting: deque[Alarm] = deque()
        self._is_shown = False
        self._is_removal_told = False

    def begin(self) -> None:
        """Show what was raised and not read."""
        self._take([alarm for alarm in reversed(self._engine.alarms()) if not alarm.read])
        self._mark()
        self._tell_removal()

    def hear(self, batch: Batch) -> None:
        self._tell_removal()
        for notice in batch.notices:
            if notice.halts and self._is_removal_told:
                continue  # the sheet says it
            self._screen.notify(
                plain(notice.text).plain,
                severity="error" if notice.alarms else "information",
                timeout=UNTIL_READ if notice.alarms else None,
                markup=False,
            )
        self._take(batch.log_alarms)
        if batch.log_alarms:
            self._mark()

    def _tell_removal(self) -> None:
        """Once, where this device is none of the account's any more."""
        if self._engine.fleet.removed and not self._is_removal_told:
            self._is_removal_told = True
            self._screen.run_worker(self._ask_to_leave(), group="removed")

    async def _ask_to_leave(self) -> None:
        if await self._screen.app.push_screen_wait(left_out()):
            self._screen.app.exit()

    def _mark(self) -> None:
        """In the last line, for as long as there is proof against the relay."""
        status = self._engine.log_status()
        words = "key log frozen" if status.frozen else "relay caught lying"
        self._screen.query_one(StatusBar).alarm = words if status.proven else ""

    def entries(self) -> Iterator[Entry]:
        """What the palette offers."""
        yield Entry("Key log: what was checked", self._show_status)
        for alarm in self._engine.alarms():
            yield Entry(f"Alarm {alarm.number}: {alarm.title}", partial(self._take, [alarm]))

    def _take(self, alarms: list[Alarm]) -> None:
        self._waiting.extend(alarms)
        if self._waiting and not self._is_shown:
            self._is_shown = True
            self._screen.run_worker(self._show_all(), group="alarms")

    async def _show_all(self) -> None:
        try:
            while self._waiting:
                await self._show(self._waiting.popleft())
        finally:
            self._is_shown = False

    async def _show(self, alarm: Alarm) -> None:
        mark = self._glyphs.offline
        while True:
            answer = await self._screen.app.push_screen_wait(AlarmSheet(alarm, mark))
            if answer == "read":
                await tell_refusal(self._screen, self._engine.read_alarm(alarm.number))
            if not isinstance(answer, Path):
                return
            self._export(alarm, answer)

    def _export(self, alarm: Alarm, path: Path) -> None:
        try:
            evidence_file.write(path, self._engine.evidence(alarm.number))
        except RefusedError as refused:
            self._tell(str(refused), "warning")
        else:
            self._tell(f"Written to {path.absolute()}. Give it to others.")

    def _tell(self, words: str, severity: SeverityLevel = "information") -> None:
        self._screen.app.notify(plain(words).plain, severity=severity, markup=False, timeout=8)

    def _show_status(self) -> None:
        sheet = KeyLog(self._engine.log_status(), list(self._engine.alarms()))
        self._screen.app.push_screen(sheet, self._after_status)

    def _after_status(self, what: str | None) -> None:
        if what == "check":
            attempt(self._screen, self._check())
        elif what == "alarms":
            self._take(list(self._engine.alarms()))

    async def _check(self) -> None:
        await self._engine.check_log()
        self._show_status()
