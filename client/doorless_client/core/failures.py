"""Envelopes that could not be opened: counted by reason, told in one quiet line.

None is dropped silently, and a flood of junk is one line a minute. What is known to be of a
contact is told in that conversation as well, by who begins it anew.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Mapping

from doorless_client.core.state import State
from doorless_client.core.views import Notice
from doorless_client.store.records import Failure
from doorless_client.text import safe_line

GATHER_FOR = 1.0
"""Seconds that the first of them waits for others."""

TELL_EVERY = 60.0
"""Seconds between two lines."""


BROKE = "of conversations that broke and begin anew"
REASONS = {
    "ForgedError": "junk, or sealed to keys that are gone",
    "UnknownPrekeyError": "sealed to a prekey that is gone",
    "MalformedError": "not in the form of this protocol",
    "BrokenSessionError": BROKE,
    "SkippedTooFarError": BROKE,
    "ReusedNumberError": BROKE,
    "ReplayedError": "sent again",
    "GhostError": "from somebody who was shown other keys in your name",
    "ForkedError": "from a contact with two histories of keys",
    "ExpiredError": "from a device with an old or early list of devices",
    "ProofError": "from a device that its account does not list",
    "TooManyRequestsError": "from strangers, while too many requests wait",
    "UnknownConversation": "from another device of yours, about somebody unknown here",
}
"""Why an envelope was not opened, in words; another reason is told by its own name."""


def in_words(counts: Mapping[str, int]) -> str:
    """How many for which reason, the commonest first."""
    said: dict[str, int] = {}
    for reason, count in counts.items():
        words = REASONS.get(reason, reason)
        said[words] = said.get(words, 0) + count
    ranked = sorted(said.items(), key=lambda one: (-one[1], one[0]))
    return "; ".join(f"{count} {words}" for words, count in ranked)


class Failures:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._untold: dict[str, int] = {}
        self._tell_at, self._told = 0.0, 0.0

    def count(self, reason: str) -> None:
        """One more; "" is none. Inside a change."""
        if not reason:
            return
        held = self._store.failures.get(reason)
        count = held.count + 1 if held else 1
        self._store.failures.put(Failure(reason, count, self._state.now()))
        if not self._untold:
            self._tell_at = max(self._state.clock() + GATHER_FOR, self._told + TELL_EVERY)
        self._untold[reason] = self._untold.get(reason, 0) + 1

    def tell_at(self) -> float | None:
        return self._tell_at if self._untold else None

    def tell(self) -> None:
        now = self._state.clock()
        if not self._untold or now < self._tell_at:
            return
        counts, self._untold, self._told = self._untold, {}, now
        count = sum(counts.values())
        what = "1 envelope" if count == 1 else f"{count} envelopes"
        line = f"{what} could not be opened, and changed nothing: {in_words(counts)}"
        self._state.show(Notice(safe_line(line, at_most=500)))
