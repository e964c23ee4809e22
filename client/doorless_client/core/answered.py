"""Who was told today the anchor that they asked for: one a day each, beside what we ask of them.

One row, that of a day before gives way: who asks daily leaves nothing behind, and keeps us from
asking nothing. Spec: docs/spec/08-state.md §14.5.
"""

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Setting

_ANSWERED = "anchors answered"


def is_answered(store: Store, account: bytes, day: int) -> bool:
    """Args: day: since 1970."""
    return account in _answered(store, day)


def note_answered(store: Store, account: bytes, day: int) -> None:
    """Inside a change."""
    told = (day, [*_answered(store, day), account])
    store.settings.put(Setting(_ANSWERED, msgspec.msgpack.encode(told)))


def _answered(store: Store, day: int) -> list[bytes]:
    row = store.settings.get(_ANSWERED)
    if row is None:
        return []
    noted, accounts = msgspec.msgpack.decode(row.value, type=tuple[int, list[bytes]])
    return accounts if noted == day else []
