"""What this device knows of our devices beside the manifest: names, the primary, when it looked.

Names are private to our own devices: no manifest holds them, so the relay learns none.
Spec: docs/spec/11-devices.md §4.
"""

from typing import TypeVar

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Setting

_NAMES, _PRIMARY, _LOOKED_UP = "device names", "primary device", "own manifest looked up"
_PUBLISHED, _SYNCED, _USED, _CLAIMED = (
    "published manifest",
    "told everything",
    "used links",
    "claimed manifests",
)
_JOINED, _UNGREETED, _TOLD_CHOSEN = "joined", "not greeted", "told chosen"

T = TypeVar("T")


class OwnFacts:
    """Rows of the settings table. What sets them runs inside a change."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def names(self) -> dict[bytes, str]:
        return self._get(_NAMES, dict[bytes, str], {})

    def set_names(self, names: dict[bytes, str]) -> None:
        self._set(_NAMES, names)

    @property
    def primary(self) -> bytes:
        """The device that holds the account's key, as it said when we were linked; b"": unknown."""
        return self._get(_PRIMARY, bytes, b"")

    def set_primary(self, device: bytes) -> None:
        self._set(_PRIMARY, device)

    @property
    def looked_up(self) -> float:
        """When the relay last showed our own manifest to this device, Unix seconds."""
        return self._get(_LOOKED_UP, float, 0.0)

    def set_looked_up(self, at: float) -> None:
        self._set(_LOOKED_UP, at)

    @property
    def published(self) -> int:
        """The newest version of our manifest that the relay took from this device."""
        return self._get(_PUBLISHED, int, 1)

    def set_published(self, version: int) -> None:
        self._set(_PUBLISHED, version)

    @property
    def synced(self) -> list[bytes]:
        """Devices that were told all that there was, once."""
        return self._get(_SYNCED, list[bytes], [])

    def set_synced(self, devices: list[bytes]) -> None:
        self._set(_SYNCED, devices)

    @property
    def told_chosen(self) -> float:
        """When this device last told the others what holds for the account, Unix seconds."""
        return self._get(_TOLD_CHOSEN, float, 0.0)

    def set_told_chosen(self, at: float) -> None:
        self._set(_TOLD_CHOSEN, at)

    @property
    def used_links(self) -> dict[bytes, int]:
        """Commitments of links that were answered, and until when each would hold."""
        return self._get(_USED, dict[bytes, int], {})

    def set_used_links(self, links: dict[bytes, int]) -> None:
        self._set(_USED, links)

    @property
    def claimed(self) -> dict[int, tuple[bytes, bytes]]:
        """Versions of our manifest that peers used and we have not seen: the hash, and who."""
        return self._get(_CLAIMED, dict[int, tuple[bytes, bytes]], {})

    def set_claimed(self, claims: dict[int, tuple[bytes, bytes]]) -> None:
        self._set(_CLAIMED, claims)

    @property
    def has_joined(self) -> bool:
        """Whether others spoke in our conversations before this device was there."""
        return self._get(_JOINED, bool, False)

    def set_joined(self, *, greets: bool) -> None:
        """Args: greets: there are other devices, which hear of this one as soon as it is open."""
        self._set(_JOINED, True)
        self._set(_UNGREETED, greets)

    @property
    def owes_greeting(self) -> bool:
        return self._get(_UNGREETED, bool, False)

    def greeted(self) -> None:
        self._set(_UNGREETED, False)

    def _get(self, name: str, kind: type[T], otherwise: T) -> T:
        row = self._store.settings.get(name)
        return msgspec.msgpack.decode(row.value, type=kind) if row else otherwise

    def _set(self, name: str, value: object) -> None:
        self._store.settings.put(Setting(name, msgspec.msgpack.encode(value)))
