"""The key log, watched: quiet while it holds, loud on proof.

Spec: docs/spec/08-state.md §14.
"""

from doorless_client.core.effects import Flow
from doorless_client.core.log_alarms import Alarms
from doorless_client.core.state import State
from doorless_client.core.views import LogStatus


class Monitor:
    """What this device knows of its relay's key log."""

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.alarms = Alarms(state)

    def status(self) -> LogStatus:
        own, alarms = self._state.own, self._store.log_alarms.find()
        return LogStatus(
            relay=own.relay,
            config=b"",
            size=0,
            anchor=0,
            checked=0,
            own=0,
            awaited=0,
            pending=0,
            frozen=False,
            alarms=len(alarms),
            proven=self.alarms.proven(),
        )

    def check(self) -> Flow[None]:
        """Look now, whatever time was drawn."""
        yield from ()
