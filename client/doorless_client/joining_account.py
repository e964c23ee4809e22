"""A new device in a new profile: shows a link, and becomes one of an account's.

    begin_joining ──► link ── met ──► a code to compare ── enter ──► a profile like any
                        └── given up, or nobody answered ──► nothing

Spec: docs/spec/11-devices.md §3.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Flow
from doorless_client.core.joining import Joining, settle
from doorless_client.core.state import Clock
from doorless_client.core.views import Wait
from doorless_client.driving import drive
from doorless_client.endpoint import Endpoint
from doorless_client.network import RelayNetwork
from doorless_client.opening import Opened, opened
from doorless_client.own_fleet import WORD_WITHIN
from doorless_client.patience import Patience
from doorless_client.profile import Profile
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_protocol.frames import Hello
from doorless_protocol.linking.meeting import Offering
from doorless_protocol.primitives import Random

T = TypeVar("T")


async def begin_joining(
    directory: Path, passphrase: str, home: Endpoint, name: str, now: Clock, random: Random
) -> "NewDevice":
    """Show a link, from a profile that nothing else opens yet.

    Raises:
        BadInputError: the name is empty or too long.
        UnreachableError, ProfileExistsError, ProfileInUseError, DamagedProfileError,
        OtherPassphraseError, StoreError, ValueError: nothing was begun.
    """
    joining = Joining(name, home.name, home.pin, int(now()), random)
    network = RelayNetwork(home, random)
    try:
        await network.anonymous(home.name, Hello())  # away, or no relay? then nothing is begun
        profile, key = await asyncio.to_thread(Profile.begin, directory, passphrase, random)
    except BaseException:
        await network.close()
        raise
    return NewDevice(profile, key, joining, network, home, now, random)


class NewDevice:
    """Nothing is stored before `enter`; closed without it, nothing is left behind."""

    def __init__(
        self,
        profile: Profile,
        key: bytes,
        joining: Joining,
        network: RelayNetwork,
        home: Endpoint,
        now: Clock,
        random: Random,
    ) -> None:
        self._profile, self._key, self._joining = profile, key, joining
        self._network, self._home, self._now, self._random = network, home, now, random
        self._patience = Patience(joining.device.link.until, now)
        self._offering: Offering | None = None
        self._agreed = False
        self._store: SqlcipherStore | None = None
        self._entered = False

    @property
    def link(self) -> str:
        return self._joining.link

    @property
    def wait(self) -> Wait:
        """How long the link holds yet, and whether the relay is there."""
        return self._patience.wait

    async def met(self) -> tuple[str, str]:
        """The code to compare, and the address of who answered.

        Raises:
            RefusedError: nobody answered in time, or nobody who saw the link.
        """
        joining = self._joining
        offering = await self._hear(lambda: joining.hello(int(self._now())))
        self._offering = offering
        return offering.code, f"{offering.hello.handle}@{self._home.name}"

    async def enter(self) -> Opened:
        """After the person said that both show the same: be listed, and open.

        Raises:
            RefusedError: the other device did not agree, or not in time.
        """
        offering, joining = self._offering, self._joining
        if offering is None:
            raise ValueError("nobody answered yet")
        agreeing = await self._hear(lambda: joining.agree(offering, int(self._now())))
        self._agreed = True  # from here on the primary may have listed us
        welcome = await self._hear(lambda: joining.welcome(agreeing, int(self._now())))
        await self._network.close()
        self._store = open_store(self._profile.store_path, self._key, create=True)
        settle(self._store, offering, welcome, relay=self._home.name, tls=self._home.tls)
        self._profile.finish()
        self._entered = True
        return opened(self._profile, self._store, self._now, self._random)

    async def close(self) -> None:
        """Give up: nothing is left behind. After `enter`, what it opened is closed instead."""
        if not (self._entered or self._agreed):
            await self._tell_primary()
        await self._network.close()
        if not self._entered:
            if self._store is not None:
                self._store.close()
            self._profile.discard()
            self._profile.close()

    async def _hear(self, look: Callable[[], Flow[T | None]]) -> T:
        return await self._patience.hear(self._network, look)

    async def _tell_primary(self) -> None:
        """That it need not wait: a courtesy, and nothing depends on it."""
        with contextlib.suppress(TimeoutError, RefusedError):
            async with asyncio.timeout(WORD_WITHIN):
                given_up = self._joining.give_up(met=self._offering is not None)
                await drive(self._network, given_up)
