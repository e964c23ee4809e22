"""Which change of ours a relay promised to enter: what is told of a broken promise depends on it.

Spec: docs/spec/08-state.md §14.6.
"""

from doorless_client.core.alarm_words import JOINED, REMOVED, RESTORED
from doorless_client.store.base import Store
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import Manifest


def promised_change(store: Store, chain: OwnChain | None) -> str:
    """Of the change that is under way: JOINED, RESTORED, REMOVED, or "" for another list."""
    if chain is None or chain.update is None:
        return ""
    record = Record.decode(chain.update.opened.record)
    match record.kind:
        case RecordKind.CREATE:
            return JOINED
        case RecordKind.RESET:
            return RESTORED
    known = chain.standing.manifest_version if chain.standing is not None else 0
    gone = _devices(store, known) - _devices(store, record.manifest_version)
    return REMOVED if gone else ""


def _devices(store: Store, version: int) -> frozenset[bytes]:
    """Those on a list of ours; none of one that this device was never told of."""
    row = store.own_manifests.get(version)
    entries = Manifest.decode(row.manifest).entries if row is not None else ()
    return frozenset(entry.device for entry in entries)
