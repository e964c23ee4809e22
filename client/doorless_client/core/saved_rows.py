"""Where the store keeps the texts that were saved to answer with.

They are words of the person, so they lie in the encrypted store; and on one device, for what is
typed a hundred times says more of somebody than most messages do.
Spec: docs/spec/08-state.md §20.
"""

import msgspec

from doorless_client.core.saved import Held, removed, renamed, saved
from doorless_client.core.saved_api import SavedReply
from doorless_client.core.state import State
from doorless_client.store import records
from doorless_client.store.base import Store
from doorless_client.text import safe, safe_line

_ROW = "saved replies"


def load(store: Store) -> Held:
    row = store.settings.get(_ROW)
    pairs = msgspec.msgpack.decode(row.value, type=list[tuple[str, str]]) if row else []
    return tuple(SavedReply(safe_line(name), safe(text)) for name, text in pairs)


def keep(store: Store, held: Held) -> None:
    """Only inside a transaction."""
    pairs = [(str(one.name), str(one.text)) for one in held]
    store.settings.put(records.Setting(_ROW, msgspec.msgpack.encode(pairs)))


class Saved:
    """Those of an open profile. Each change raises RefusedError where nothing was changed."""

    def __init__(self, state: State) -> None:
        self._state = state

    def every(self) -> Held:
        return load(self._state.store)

    def save(self, name: str, text: str) -> None:
        self._keep(saved(self.every(), name, text))

    def rename(self, name: str, new: str) -> None:
        self._keep(renamed(self.every(), name, new))

    def remove(self, name: str) -> None:
        self._keep(removed(self.every(), name))

    def _keep(self, held: Held) -> None:
        with self._state.change():
            keep(self._state.store, held)
