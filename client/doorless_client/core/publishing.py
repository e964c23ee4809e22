"""The one place where a manifest of ours is signed, and where the relay is told of it.

    sign ──► stored, ours from now on ── publish ──► the relay has it ──► contacts, own devices told
                    ▲                       │
                    └── said again at each sign-in until then

Signed once, it is never signed otherwise: what the relay refused is said to it again, since two
heads of one version would accuse us. Spec: docs/spec/11-devices.md §4.2.
"""

from collections.abc import Iterable

from doorless_client.core.contacts import BusyError
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Flow, SignedIn
from doorless_client.core.introductions import Introductions
from doorless_client.core.log_looks import Looks
from doorless_client.core.own_devices import OwnDevices
from doorless_client.core.own_entry import OwnEntry
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_protocol.frames import PublishManifest, Refusal, Refused, SignedInRequest
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.own_content import Names, Newest

REFUSED_RETRY = 60.0
"""Seconds before a relay that refused a manifest is told it again."""

DAY = 86_400


class Publishing:
    def __init__(
        self,
        state: State,
        devices: Devices,
        own: OwnDevices,
        introductions: Introductions,
        telling: Telling,
    ) -> None:
        self._state, self._store, self._devices = state, state.store, devices
        self._introductions, self._telling = introductions, telling
        self._facts, self._entry = OwnFacts(state.store), OwnEntry(state)
        self._looks = Looks(state, self._entry, own.adopt)

    def sign(self, entries: Iterable[DeviceEntry]) -> Manifest:
        """Our devices are these from now on; to who is gone, nothing leaves. Inside a change.

        Raises:
            RefusedError: this device is not the primary.
            ValueError: no such list of devices is possible.
        """
        held, now = self._state.manifest, self._state.now()
        not_before = max(now - now % DAY, held.head.not_before)
        manifest = Manifest.sign(self._state.signing, entries, not_before, after=held.head)
        self._state.adopt(manifest)
        for device in {one.device for one in held.entries} - {
            one.device for one in manifest.entries
        }:
            self._devices.remove(self._state.account, device)
        return manifest

    def publish(self) -> Flow[None]:
        """Tell our relay every manifest of ours that it lacks, then whoever should know.

        Raises:
            BusyError: the relay did not take the newest one; again at the next sign-in.
        """
        if not self._state.is_primary:
            return
        missing = self._missing()
        for manifest in missing:
            if self._entry.waits_before(manifest):
                yield from self._looks.home()  # the change before it may be in the log by now
            record, opening = self._entry.record_of(manifest)
            answered = yield SignedIn(manifest_request(manifest, record, opening))
            if not isinstance(answered, Refused):
                self._entry.take(answered)
                self._note(manifest.version)
            elif answered.reason != Refusal.STALE or manifest is missing[-1]:
                raise BusyError(
                    "the relay does not take the new list of devices",
                    float(answered.retry_after or REFUSED_RETRY),
                )

    def _missing(self) -> list[Manifest]:
        published = self._facts.published
        rows = [row for row in self._store.own_manifests.find() if row.version > published]
        return [Manifest.decode(row.manifest) for row in rows]

    def _note(self, version: int) -> None:
        with self._state.change():
            self._facts.set_published(version)
            if version == self._state.manifest.version:
                self._introductions.introduce_all()
                self._telling.tell(Newest(self._state.manifest.encode()))
                self._telling.tell(Names(tuple(sorted(self._facts.names.items()))))


def manifest_request(
    manifest: Manifest, record: bytes = b"", opening: bytes = b""
) -> SignedInRequest:
    """What tells the relay of a manifest, of the account's own device: the same each time.

    Args:
        record, opening: the key log's; b"" where the relay has none.
    """
    return PublishManifest(manifest.encode(), record, opening)
