"""What a person does for a profile that is open, as a whole: tui.keeping.Keeping."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from doorless_client.backing_up import back_up, needs_words
from doorless_client.core.state import Clock
from doorless_client.keyring_file import forget_in_keyring, use_keyring
from doorless_client.opening import Opened
from doorless_client.refusing import refusing
from doorless_client.system_keyring import Keyring
from doorless_protocol.primitives import Random


class ProfileKeeping:
    """Of one opening; slow work happens off the event loop."""

    def __init__(
        self,
        opened: Opened,
        find_keyring: Callable[[], Keyring | None],
        now: Clock,
        random: Random,
    ) -> None:
        self._opened, self._find_keyring = opened, find_keyring
        self._now, self._random = now, random

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

    @property
    def opens_by_itself(self) -> bool:
        return self._opened.profile.keyring_file() is not None

    async def open_by_itself(self, passphrase: str) -> None:
        with refusing():
            await asyncio.to_thread(
                use_keyring, self._opened.profile, passphrase, self._find_keyring(), self._random
            )

    async def ask_again(self) -> None:
        with refusing():
            await asyncio.to_thread(forget_in_keyring, self._opened.profile, self._find_keyring())
