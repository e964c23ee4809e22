"""How long a command stays connected: until what it is for happened, or cannot happen now."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final

from doorless_client.cli_changes import Changes
from doorless_client.cli_outcome import DONE, UNREACHABLE, complain
from doorless_client.core.api import RefusedError
from doorless_client.core.notice_views import DemandNotice, NoticesTold
from doorless_client.core.own_devices import LEFT_OUT
from doorless_client.core.views import (
    AlarmRaised,
    ConnectionChanged,
    Event,
    KeyChanged,
    Link,
    Message,
    MessageAdded,
    MessageChanged,
    Notice,
)
from doorless_client.messenger import Messenger
from doorless_client.notice_words import headline

PATIENCE: Final = 15.0
"""Seconds for what a reachable relay does in one: also over Tor, also under load."""

GRACE: Final = 1.5
"""Seconds that are left when our relay turned out to be away: it may be restarting."""

QUIET: Final = 0.7
"""Seconds without a new message after which what waited at the relay has come."""

SETTLES_IN: Final = 5.0
"""Seconds for a relay that is slow to give us what waited: before, silence says nothing."""

GLANCE: Final = 0.2
"""The same for a command that is about something else, and connected anyway."""

LONGEST_RECEIPT: Final = 5.0
"""Seconds of delay beyond which no command waits for a receipt: the next one sends it."""


class Watch:
    """Listens to a messenger from before it starts. Says its notices on stderr.

    Args:
        hold: keep them for `why`: one line says at the end why something waits.
    """

    def __init__(self, messenger: Messenger, *, hold: bool = False) -> None:
        self._hold = hold
        self._notices: list[Notice] = []
        self._messenger = messenger
        self._states: dict[bytes, Message] = {}
        self._wake = asyncio.Event()
        self.changes = Changes()
        self._added = 0
        self.keys_changed = False
        self.away = False
        self.halted = False
        messenger.listen(self._hear)

    async def arrived(self, seconds: float = PATIENCE) -> bool:
        """Whether our relay signed us in; False as soon as it turned out to be away."""
        return await self.until(lambda: self._link() is Link.ONLINE, seconds)

    async def settled_in(self) -> bool:
        """Whether our relay told all that it has to tell at a sign-in, notices among it."""
        if not await self.arrived():
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLES_IN):
                return await self._messenger.settled_in.wait()
        return False

    def check_listed(self) -> None:
        """Raises RefusedError: this device was removed from the account, and is done."""
        if self._messenger.fleet.removed:
            raise RefusedError(LEFT_OUT)

    async def left(self, id: bytes) -> Message | None:
        """Our message `id`, once it left or was given up; None when it still waits."""
        known = self._states
        await self.until(lambda: id in known or self.keys_changed, PATIENCE)
        return known.get(id)

    async def settled(self) -> int:
        """The exit code of a command whose consequences leave now, or are queued.

        Raises:
            RefusedError: nothing leaves from this device any more.
        """
        self.check_listed()
        patience = GRACE if self.away or self.halted else PATIENCE
        if await self._messenger.settle(patience):
            return DONE
        reached = self.halted or self._link() is Link.ONLINE
        reason = "" if reached else "the relay cannot be reached; "
        complain(f"{reason}what was to be sent is queued")
        return UNREACHABLE

    async def gone(self, conversation: bytes) -> int:
        """As `settled`, also of what leaves only into a session that was answered once."""
        code = await self.settled()
        if code != DONE or not self._messenger.has_queued(conversation):
            return code
        chat = self._messenger.chat(conversation)
        for _ in range(int(PATIENCE / GLANCE) if chat.confirmed else 0):
            await asyncio.sleep(GLANCE)
            if self.away or not self._messenger.has_queued(conversation):
                return await self.settled()
        complain("it is queued: it leaves when their devices, and yours, have answered once")
        return UNREACHABLE

    async def quiet(self, seconds: float = QUIET) -> None:
        """Until nothing new came for so long, since our relay was asked for it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLES_IN):
                await self._messenger.settled_in.wait()
        seen = -1
        while seen != self._added:
            seen = self._added
            await asyncio.sleep(seconds)

    async def answered(self) -> None:
        """Until the receipts for what came are sent, if they wait no longer than a moment."""
        _, most = self._messenger.settings.receipt_delay
        if most <= LONGEST_RECEIPT and not self.away:
            await self._messenger.answered(most + GRACE)

    async def message(self, seconds: float) -> bool:
        """Whether something came, or changed, within `seconds`; earlier if nothing can come."""
        before = self._added
        await self.until(lambda: self._added > before or self.halted, seconds, give_up_early=False)
        return self._added > before

    def why(self, to: bytes) -> str:
        """In one line, why something waits in the conversation `to`."""
        halting = [notice.text for notice in self._notices if notice.halts]
        said = halting or [notice.text for notice in self._notices]
        if not said and self._link() is Link.ONLINE and self._messenger.is_beginning_anew(to):
            return "this conversation begins anew, which can take some minutes"
        if not said and self._link() is Link.ONLINE:
            return "it cannot leave yet: see doorless details and doorless log status"
        return str(said[-1]) if said else "the relay cannot be reached"

    def release(self) -> None:
        """Say what was held."""
        for notice in self._notices:
            complain(notice.text)

    def _hear_notice(self, notice: Notice) -> None:
        self.halted = self.halted or notice.halts
        if notice.halts and self._messenger.fleet.removed:
            return  # said by `check_listed`, as the reason of the exit code
        if self._hold:
            self._notices.append(notice)
        else:
            complain(notice.text)

    def _hear_told(self, told: Sequence[DemandNotice]) -> None:
        for notice in () if self._hold else told:
            complain(f"your relay says: {headline(notice)}; see: doorless notices")

    def _link(self) -> Link:
        return self._messenger.connection.link

    async def until(
        self, true: Callable[[], bool], seconds: float, *, give_up_early: bool = True
    ) -> bool:
        """Whether it came true within `seconds`; earlier if our relay turns out to be away."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not true():
            if give_up_early and (self.away or self.halted):
                deadline = min(deadline, loop.time() + GRACE)
                give_up_early = False
            self._wake.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._wake.wait()
            except TimeoutError:
                return true()
        return True

    def _hear(self, event: Event) -> None:
        match event:
            case MessageChanged(message):
                if message.mine and message.state > 0:
                    self._states[message.id] = message
                self._added += self.changes.hear(message)
            case MessageAdded(message) if not message.mine:
                self._added += 1
            case ConnectionChanged(connection):
                self.away = connection.link not in (Link.CONNECTING, Link.ONLINE)
            case KeyChanged():
                self.keys_changed = True
            case Notice():
                self._hear_notice(event)
            case NoticesTold(told):
                self._hear_told(told)
            case AlarmRaised(alarm):
                complain(f"ALARM {alarm.number}: {alarm.title}; see: doorless log evidence")
            case _:
                pass
        self._wake.set()
