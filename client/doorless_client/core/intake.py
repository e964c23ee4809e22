"""What the relay delivers: each envelope dealt with once, all of a delivery in one transaction.

Stored first, acknowledged then. While the disk works, what comes next is opened.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Sequence

from doorless_client.core.ahead import Ahead
from doorless_client.core.effects import Acknowledge, Wake
from doorless_client.core.failures import Failures
from doorless_client.core.gossip import Gossip
from doorless_client.core.receiving import Receiver
from doorless_client.core.reuse import note_dealt_with
from doorless_client.core.state import State
from doorless_client.core.upkeep import Upkeep
from doorless_client.store.base import Store
from doorless_protocol.frames import Deliver


class Intake:
    """Of one device."""

    def __init__(
        self,
        state: State,
        ahead: Ahead,
        receiver: Receiver,
        failures: Failures,
        gossip: Gossip,
        upkeep: Upkeep,
    ) -> None:
        self._state, self._store = state, state.store
        self._ahead, self._receiver, self._failures = ahead, receiver, failures
        self._gossip, self._upkeep = gossip, upkeep

    def receive(self, delivered: Sequence[Deliver], coming: Sequence[Deliver]) -> None:
        heard: set[bytes] = set()
        with self._state.change():
            self._store.seen.expect([one.envelope_id for one in delivered])
            self._store.messages.expect_ids(self._ahead.ids)
            for one in delivered:
                if not is_known(self._store, one.envelope_id):
                    heard.add(self._deal_with(one))
            self._state.emit(Acknowledge(tuple(one.envelope_id for one in delivered)))
            self._state.emit(Wake())
            self._ahead.begin(coming)
        self._gossip.judge_due()
        # They may have told a token, or other devices. Nobody else's envelope hurries anything:
        # what leaves must not show the relay what was opened.
        for account in heard:
            self._upkeep.resume(account)

    def _deal_with(self, one: Deliver) -> bytes:
        """The account of the contact who said it; b"" when it was none."""
        received = self._receiver.receive(one)
        note_dealt_with(self._state, one.envelope_id, received.place)
        self._failures.count(received.failure)
        return received.heard


def is_known(store: Store, envelope_id: bytes) -> bool:
    """Whether this envelope was dealt with before."""
    return store.seen.get(envelope_id) is not None
