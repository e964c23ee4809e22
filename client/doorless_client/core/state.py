"""The open profile: its store, who we are, the live sessions, and how all of it changes.

    with state.change():          one transaction
        …put, drop, keep…         nothing of it is true yet
        state.at_end(key, work)   once, after all of that; then the sessions are written
        state.meanwhile(work)     while the disk makes it durable
        state.show(event)         held back
                                  durable now; then what was held back goes out

When anything in it raises, nothing happened: the store takes it back, the sessions are read
again, and no effect leaves. Spec: docs/spec/08-state.md §1.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Effect, Emit, Show
from doorless_client.core.sessions import Sessions
from doorless_client.core.views import Event
from doorless_client.store.base import Store
from doorless_client.store.records import Own, OwnManifest
from doorless_protocol.first_contact import Us
from doorless_protocol.invite import Address, RelayAddress
from doorless_protocol.keys import AccountId, DeviceId, DeviceKeys, SigningKey
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random

T = TypeVar("T")

Clock = Callable[[], float]
"""Unix seconds."""


Beside = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Does something while what is inside of it is done."""


@contextmanager
def afterwards(work: Callable[[], None]) -> Iterator[None]:
    """Where there is one thread."""
    yield
    work()


class State:
    """Everything that the parts of an engine share.

    Attributes:
        beside: how something is done while the disk works; set by whoever has a second thread.
    """

    def __init__(self, store: Store, clock: Clock, random: Random, emit: Emit) -> None:
        """Raises ValueError: the store holds no account; register first."""
        own = store.own.get(1)
        if own is None or not own.registered:
            raise ValueError("this store holds no account")
        self.store, self.clock, self.random = store, clock, random
        self._emit = emit
        self._held: list[Effect] | None = None
        self._last: dict[bytes, Callable[[], Event | None]] = {}
        self._ending: dict[Hashable, tuple[Callable[[list[Any]], None], list[Any]]] = {}
        self._met: set[Hashable] = set()
        self.beside: Beside = afterwards
        self._meanwhile: Callable[[], None] | None = None
        self.keys = DeviceKeys.decode(own.device_keys)
        self._signing = SigningKey.from_seed(own.account_key) if own.account_key else None
        self.sessions = Sessions(store)
        self.manifest = self._newest_manifest()
        self.account: AccountId = self.manifest.account
        self.address = Address(own.handle, RelayAddress.parse(own.relay))

    @property
    def own(self) -> Own:
        own = self.store.own.get(1)
        if own is None:
            raise ValueError("this store holds no account")
        return own

    @property
    def is_primary(self) -> bool:
        """Whether this device holds the account's key, and so says which devices there are."""
        return self._signing is not None

    @property
    def signing(self) -> SigningKey:
        """The account's key. Raises RefusedError: it is on another device."""
        if self._signing is None:
            raise RefusedError("only the primary device can do that: the one you registered with")
        return self._signing

    def adopt(self, manifest: Manifest) -> None:
        """Our devices are these from now on. Inside a change."""
        self.store.own_manifests.put(
            OwnManifest(manifest.version, manifest.hash, manifest.encode())
        )
        self.manifest = manifest

    def _newest_manifest(self) -> Manifest:
        newest = self.store.own_manifests.last()
        if newest is None:
            raise ValueError("this store holds no manifest of ours")
        return Manifest.decode(newest.manifest)

    @property
    def frozen(self) -> bool:
        """Whether another copy of this profile went on: nothing is sealed, and nothing leaves."""
        return is_frozen(self.own)

    @property
    def is_removed(self) -> bool:
        """Whether the newest list of our devices, signed by our account, leaves this one out."""
        return leaves_out(self.manifest, self.keys.device)

    @property
    def us(self) -> Us:
        """This device, as peers know it."""
        return Us(self.manifest, self.keys, str(self.address))

    def now(self) -> int:
        return int(self.clock())

    @contextmanager
    def change(self) -> Iterator[None]:
        self._held, self._last, self._ending, self._met = [], {}, {}, set()
        try:
            with self.store.transaction(self._committing):
                yield
                self._end()
            held, last = self._held, self._last
        except BaseException:
            self.sessions.reread()
            if self.store.own_manifests.get(self.manifest.version) is None:
                self.manifest = self._newest_manifest()
            raise
        finally:
            self._held, self._last, self._meanwhile = None, {}, None
        for effect in held:
            self._emit(effect)
        for make in last.values():
            self._show_made(make)

    def _end(self) -> None:
        while self._ending:
            ending, self._ending = self._ending, {}
            for work, items in ending.values():
                work(items)
        self.sessions.write()

    def at_end(self, key: Hashable, work: Callable[[list[T]], None], item: T) -> None:
        """Do `work` once, when all else of the open change is done, with each item of this key.

        What one batch of envelopes needs once, and would cost most of the time if done for each.

        Raises:
            ValueError: no change is open.
        """
        if self._held is None:
            raise ValueError("outside of a change")
        if key in self._ending:
            self._ending[key][1].append(item)
        else:
            self._ending[key] = work, [item]

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Do `work` while the disk works on the open change: see `beside`.

        It must not touch the store, nor raise anything, and nothing may rest on its being done.
        """
        self._meanwhile = work

    def _committing(self) -> AbstractContextManager[None]:
        return nullcontext() if self._meanwhile is None else self.beside(self._meanwhile)

    def is_first(self, key: Hashable) -> bool:
        """Whether the open change meets `key` for the first time."""
        is_new = self._held is None or key not in self._met
        self._met.add(key)
        return is_new

    def show(self, event: Event) -> None:
        self.emit(Show(event))

    def emit(self, effect: Effect) -> None:
        """Let it out: at once, or when the open change is durable."""
        if self._held is None:
            self._emit(effect)
        else:
            self._held.append(effect)

    def show_last(self, key: bytes, make: Callable[[], Event | None]) -> None:
        """Show what `make` finds when the open change is durable, once for each key."""
        if self._held is None:
            self._show_made(make)
        else:
            self._last[key] = make

    def shows_last(self, key: bytes) -> bool:
        """Whether the open change shows something of this key already."""
        return key in self._last

    def _show_made(self, make: Callable[[], Event | None]) -> None:
        event = make()
        if event is not None:
            self._emit(Show(event))


def is_frozen(own: Own) -> bool:
    """Whether the relay knows a later state of this profile than the profile itself."""
    return own.frozen


def leaves_out(manifest: Manifest, device: DeviceId) -> bool:
    """Whether a list of devices is without this one."""
    return all(entry.device != device for entry in manifest.entries)
