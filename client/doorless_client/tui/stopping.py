"""What keeps the messenger from going on: its store failed, or another copy of the profile is used.

Both are told by a sheet of their own, once.
"""

from asyncio import timeout
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.tui import locking
from doorless_client.tui.attempt import tell_refusal
from doorless_client.tui.bridge import Batch
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.screens.broken import Broken
from doorless_client.tui.screens.copies import which_copy


class Stopping:
    """Looks at what is told, and asks the person."""

    def __init__(self, screen: Screen[Any], engine: Engine, conversation: Conversation) -> None:
        self._screen, self._engine, self._conversation = screen, engine, conversation
        self._asked = False

    def hear(self, batch: Batch) -> bool:
        """Returns whether the store failed, so that nothing of the batch can be read."""
        if batch.broken is not None:
            self._screen.run_worker(self._tell_broken(batch.broken.text), group="stop")
            return True
        if batch.notices and self._is_a_copy() and not self._asked:
            self._asked = True
            self._ask()
        return False

    def entries(self) -> Iterable[Entry]:
        if self._is_a_copy():
            yield Entry("Go on with this copy of the profile", self._ask)

    async def _tell_broken(self, why: str) -> None:
        with suppress(TimeoutError):  # what was being sent is given back first
            async with timeout(locking.PATIENCE):
                await locking.done(self._conversation.workers)
        await self._screen.app.push_screen(Broken(why, self._conversation.unsent))

    def _is_a_copy(self) -> bool:
        """Whether the person has to choose which copy goes on; not on a device that was removed."""
        return self._engine.is_frozen and not self._engine.fleet.removed

    def _ask(self) -> None:
        self._screen.run_worker(self._which_copy(), group="decide")

    async def _which_copy(self) -> None:
        if await self._screen.app.push_screen_wait(which_copy()):
            await tell_refusal(self._screen, self._engine.keep())
