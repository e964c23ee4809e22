"""Envelopes that could not be opened: counted by reason, told in one quiet line.

None is dropped silently, and a flood of junk is one line a minute.
Spec: docs/spec/08-state.md §6.
"""

from doorless_client.core.state import State
from doorless_client.core.views import Notice
from doorless_client.store.records import Failure
from doorless_client.text import safe_line

GATHER_FOR = 1.0
"""Seconds that the first of them waits for others."""

TELL_EVERY = 60.0
"""Seconds between two lines."""


class Failures:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._untold, self._tell_at, self._told = 0, 0.0, 0.0

    def count(self, reason: str) -> None:
        """One more; "" is none. Inside a change."""
        if not reason:
            return
        held = self._store.failures.get(reason)
        count = held.count + 1 if held else 1
        self._store.failures.put(Failure(reason, count, self._state.now()))
        if not self._untold:
            self._tell_at = max(self._state.clock() + GATHER_FOR, self._told + TELL_EVERY)
        self._untold += 1

    def tell_at(self) -> float | None:
        return self._tell_at if self._untold else None

    def tell(self) -> None:
        now = self._state.clock()
        if not self._untold or now < self._tell_at:
            return
        count, self._untold, self._told = self._untold, 0, now
        what = "1 envelope" if count == 1 else f"{count} envelopes"
        self._state.show(Notice(safe_line(f"{what} could not be opened, and changed nothing")))
