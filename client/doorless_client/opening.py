"""From a passphrase to a messenger, and back to nothing open: for every way in."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from doorless_client.core.registration import forget_seed
from doorless_client.core.state import Clock
from doorless_client.echoing import MessengerWithEcho
from doorless_client.endpoint import Endpoint
from doorless_client.keyring_file import key_by_keyring
from doorless_client.network import RelayNetwork
from doorless_client.profile import Profile
from doorless_client.sealed_files import SealedFiles
from doorless_client.store.base import StoreError
from doorless_client.store.records import Own
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_client.system_keyring import Keyring
from doorless_protocol.primitives import Random

KEYRING_WITHIN = 30.0
"""Seconds for the keyring, which may ask to be opened itself; then the passphrase is asked for."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An unlocked profile. Its messenger is not started."""

    profile: Profile
    store: SqlcipherStore
    messenger: MessengerWithEcho

    async def close(self) -> None:
        """Stop, close, and give the lock back: in this order."""
        try:
            await self.messenger.close()
        finally:
            self.store.close()
            self.profile.close()


async def open_profile(directory: Path, passphrase: str, now: Clock, random: Random) -> Opened:
    """Unlock an existing profile.

    Raises:
        NoProfileError, ProfileInUseError, DamagedProfileError, WrongPassphraseError, StoreError:
            nothing was changed.
    """
    profile = Profile.hold(directory)
    return await _open(profile, lambda: profile.unlock(passphrase), now, random)


async def open_by_keyring(
    directory: Path, keyring: Keyring | None, now: Clock, random: Random
) -> Opened | None:
    """Open a profile whose person chose that the system's keyring does it; None: it does not.

    Raises what `open_profile` raises, but for a wrong passphrase.
    """
    profile = Profile.hold(directory)
    key = None
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(KEYRING_WITHIN):
                key = await asyncio.to_thread(key_by_keyring, profile, keyring)
    except BaseException:
        profile.close()
        raise
    if key is None:
        profile.close()
        return None
    return await _open(profile, partial(bytes, key), now, random)


async def _open(
    profile: Profile, unlock: Callable[[], bytes], now: Clock, random: Random
) -> Opened:
    try:
        key = await asyncio.to_thread(unlock)
        store = open_store(profile.store_path, key)
        try:
            forget_seed(store)
            return opened(profile, store, now, random)
        except BaseException:
            store.close()
            raise
    except BaseException:
        profile.close()
        raise


def opened(profile: Profile, store: SqlcipherStore, now: Clock, random: Random) -> Opened:
    """Around a store that holds a registered account."""
    own = store.own.last()
    if own is None or not own.registered:
        raise StoreError("no account in this profile: it was damaged")
    network = RelayNetwork(home_of(own), random)
    vault = SealedFiles(profile.files_path)
    messenger = MessengerWithEcho(store, network, now=now, random=random, vault=vault)
    return Opened(profile, store, messenger)


def home_of(own: Own) -> Endpoint:
    """Our relay, reached as it was when we registered."""
    return Endpoint.parse(f"wss://{own.relay}" if own.tls else own.relay, own.pin)
