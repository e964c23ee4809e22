"""What a person does for a profile that is open, as a whole: tui.keeping.Keeping."""

import asyncio
from pathlib import Path

from doorless_client.backing_up import back_up, needs_words
from doorless_client.core.state import Clock
from doorless_client.opening import Opened
from doorless_client.refusing import refusing
from doorless_protocol.primitives import Random


class ProfileKeeping:
    """Of one opening; slow work happens off the event loop."""

    def __init__(self, opened: Opened, now: Clock, random: Random) -> None:
        self._opened, self._now, self._random = opened, now, random

    async def change_passphrase(self, old: str, new: str) -> None:
        profile = self._opened.profile
        with refusing():
            await asyncio.to_thread(profile.change_passphrase, old, new, self._random)

    @property
    def needs_words(self) -> bool:
        return needs_words(self._opened.store)

    async def back_up(self, path: Path, words: str = "") -> int:
        with refusing():
            return await back_up(
                self._opened.store, path, int(self._now()), self._random, words=words
            )
