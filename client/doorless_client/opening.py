"""From a passphrase to a messenger, and back to nothing open: for every way in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Me
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger, open_messenger, register
from doorless_client.network import RelayNetwork
from doorless_client.profile import Profile
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Hello
from doorless_protocol.invite import parse_handle
from doorless_protocol.primitives import Random

Now = Callable[[], float]

SEED_SIZE = 32
"""Bytes of a recovery seed; 24 words."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An unlocked profile. Its messenger is not started."""

    profile: Profile
    store: SqlcipherStore
    messenger: Messenger

    async def close(self) -> None:
        """Stop, close, and give the lock back: in this order."""
        try:
            await self.messenger.close()
        finally:
            self.store.close()
            self.profile.close()


async def open_profile(directory: Path, passphrase: str, now: Now, random: Random) -> Opened:
    """Unlock an existing profile.

    Raises:
        NoProfileError, ProfileInUseError, DamagedProfileError, WrongPassphraseError, StoreError:
            nothing was changed.
    """
    profile = Profile.hold(directory)
    try:
        key = await asyncio.to_thread(profile.unlock, passphrase)
        store = open_store(profile.store_path, key)
        try:
            return Opened(profile, store, _messenger(store, now, random))
        except BaseException:
            store.close()
            raise
    except BaseException:
        profile.close()
        raise


async def create_profile(
    directory: Path,
    passphrase: str,
    home: Endpoint,
    handle: str,
    seed: bytes,
    now: Now,
    random: Random,
) -> Me:
    """Register an account and keep it in a new profile, which is closed again.

    Raises:
        RefusedError, UnreachableError: no account; nothing is left behind.
        ProfileExistsError, ProfileInUseError, DamagedProfileError, StoreError, ValueError: the
            same.
    """
    try:
        parse_handle(handle)
    except MalformedError as error:
        raise RefusedError(str(error)) from None
    network = RelayNetwork(home, random)
    try:
        await network.anonymous(home.name, Hello())  # away, or no relay? then nothing is begun
    finally:
        await network.close()
    profile, key = await asyncio.to_thread(Profile.create, directory, passphrase, random)
    try:
        store = open_store(profile.store_path, key, create=True)
        try:
            return await register(
                store,
                network,
                handle=handle,
                relay=home.name,
                pin=home.pin,
                seed=seed,
                now=now,
                random=random,
            )
        finally:
            unused = store.own.last() is None
            store.close()
            if unused:
                profile.discard()
    finally:
        profile.close()


def _messenger(store: SqlcipherStore, now: Now, random: Random) -> Messenger:
    own = store.own.last()
    if own is None:
        raise RefusedError("this profile was never registered; choose another --profile")
    home = Endpoint.parse(own.relay, own.pin)
    return open_messenger(store, RelayNetwork(home, random), now=now, random=random)
