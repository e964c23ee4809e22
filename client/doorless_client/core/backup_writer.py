"""What a device keeps of the recovery words, so that it can write backups: and cannot read them.

Spec: docs/spec/15-backup.md §1.
"""

from doorless_client.store.base import Store
from doorless_client.store.records import Setting
from doorless_protocol.backup import Keys, Writer

_ROW = "backup writer"


def keep_writer(store: Store, seed: bytes) -> None:
    """From now on backups can be made here. Inside a transaction."""
    store.settings.put(Setting(_ROW, Keys.of(seed).writer.encode()))


def drop_writer(store: Store) -> None:
    """With its account: what is sealed to words that nobody has is lost. Inside a transaction."""
    store.settings.drop(_ROW)


def writer_of(store: Store) -> Writer | None:
    """None on a device that never saw the words: one that was linked."""
    row = store.settings.get(_ROW)
    return Writer.decode(row.value) if row else None
