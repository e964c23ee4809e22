"""A device that its account does not list any more: how it learns that, and what it does then.

    the relay cut us off, or knows no such device ──► our own entry is looked up
        the newest list leaves us out ──► REMOVED: our account signed it, so nothing is tried again
        it does not, or nobody shows it ──► the relay's word alone: told as that

Spec: docs/spec/11-devices.md §4.5.
"""

from contextlib import suppress

from doorless_client.core.api import RefusedError
from doorless_client.core.busy import BusyError
from doorless_client.core.conversations import Conversations
from doorless_client.core.effects import Flow
from doorless_client.core.outbox import Outbox
from doorless_client.core.own_devices import LEFT_OUT, OwnDevices
from doorless_client.core.state import State
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError

CUT_OFF = (
    "the relay cut this device off: your account's list of devices is asked whether it was removed"
)
NOT_SENT = "this device was removed from the account before it was sent"


class Removal:
    """Certain only by a list of devices that our own account signed."""

    def __init__(
        self, state: State, own: OwnDevices, conversations: Conversations, outbox: Outbox
    ) -> None:
        self._state, self._store, self._own = state, state.store, own
        self._conversations, self._outbox = conversations, outbox

    @property
    def is_certain(self) -> bool:
        return self._state.is_removed

    def check(self) -> None:
        """Raises RefusedError: nothing can be said from this device any more."""
        if self.is_certain:
            raise RefusedError(LEFT_OUT)

    def find_out(self) -> Flow[bool]:
        """Look our own list up now; whether it leaves this device out."""
        if not self.is_certain:
            with self._state.change():
                self._own.facts.set_looked_up(0.0)
            with suppress(RefusedError, BusyError, DoorlessError):
                yield from self._own.refresh()
        return self.is_certain

    def give_up(self) -> None:
        """What waited leaves never: of what the person said, say so; and tell why."""
        with self._state.change():
            for item in self._store.outbox.find():
                self._outbox.forget(item)
                contact = self._store.contacts.get(item.conversation)
                if item.place >= 0 and item.account != self._state.account and contact is not None:
                    self._conversations.fail(contact, item.place, NOT_SENT)
            self._state.show(Notice(safe_line(LEFT_OUT), halts=True))
