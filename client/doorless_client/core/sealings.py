"""The copies of what we said: one for each device, and what the relay handled of it.

Number of copies = number of verified devices, for every message. Kept after they left, so that
it can be looked at; they go with their message. Spec: docs/spec/08-state.md §15.4.
"""

from collections.abc import Sequence

from doorless_client.core.devices import Devices
from doorless_client.core.message_parts import Sealing
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.state import State
from doorless_client.store.base import Store
from doorless_client.store.records import Copy, Entry, Outgoing
from doorless_client.store.talk_records import SealedCopy
from doorless_client.text import NOTHING, SafeText, safe_line


def keep_sealing(store: Store, item: Outgoing, copy: Copy, *, own: bool, now: int) -> None:
    """The relay took this copy. Inside a change."""
    if item.place >= 0:
        store.sealings.put(
            SealedCopy(
                conversation=item.conversation,
                place=item.place,
                device=copy.device,
                own=own,
                mailbox=copy.mailbox,
                size=len(copy.envelope),
                at=now,
            )
        )


class Sealings:
    def __init__(self, state: State, devices: Devices) -> None:
        self._state, self._store, self._devices = state, state.store, devices

    def of(self, row: Entry) -> Sequence[Sealing]:
        """The copies of a message of ours: others' devices first, then our own."""
        left = {
            each.device: self._left(each)
            for each in self._store.sealings.find(conversation=row.conversation, place=row.place)
        }
        waiting = [
            one
            for item in self._store.outbox.find(conversation=row.conversation)
            if item.place == row.place
            for one in self._waiting(item)
        ]
        shown = {one.device: one for one in waiting} | left
        return sorted(shown.values(), key=lambda one: (one.own, one.device))

    def _left(self, row: SealedCopy) -> Sealing:
        name = self._name(row.device, own=row.own)
        return Sealing(row.device, name, row.own, row.mailbox, row.size, sent=True, at=row.at)

    def _waiting(self, item: Outgoing) -> list[Sealing]:
        own = item.account == self._state.account
        copies = {copy.device: copy for copy in self._store.copies.find(number=item.number)}
        sealings = []
        for entry in self._devices.recipients(item.account):
            copy = copies.get(entry.device)
            size = len(copy.envelope) if copy is not None else 0
            sent = copy is not None and copy.sent
            name = self._name(entry.device, own=own)
            sealings.append(Sealing(entry.device, name, own, entry.mailbox, size, sent))
        return sealings

    def _name(self, device: bytes, *, own: bool) -> SafeText:
        """Of our own devices; nobody else tells us what they call theirs."""
        names = OwnFacts(self._store).names if own else {}
        return safe_line(names.get(device, "")) if own else NOTHING
