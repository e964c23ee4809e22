"""What the person chose: kept in the store, read by the engine.

Spec: docs/spec/08-state.md §9.
"""

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Setting

_ROW = "settings"


class Settings(msgspec.Struct, frozen=True):
    """Receipts and typing tell a contact when we are there; each has a switch of its own.

    Attributes:
        name: what contacts see; "" is the handle.
        receipt_delay: seconds, least and most, that a receipt waits for others to go with it.
            Longer tells the relay less about who answers whom.
    """

    name: str = ""
    delivery_receipts: bool = True
    read_receipts: bool = False
    typing: bool = False
    receipt_delay: tuple[float, float] = (1.0, 3.0)


def load(store: Store) -> Settings:
    row = store.settings.get(_ROW)
    return msgspec.msgpack.decode(row.value, type=Settings) if row else Settings()


def save(store: Store, settings: Settings) -> None:
    """Only inside a transaction."""
    store.settings.put(Setting(_ROW, msgspec.msgpack.encode(settings)))
