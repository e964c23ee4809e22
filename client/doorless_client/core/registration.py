"""A new account under a handle: stored before the relay hears of it.

    nothing ── prepare ──► begun ── Newcomer.register ──► registered
       ▲                     │
       └── the relay refuses ┘

A program that ends while it is `begun` goes on from there with the same bytes: the relay
answers the very same registration with Done. Spec: docs/spec/08-state.md §11.
"""

import contextlib
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from doorless_client.core import keyring, prekeys
from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.backup_writer import drop_writer, keep_writer
from doorless_client.core.checked import note_without_log
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Anonymously, Flow, SignedIn
from doorless_client.core.log_claim import claim_record, keep_receipt
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.views import Me
from doorless_client.store.base import Store
from doorless_client.store.records import Own, OwnManifest
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    Done,
    Hello,
    Refusal,
    Refused,
    Register,
    RelayInfo,
    SignedInRequest,
    delivery_token_hash,
)
from doorless_protocol.handles import check_registrable
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import DeviceKeys, account_signing_key
from doorless_protocol.log_frames import Logged
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.prekeys import DAY
from doorless_protocol.primitives import Random

REFUSALS: dict[int, str] = {
    Refusal.TAKEN: "this handle is taken: choose another one",
    Refusal.UNFIT_HANDLE: "the relay does not give this handle to anybody: choose another one",
    Refusal.LOOKALIKE: "this handle looks like one that is taken: choose another one",
    Refusal.RELEASED: "this handle, or one that looks like it, was given up not long ago, and goes "
    "to nobody else for now: choose another one",
    Refusal.MALFORMED: "the relay did not take the registration: is its version another one?",
    Refusal.BUSY: "the relay takes no registrations right now: try again later",
}

FINAL = frozenset(REFUSALS).difference({Refusal.BUSY}) | {Refusal.NOT_ALLOWED}
"""Answers by which this account is not registered, nor was by an attempt before."""


def prepare(
    store: Store,
    *,
    handle: str,
    relay: str,
    tls: bool,
    pin: bytes,
    seed: bytes,
    now: int,
    random: Random,
) -> "Newcomer":
    """Draw and store an account, unless this one was begun before: then it is gone on with.

    Raises:
        RefusedError: the handle or the relay is malformed, or the store holds another account.
    """
    try:
        wanted = (check_registrable(handle), str(RelayAddress.parse(relay)))
    except MalformedError as error:
        raise RefusedError(f"not possible as a handle or a relay: {error}") from None
    held = store.own.last()
    if held is not None:
        if (held.handle, held.relay) != wanted:
            raise RefusedError(
                f"the registration of {held.handle}@{held.relay} did not finish: finish it first"
            )
        return Newcomer(store, new=False)
    signing, keys = account_signing_key(seed), DeviceKeys.draw(random)
    today = now - now % DAY  # who looks the handle up need not learn the second
    manifest = Manifest.sign(signing, [DeviceEntry.of(keys, added=today)], not_before=today)
    own = Own(
        handle=wanted[0],
        relay=wanted[1],
        tls=tls,
        pin=pin,
        account_key=signing.seed,
        unshown_seed=seed,
        device_keys=keys.encode(),
        token=random(16),
        registered=False,
        token_published=True,  # with the registration itself
    )
    with store.transaction():
        store.own.put(own)
        store.own_manifests.put(OwnManifest(manifest.version, manifest.hash, manifest.encode()))
        keep_writer(store, seed)
    return Newcomer(store, new=True)


def forget_seed(store: Store) -> None:
    """The words were shown: from now on nobody learns them from this store."""
    own = store.own.last()
    if own is not None and own.unshown_seed:
        with store.transaction():
            store.own.put(msgspec.structs.replace(own, unshown_seed=b""))


class Newcomer:
    """The account that a store holds, begun or registered.

    Attributes:
        new: no relay ever heard of it.
        refusals, final: what each answer of the relay means, and by which it has no such account.
    """

    refusals: ClassVar[Mapping[int, str]] = REFUSALS
    final: ClassVar[frozenset[int]] = FINAL

    def __init__(self, store: Store, *, new: bool) -> None:
        """Raises ValueError: nothing was prepared."""
        own, newest = store.own.last(), store.own_manifests.last()
        if own is None or newest is None:
            raise ValueError("this store holds no account")
        self.store = self._store = store
        self._own = own
        self.new, self.seed = new, own.unshown_seed
        self.keys = DeviceKeys.decode(own.device_keys)
        self.manifest = Manifest.decode(newest.manifest)
        self.me = Me(own.handle, own.relay, self.manifest.account, self.keys.device)

    def register(self, now: int, random: Random) -> Flow[None]:
        """Claim the handle, then publish prekeys. Done once more, it is the same.

        Raises:
            RefusedError: the relay refused. If that is final, nothing is stored any more.
        """
        info = yield Anonymously(self._own.relay, self._own.pin, Hello(), b"")
        if not isinstance(info, RelayInfo):
            raise RefusedError("the relay does not say how it is set up: try again later")
        self.new = False
        record, opening = yield from claim_record(
            self._store, self._own, info, self.manifest, now, random
        )
        answered = yield SignedIn(self._claim(record, opening))
        if not isinstance(answered, Done | Logged):
            reason = answered.reason if isinstance(answered, Refused) else 0
            if reason in self.final:
                self.withdraw()
            raise RefusedError(self.refusals.get(reason, "the relay refused the registration"))
        bundle, pairs, secrets = draw_bundle(self.keys, self.manifest.account, now, random)
        with self._store.transaction():
            self._store.own.put(
                msgspec.structs.replace(self._own, registered=True, config=info.config_hash)
            )
            keep_receipt(self._store, self._own, answered, now)
            if not info.config:
                note_without_log(self._store, self._own.relay)
            OwnFacts(self._store).set_published(self.manifest.version)
            keyring.keep(self._store, secrets, now)
        with contextlib.suppress(BusyError, UnreachableError):  # then with the next sign-in
            yield from prekeys.upload(bundle, pairs)
            with self._store.transaction():
                keyring.note_published(self._store, secrets.bundle_id)

    def _claim(self, record: bytes, opening: bytes) -> SignedInRequest:
        token_hash = delivery_token_hash(self._own.token)
        return Register(self._own.handle, self.manifest.encode(), token_hash, record, opening)

    def withdraw(self) -> None:
        """Forget an account that no relay holds."""
        with self._store.transaction():
            self._store.own.clear()
            self._store.own_manifests.clear()
            self._store.logs.clear()
            self._store.log_own.clear()
            drop_writer(self._store)
