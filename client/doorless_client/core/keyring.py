"""Our prekeys' private halves, as the store holds them: read, replaced, deleted.

A bundle and its one-time pairs are rows apart: what an envelope is tried on is read without
the pairs, and a used pair is one row less. All of it runs inside a transaction of the
caller's, reading apart. Spec: docs/spec/02-identities.md §5.2, docs/spec/08-state.md §11.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import OneTimePrekey, Prekeys
from doorless_protocol.prekey_secrets import PairSecrets, PrekeySecrets
from doorless_protocol.prekeys import PrekeyId


def bundles(store: Store) -> Sequence[PrekeySecrets]:
    """Every bundle that still opens something, the newest first, without its pairs."""
    rows = sorted(store.prekeys.find(), key=lambda row: row.drawn, reverse=True)
    return [PrekeySecrets.decode(row.secrets) for row in rows]


def with_pair(store: Store, secrets: PrekeySecrets, id: PrekeyId | None) -> PrekeySecrets:
    """The same with this one-time pair, if nobody used it before."""
    row = None if id is None else store.one_time_prekeys.get(secrets.bundle_id, id)
    return secrets if row is None else replace(secrets, pairs=(PairSecrets.decode(row.secrets),))


def keep(store: Store, secrets: PrekeySecrets, now: int) -> None:
    """Before anybody can be given it."""
    bare = replace(secrets, pairs=()).encode()
    newest = max((row.drawn for row in store.prekeys.find()), default=0)
    store.prekeys.put(
        Prekeys(
            secrets.bundle_id,
            secrets.bundle_hash,
            secrets.created,
            bare,
            published=False,
            drawn=max(now, newest + 1),  # an order, also where the clock stands or runs backwards
        )
    )
    for pair in secrets.pairs:
        store.one_time_prekeys.put(OneTimePrekey(secrets.bundle_id, pair.id, pair.encode()))


def note_published(store: Store, bundle: bytes) -> None:
    """The relay says that it serves it."""
    row = store.prekeys.get(bundle)
    if row is not None:
        store.prekeys.put(msgspec.structs.replace(row, published=True))


def delete_pair(store: Store, bundle: PrekeyId, id: PrekeyId) -> None:
    """It served once."""
    store.one_time_prekeys.drop(bundle, id)


def delete_bundle(store: Store, bundle: bytes) -> None:
    """All of it, and the replay map's rows that rest on it: no key of it opens anything now."""
    store.prekeys.drop(bundle)
    store.one_time_prekeys.clear(bundle=bundle)
    for row in store.origins.find():
        if row.origin.startswith(bundle):
            store.origins.drop(row.origin)


def newest_published(store: Store) -> Prekeys | None:
    """What the relay should serve, if nothing newer reached it unbeknown to us."""
    return max(
        store.prekeys.find(published=True), key=lambda row: (row.drawn, row.bundle), default=None
    )
