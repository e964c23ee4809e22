"""From unlocking to locking or leaving: lines in, what they ask for done, events out."""

import asyncio
import contextlib
from typing import Final

from doorless_client.cli_outcome import DONE, FAILED, KEY, UNREACHABLE
from doorless_client.cli_waiting import GRACE, PATIENCE
from doorless_client.core.api import KeyChangedError, RefusedError, UnreachableError
from doorless_client.core.views import Event, Kind, Link, MessageAdded
from doorless_client.plain.commands import do
from doorless_client.plain.desk import Desk, End
from doorless_client.plain.events import Events
from doorless_client.plain.notices import in_a_line
from doorless_client.plain.reading import Lines, NotTextError, TooLongError
from doorless_client.plain.saying import called, refuse, say

GOES_ON: Final = "\\"
"""At the end of a line: the next one belongs to the same text."""


class Session:
    """Of one unlocked messenger, which is started and closed by whoever made it."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._telling = desk, Events(desk)
        self._events = asyncio.Queue[Event]()
        self._code = DONE

    async def run(self, lines: Lines) -> int:
        """Until the person ends it or there are no more lines; returns the exit code.

        Why it ended is in the desk; None: no more lines.
        """
        desk = self._desk
        stop = desk.messenger.listen(self._events.put_nowait)
        teller = asyncio.create_task(self._tell_all())
        try:
            await self._greet()
            await desk.messenger.start()
            await self._serve(lines)
            if desk.end is not End.LOCK:
                await self._leave()
        finally:
            stop()
            teller.cancel()
            await asyncio.gather(teller, return_exceptions=True)
        return self._code

    async def _greet(self) -> None:
        messenger = self._desk.messenger
        say(f"doorless, plain mode: {messenger.me.address}. /help tells what can be done")
        for chat in messenger.chats():
            if chat.unread and not chat.archived and not chat.muted_until > self._desk.now():
                say(f"{chat.unread} unread from {called(chat)}")
        for alarm in messenger.alarms():
            if not alarm.read:
                say(f"!!! ALARM {alarm.number}: {alarm.title}: /alarm {alarm.number}")
        for notice in messenger.notices.every():
            if not notice.read:
                say(in_a_line(notice))

    async def _serve(self, lines: Lines) -> None:
        desk, text = self._desk, ""
        while desk.end is None:
            try:
                async with asyncio.timeout(self._patience()):
                    line = await lines.next()
            except TimeoutError:
                desk.end = End.LOCK
                return
            except (TooLongError, NotTextError) as error:
                self._refused(RefusedError(str(error)))
                continue
            if line is None:
                return
            if line.endswith(GOES_ON) and desk.answer is None:
                text += line.removesuffix(GOES_ON) + "\n"
                continue
            await self._do(text + line)
            text = ""

    async def _do(self, line: str) -> None:
        try:
            await do(self._desk, line)
        except RefusedError as error:
            self._refused(error)
        for held in self._desk.held:
            say(held)
        self._desk.held.clear()

    def _refused(self, error: RefusedError) -> None:
        refuse(str(error))
        if self._code == DONE:
            self._code = KEY if isinstance(error, KeyChangedError) else FAILED

    def _patience(self) -> float | None:
        """Seconds without a line after which it is locked."""
        minutes = self._desk.preferences.settings.lock_after
        return minutes * 60.0 if minutes and self._desk.may_lock else None

    async def _leave(self) -> None:
        """Whatever was said leaves, if it can; and is told."""
        messenger = self._desk.messenger
        left = await messenger.settle(PATIENCE if await self._arrived() else 0.0)
        await messenger.fleet.copied()
        await self._events.join()
        if not left:
            say("not all of it left: it is sent the next time doorless runs")
            self._code = self._code or UNREACHABLE

    async def _arrived(self) -> bool:
        """Whether the relay is reached; False as soon as it turned out to be away."""
        messenger, waited = self._desk.messenger, 0.0
        while not await messenger.online(GRACE):
            waited += GRACE
            if messenger.connection.link is not Link.CONNECTING or waited > PATIENCE:
                return False
        return True

    async def _tell_all(self) -> None:
        while True:
            event = await self._events.get()
            for line in self._telling.lines(event):
                if self._desk.holding:
                    self._desk.held.append(line)
                else:
                    say(line)
            if isinstance(event, MessageAdded) and event.message.kind is not Kind.NOTE:
                await self._read(event)
            self._events.task_done()

    async def _read(self, event: MessageAdded) -> None:
        """What was told of the open conversation is seen."""
        message = event.message
        if message.mine or message.conversation != self._desk.chat or self._desk.holding:
            return
        with contextlib.suppress(UnreachableError, RefusedError):
            await self._desk.messenger.mark_read(message.conversation)
