"""The desktop's notifications: by the library that is an optional extra, or by notify-send."""

import asyncio
import contextlib
import html
import importlib
import logging
import shutil
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from doorless_client.notifying.told import APP, Told

PATIENCE = 5.0
"""Seconds that a desktop may take. What hangs is left alone."""

SOMETHING = "New messages"


class Notifier(Protocol):
    """Shows notifications outside of the terminal."""

    async def post(self, told: Told) -> bool:
        """Returns whether it was shown; never raises."""
        ...

    async def clear(self) -> None:
        """Take back what still stands there; never raises."""
        ...


class Library:
    """desktop-notifier: D-Bus, Notification Center, Windows."""

    def __init__(self, library: Any) -> None:
        """`library`: its module, or a stand-in. What goes wrong in it is not printed."""
        log = logging.getLogger("desktop_notifier")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        self._notifier = library.DesktopNotifier(app_name=APP, app_icon=None)

    async def post(self, told: Told) -> bool:
        shown = False

        def note() -> None:
            nonlocal shown
            shown = True

        try:
            async with asyncio.timeout(PATIENCE):
                await self._notifier.send(
                    title=told.title, message=as_plain(told.body), on_dispatched=note
                )
        except Exception:  # whatever a desktop's services raise, a message was not lost
            return False
        return shown

    async def clear(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._notifier.clear_all()
        except Exception:  # as above
            return


class Command:
    """notify-send. Everybody on a computer can read a program's arguments: they name nobody."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def post(self, told: Told) -> bool:
        try:
            process = await asyncio.create_subprocess_exec(
                self._path,
                *arguments(told),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                return await process.wait() == 0
        except TimeoutError:
            process.kill()
            await process.wait()
            return False

    async def clear(self) -> None:
        """There is nothing of anybody in it."""


class InTurn:
    """The first of several that shows it."""

    def __init__(self, notifiers: Sequence[Notifier]) -> None:
        self.notifiers = notifiers

    async def post(self, told: Told) -> bool:
        for one in self.notifiers:
            if await one.post(told):
                return True
        return False

    async def clear(self) -> None:
        for one in self.notifiers:
            await one.clear()


def arguments(told: Told) -> tuple[str, ...]:
    """What notify-send is told of a notification: that there is one."""
    del told
    return f"--app-name={APP}", "--", APP, SOMETHING


def as_plain(text: str) -> str:
    """Desktops of Linux read tags in a body; `<img src=…>` would fetch something."""
    return html.escape(text, quote=False) if sys.platform.startswith("linux") else text


def find_notifier() -> Notifier:
    """Whatever is installed; what does not work leaves it to the next."""
    found: list[Notifier] = []
    with contextlib.suppress(Exception):  # not installed, or of no use on this system
        found.append(Library(importlib.import_module("desktop_notifier")))
    if path := shutil.which("notify-send"):
        found.append(Command(path))
    return InTurn(found)
