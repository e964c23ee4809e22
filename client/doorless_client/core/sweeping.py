"""What goes, goes in steps: a step is short, and the screen and the network have their turn.

    disappeared ── hidden ──┐
    forgotten ── unreachable ─┴─► its words in the index, its rows ──► the log folded back

Each step is one change. What was begun is marked in the store, so it goes on from anywhere.
Spec: docs/spec/08-state.md §15.8.
"""

from typing import Final

from doorless_client.core.conversations import Conversations
from doorless_client.core.fading import Fading
from doorless_client.core.forgetting import forget_some
from doorless_client.core.state import Clock, State

BUDGET: Final = 0.008
"""Seconds of work after which a step begins nothing more; to keep it comes on top."""

HIDE: Final = 256
"""Messages that are hidden at a time, in some 3 ms."""

FEW: Final = 4
"""Messages that go at a time: with the words in the index one takes up to 4 ms."""

BREATH: Final = 0.02
"""Seconds between two steps: for everything else that there is to do."""


class Sweeping:
    """Args: uptime: seconds since some moment, which nobody can set."""

    def __init__(
        self, state: State, conversations: Conversations, fading: Fading, uptime: Clock
    ) -> None:
        self._state, self._store, self._uptime = state, state.store, uptime
        self._conversations, self._fading = conversations, fading

    def hide(self) -> None:
        """All that is due is shown no more from here on, however much it is."""
        if self._fading.is_due():
            with self._state.change():
                while self._fading.hide_some(HIDE):
                    self._conversations.owes_scrub = True

    def step(self) -> None:
        """Do some of what is due; what went is then in no file any more, once all is done."""
        if self.is_due():
            until = self._uptime() + BUDGET
            with self._state.change():
                while self._some() and self._uptime() < until:
                    self._conversations.owes_scrub = True
        if self._conversations.owes_scrub and not self.is_due():
            self._store.scrub()
            self._conversations.owes_scrub = False

    def is_due(self) -> bool:
        """Whether a step has something to do now."""
        store = self._store
        if self._fading.is_due() or self._fading.is_erasing() or store.words.is_emptying():
            return True
        return bool(store.contacts.parted())

    def next_time(self) -> float | None:
        """When a step has something to do, by the computer's clock, Unix seconds."""
        return self._state.clock() + BREATH if self.is_due() else self._fading.next_time()

    def _some(self) -> bool:
        return (
            self._fading.hide_some(HIDE)
            or self._store.words.empty()
            or forget_some(self._store, FEW)
            or self._fading.erase_some(FEW)
        )
