"""What the terminal asks for before there is an engine: `tui.ports.Onboarding`, on a profile."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.restoring import Restored
from doorless_client.core.state import Clock
from doorless_client.core.views import Wait
from doorless_client.creating import begin_account, begin_from_backup, begin_return
from doorless_client.endpoint import Endpoint
from doorless_client.joining_account import NewDevice, begin_joining
from doorless_client.keeping import ProfileKeeping
from doorless_client.opening import Opened, open_by_keyring, open_profile
from doorless_client.profile import Profile, is_profile
from doorless_client.recovery_words import seed_of
from doorless_client.refusing import refusing
from doorless_client.settings.preferences import ProfilePreferences
from doorless_client.settings.profile import ProfileSettings
from doorless_client.system_keyring import Keyring, system_keyring
from doorless_client.tui import ports
from doorless_protocol.primitives import Random


class ProfileOnboarding:
    """Creates or unlocks the profile in one directory, once."""

    relay = ""  # nothing to propose: no relay is ours

    def __init__(
        self,
        directory: Path,
        now: Clock,
        random: Random,
        settings: ProfileSettings | None = None,
        find_keyring: Callable[[], Keyring | None] = system_keyring,
    ) -> None:
        """`settings`: those that were read of the profile; else the defaults."""
        self._find_keyring = find_keyring
        self._directory, self._now, self._random = directory, now, random
        self._opened: Opened | None = None
        self.preferences = ProfilePreferences(directory, self._held, settings or ProfileSettings())

    def _held(self) -> Profile | None:
        return self._opened.profile if self._opened else None

    @property
    def exists(self) -> bool:
        return is_profile(self._directory)

    async def create(self, relay: str, handle: str, passphrase: str) -> ports.Created:
        """Raises RefusedError, UnreachableError: no account; the same may be tried again."""
        with refusing():
            home = Endpoint.parse(relay)
            account = await begin_account(
                self._directory, passphrase, home, handle, self._now, self._random
            )
            try:
                await account.claim()
                self._opened = account.opened()
            except BaseException:
                account.close()
                raise
        messenger = await self.start(self._opened)

        def written() -> None:
            with refusing():
                account.finish()

        return ports.Created(account.words, messenger, written)

    async def link(self, relay: str, name: str, passphrase: str) -> ports.Linking:
        """Raises RefusedError, UnreachableError: nothing was begun."""
        with refusing():
            new = await begin_joining(
                *(self._directory, passphrase, Endpoint.parse(relay), name),
                now=self._now,
                random=self._random,
            )
        return _Linking(self, new)

    async def restore(self, relay: str, handle: str, words: str, passphrase: str) -> Engine:
        """Raises RefusedError, UnreachableError: no such account; the same may be tried again."""
        with refusing():
            home, seed = Endpoint.parse(relay), seed_of(words)
            account = await begin_return(
                self._directory, passphrase, home, handle, seed, self._now, self._random
            )
            try:
                await account.claim()
                opened = account.opened()
                account.finish()
            except BaseException:
                account.close()
                raise
        return await self.start(opened)

    async def restore_backup(
        self, backup: Path, words: str, passphrase: str
    ) -> tuple[Engine, Restored]:
        """Raises RefusedError, UnreachableError: nothing was begun; or the same goes on with it."""
        with refusing():
            account = await begin_from_backup(
                self._directory, passphrase, backup, words, self._now, self._random
            )
            try:
                await account.claim()
                came = account.take_in(backup, words)
                opened = account.opened()
                account.finish()
            except BaseException:
                account.close()
                raise
        return await self.start(opened), came

    async def start(self, opened: Opened) -> Engine:
        """From now on closed with this; with Echo in it, so that nobody meets an empty screen."""
        self._opened = opened
        with contextlib.suppress(RefusedError):  # a full disk: Echo comes with the next start
            opened.messenger.welcome()
        await opened.messenger.start()
        return opened.messenger

    async def by_itself(self) -> Engine | None:
        """Raises RefusedError: it is in use, or damaged."""
        if not self.exists:
            return None
        with refusing():
            opened = await open_by_keyring(
                self._directory, self._find_keyring(), self._now, self._random
            )
        return await self.start(opened) if opened is not None else None

    async def unlock(self, passphrase: str) -> Engine:
        """Raises tui.ports.WrongPassphraseError, RefusedError: nothing was written."""
        with refusing():
            opened = await open_profile(self._directory, passphrase, self._now, self._random)
        return await self.start(opened)

    @property
    def keeping(self) -> ProfileKeeping:
        """Raises RefusedError: nothing is open."""
        if self._opened is None:
            raise RefusedError("no profile is open")
        return ProfileKeeping(self._opened, self._find_keyring, self._now, self._random)

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
            self._opened = None


class _Linking:
    """tui.ports.Linking, on a profile that is not finished."""

    def __init__(self, onboarding: ProfileOnboarding, new: NewDevice) -> None:
        self._onboarding, self._new, self.link = onboarding, new, new.link

    @property
    def wait(self) -> Wait:
        return self._new.wait

    async def met(self) -> tuple[str, str]:
        with refusing():
            return await self._new.met()

    async def enter(self) -> Engine:
        with refusing():
            opened = await self._new.enter()
        return await self._onboarding.start(opened)

    async def close(self) -> None:
        await self._new.close()
