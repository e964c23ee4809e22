"""Whom a copy goes to: the devices of an account's newest verified manifest, and no others.

The number of sealed copies is the number of verified devices: there is no slot for a third
party. Spec: docs/spec/08-state.md §5.
"""

from functools import lru_cache

from doorless_client.core.state import State
from doorless_client.store.records import Device
from doorless_protocol.manifest import DeviceEntry, Manifest


class Devices:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store

    def recipients(self, account: bytes) -> list[DeviceEntry]:
        """Every device of a peer; of our own account, every other one."""
        if account == self._state.account:
            ours = self._state.keys.device
            return [entry for entry in self._state.manifest.entries if entry.device != ours]
        return [_entry(row.entry) for row in self._store.devices.find(account=account)]

    def adopt(self, account: bytes, manifest: Manifest) -> tuple[int, int]:
        """Seal to exactly these from now on; returns how many came and went. Inside a change."""
        listed = {bytes(entry.device): entry for entry in manifest.entries}
        held = {row.device for row in self._store.devices.find(account=account)}
        for device in held - listed.keys():
            self.remove(account, device)
        for entry in listed.values():
            self.add(account, entry)
        return len(listed.keys() - held), len(held - listed.keys())

    def add(self, account: bytes, entry: DeviceEntry) -> bool:
        """One that a manifest or a staple vouches for; returns whether it is new. In a change."""
        encoded = entry.encode()
        known = self._store.devices.get(account, entry.device)
        if known is not None and known.entry != encoded:
            self.remove(account, entry.device)  # other keys: its sessions were with the old ones
        self._store.devices.put(Device(account, entry.device, encoded))
        return known is None

    def remove(self, account: bytes, device: bytes) -> None:
        """Nothing is sealed to it or opened from it any more; what was, is deleted unsent."""
        self._store.devices.drop(account, device)
        self._store.resyncs.drop(account, device)
        self._store.unacknowledged.clear(account=account, device=device)
        for item in self._store.outbox.find(account=account):
            self._store.copies.drop(item.number, device)
            if item.device == device:
                self._store.outbox.drop(item.number)
        for session in self._state.sessions.with_device(account, device):
            self._state.sessions.drop(session)

    def remove_all(self, account: bytes) -> None:
        for session in self._state.sessions.with_account(account):
            self._state.sessions.drop(session)
        self._store.devices.clear(account=account)


@lru_cache(maxsize=1024)
def _entry(encoded: bytes) -> DeviceEntry:
    """Decoding checks every key of the entry; the same bytes stay good."""
    return DeviceEntry.decode(encoded)
