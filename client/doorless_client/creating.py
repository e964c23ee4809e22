"""A new account in a new profile. Cut short anywhere, the same command goes on with it.

    begin_account ──► stored ── claim ──► ours at the relay ── finish ──► a profile like any
                         └── the relay refuses, or was never reached ──► nothing

The recovery words are kept until `finish`: whoever could not read them yet sees them again.
Spec: docs/spec/08-state.md §11.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from doorless_client.backing_up import read_about, restore_backup
from doorless_client.core.api import RefusedError
from doorless_client.core.recovery import find_account, prepare_return
from doorless_client.core.registration import Newcomer, forget_seed, prepare
from doorless_client.core.restoring import Restored
from doorless_client.core.state import Clock
from doorless_client.driving import drive
from doorless_client.endpoint import Endpoint
from doorless_client.network import RelayNetwork
from doorless_client.opening import Opened, opened
from doorless_client.profile import Profile
from doorless_client.recovery_words import seed_of, words_of
from doorless_client.registering import claim
from doorless_client.store.base import EmptyStoreError, Store
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Hello
from doorless_protocol.handles import check_registrable
from doorless_protocol.primitives import Random

SEED_SIZE = 32
"""Bytes of a recovery seed; 24 words."""


async def begin_account(
    directory: Path, passphrase: str, home: Endpoint, handle: str, now: Clock, random: Random
) -> "NewAccount":
    """Store an account in a profile that nothing else opens yet, or go on with this one.

    Raises:
        RefusedError: the handle is malformed, or another account was begun there.
        UnreachableError, ProfileExistsError, ProfileInUseError, DamagedProfileError,
        OtherPassphraseError, StoreError, ValueError: nothing was begun.
    """
    try:
        check_registrable(handle)
    except MalformedError as error:
        raise RefusedError(str(error)) from None
    network = RelayNetwork(home, random)
    try:
        await network.anonymous(home.name, Hello())  # away, or no relay? then nothing is begun
    finally:
        await network.close()

    def make(store: Store) -> Newcomer:
        _refuse_another(store, home, handle, directory)
        return prepare(
            store,
            handle=handle,
            relay=home.name,
            tls=home.tls,
            pin=home.pin,
            seed=random(SEED_SIZE),
            now=int(now()),
            random=random,
        )

    profile, store, newcomer = await _begin(directory, passphrase, random, make)
    return NewAccount(profile, store, newcomer, network, now, random)


async def begin_return(
    directory: Path,
    passphrase: str,
    home: Endpoint,
    handle: str,
    seed: bytes,
    now: Clock,
    random: Random,
) -> "NewAccount":
    """The account of these recovery words, as a new device, in a profile that nothing else opens.

    Raises:
        RefusedError: nobody of this handle, or not the account of these words.
        what else `begin_account` raises: nothing was begun.
    """
    network = RelayNetwork(home, random)
    try:
        held = await drive(network, find_account(handle, home.name, home.pin, seed))
    finally:
        await network.close()

    def make(store: Store) -> Newcomer:
        return prepare_return(
            store,
            handle=handle,
            relay=home.name,
            tls=home.tls,
            pin=home.pin,
            seed=seed,
            held=held,
            now=int(now()),
            random=random,
        )

    profile, store, newcomer = await _begin(directory, passphrase, random, make)
    return NewAccount(profile, store, newcomer, network, now, random)


async def begin_from_backup(
    directory: Path, passphrase: str, backup: Path, words: str, now: Clock, random: Random
) -> "NewAccount":
    """The account that a backup is of, where the backup says it is at home; as a new device.

    The backup is read to its end first: one that does not open cuts no device off.

    Raises:
        RefusedError: the words do not open it, or as `begin_return`.
        what else `begin_return` raises: nothing was begun.
    """
    about = await asyncio.to_thread(read_about, backup, words)
    home = Endpoint.parse(f"wss://{about.relay}" if about.tls else about.relay, about.pin)
    seed = seed_of(words)
    return await begin_return(directory, passphrase, home, about.handle, seed, now, random)


async def _begin(
    directory: Path, passphrase: str, random: Random, make: Callable[[Store], Newcomer]
) -> tuple[Profile, SqlcipherStore, Newcomer]:
    """A profile that is not finished, with what `make` stores in it; or nothing."""
    profile, key = await asyncio.to_thread(Profile.begin, directory, passphrase, random)
    try:
        store = _open_store(profile, key)
        try:
            return profile, store, make(store)
        except BaseException:
            store.close()
            raise
    except BaseException:
        profile.close()
        raise


class NewAccount:
    """Stored, and perhaps claimed. Closed without `finish`, the next one goes on with it."""

    def __init__(
        self,
        profile: Profile,
        store: SqlcipherStore,
        newcomer: Newcomer,
        network: RelayNetwork,
        now: Clock,
        random: Random,
    ) -> None:
        self._profile, self._store, self._network = profile, store, network
        self._newcomer, self._now, self._random = newcomer, now, random

    @property
    def words(self) -> tuple[str, ...]:
        """The 24 recovery words."""
        return words_of(self._newcomer.seed)

    async def claim(self) -> None:
        """Raises RefusedError, UnreachableError: no account; the same command may be repeated."""
        await claim(self._newcomer, self._network, now=self._now, random=self._random)

    def take_in(self, backup: Path, words: str) -> Restored:
        """What a backup holds of this account. Raises RefusedError, StoreError: nothing came."""
        return restore_backup(self._store, backup, words)

    def opened(self) -> Opened:
        """Around the claimed account; from now on closed with it."""
        return opened(self._profile, self._store, self._now, self._random)

    def finish(self) -> None:
        """The words were shown."""
        self._profile.finish()
        forget_seed(self._store)

    def close(self) -> None:
        """Leaves nothing behind of an account that no relay can hold."""
        unused = False
        try:
            if self._newcomer.new:
                self._newcomer.withdraw()
            unused = self._store.own.last() is None
        finally:
            self._store.close()
            if unused:
                self._profile.discard()
            self._profile.close()


def _open_store(profile: Profile, key: bytes) -> SqlcipherStore:
    """The store of an unfinished profile; anew, if even its making was cut short."""
    if profile.store_path.exists():
        try:
            return open_store(profile.store_path, key)
        except EmptyStoreError:
            profile.drop_store()
    return open_store(profile.store_path, key, create=True)


def _refuse_another(store: Store, home: Endpoint, handle: str, directory: Path) -> None:
    own = store.own.last()
    if own is not None and (own.handle, own.relay) != (handle, home.name):
        raise RefusedError(
            f"a registration of {own.handle}@{own.relay} was cut short in {directory}: "
            "repeat that one, or delete the directory"
        )
