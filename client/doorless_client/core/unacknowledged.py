"""What a person said, left, and was acknowledged by nobody yet: kept, so that it can be repeated.

    sent ──► kept, for each device ──► a receipt of that very device names it ──► forgotten
                                  └──► 14 days after it was said ──► forgotten

A receipt is the one acknowledgement that counts, or what the device itself lists when it
begins a resync. A turn of the ratchet is none: it proves one message of a chain, not each.
Spec: docs/spec/08-state.md §13.
"""

from collections.abc import Sequence

from doorless_client.core.state import State
from doorless_client.store.records import Copy, Outgoing
from doorless_client.store.resync_records import Unacknowledged
from doorless_protocol.content import Content

KEPT_FOR = 14 * 86_400
"""Seconds that a content waits for a relay, for a confirmed session, or for its receipt."""


class Kept:
    """All but the questions runs inside a change."""

    def __init__(self, state: State) -> None:
        self._state, self._rows = state, state.store.unacknowledged

    def keep(self, item: Outgoing, copy: Copy, relay: str) -> None:
        """The relay took this copy just now."""
        self._rows.put(
            Unacknowledged(
                number=item.number,
                account=item.account,
                conversation=item.conversation,
                device=copy.device,
                place=item.place,
                id=item.id,
                content=item.content,
                counter=Content.decode(item.content).counter,
                relay=relay,
                mailbox=copy.mailbox,
                envelope_id=copy.envelope_id,
                envelope=copy.envelope,
                expires=item.expires,
            )
        )

    def acknowledge(self, account: bytes, device: bytes, id: bytes) -> None:
        """This device has it."""
        for row in self._rows.find(account=account, device=device, id=id):
            self.drop(row)

    def acknowledge_below(self, account: bytes, device: bytes, counter: int) -> None:
        """This device has all that we said below this counter."""
        for row in self.of_device(account, device):
            if row.counter < counter:
                self.drop(row)

    def drop(self, row: Unacknowledged) -> None:
        self._rows.drop(row.number, row.device)

    def forget_account(self, account: bytes) -> None:
        self._rows.clear(account=account)

    def expire(self) -> None:
        """Forget what is too old to be worth keeping."""
        now = self._state.clock()
        earliest = self._rows.least("expires")
        if isinstance(earliest, int | float) and earliest <= now:
            for row in self._rows.find():
                if row.expires <= now:
                    self.drop(row)

    def of_device(self, account: bytes, device: bytes) -> Sequence[Unacknowledged]:
        """In the order of leaving."""
        return self._rows.find(account=account, device=device)

    def of_account(self, account: bytes) -> Sequence[Unacknowledged]:
        return self._rows.find(account=account)

    def taken_by(self, relay: str) -> Sequence[Unacknowledged]:
        """What this relay took, in the order of leaving."""
        return self._rows.find(relay=relay)
