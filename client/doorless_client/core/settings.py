"""What the person chose: kept in the store, read by the engine.

Spec: docs/spec/08-state.md §9.
"""

from typing import Annotated

import msgspec

from doorless_client.settings.schema import Setting, Span, Switch, Words, declared
from doorless_client.store import records
from doorless_client.store.base import Store
from doorless_protocol.content import LASTS_AT_LEAST, LASTS_AT_MOST

LONGEST_NAME = 32
"""Characters of our own name that a profile carries."""

LASTS = (0, 30, 300, 3600, 8 * 3600, 86_400, 7 * 86_400, 28 * 86_400)
"""Seconds that a message may last, as a screen offers them."""

_ROW = "settings"


class Settings(msgspec.Struct, frozen=True):
    """Receipts and typing tell a contact when we are there; each has a switch of its own.

    Attributes:
        name: what contacts see; "" is the handle.
        lasts: seconds after which messages of a chat that we begin disappear; 0: they stay.
        receipt_delay: seconds, least and most, that a receipt waits for others to go with it.
            Longer tells the relay less about who answers whom.
    """

    name: Annotated[
        str,
        Setting("You", "Name", "What contacts see. Empty: your handle.", Words(LONGEST_NAME)),
    ] = ""
    delivery_receipts: Annotated[
        bool,
        Setting(
            "Privacy",
            "Say that it arrived",
            "Contacts see that a message reached you. It tells when you are there.",
            Switch(),
        ),
    ] = True
    read_receipts: Annotated[
        bool,
        Setting(
            "Privacy",
            "Say that you read it",
            "Contacts see when you read; and you see it of those who say it, too.",
            Switch(),
        ),
    ] = False
    typing: Annotated[
        bool,
        Setting(
            "Privacy",
            "Say that you write",
            "Contacts see when you type; and you see it of those who say it, too.",
            Switch(),
        ),
    ] = False
    lasts: Annotated[
        int,
        Setting(
            "Privacy",
            "New chats forget after",
            "How long messages last in chats that you begin on this device, once they were read.",
            Span(LASTS_AT_LEAST, LASTS_AT_MOST, "never", LASTS),
        ),
    ] = 0
    receipt_delay: tuple[float, float] = (1.0, 3.0)


SETTINGS = declared(Settings)
"""Those of the account, in the order in which they are shown."""


def load(store: Store) -> Settings:
    row = store.settings.get(_ROW)
    return msgspec.msgpack.decode(row.value, type=Settings) if row else Settings()


def save(store: Store, settings: Settings) -> None:
    """Only inside a transaction."""
    store.settings.put(records.Setting(_ROW, msgspec.msgpack.encode(settings)))
