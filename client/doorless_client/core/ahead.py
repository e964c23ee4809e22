"""Envelopes that are opened before their turn, while the disk works on those before them.

    this batch      open ── store ── commit
    the next one                   └─ open ─┘ ── store ── commit

Opening is worked out on values: it asks no store and changes nothing, so a second thread may do
it. What it gave is taken, when the envelope's turn comes, if the session that opened it is the
one that is held then: opening it again would give the same. Else it is opened again, as if
nothing had been opened before. Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Sequence

from doorless_client.core.arriving import Arrival, arrive
from doorless_client.core.sessions import Sessions
from doorless_client.core.state import State
from doorless_protocol.frames import Deliver
from doorless_protocol.session import Session

WORTH_IT = 8
"""Fewer wait their turn: they are opened in less time than another thread takes to be asked."""


class Ahead:
    """Holds what was opened, until its turn or the next batch."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._opened: dict[bytes, tuple[Deliver, Arrival]] = {}

    @property
    def ids(self) -> list[bytes]:
        """Of the contents that were opened."""
        return [arrival.content.id for _, arrival in self._opened.values()]

    def begin(self, coming: Sequence[Deliver]) -> None:
        """Open these while the disk works. The last of all that a change does."""
        self._opened = {}
        if len(coming) >= WORTH_IT:
            sessions, now = self._state.sessions.newest_first(), self._state.clock()
            self._state.meanwhile(lambda: self._open(coming, sessions, now))

    def _open(self, coming: Sequence[Deliver], sessions: Sequence[Session], now: float) -> None:
        account, kem = self._state.account, self._state.keys.kem
        for one in coming:
            try:
                arrival = arrive(sessions, one.envelope, now, account, kem)
            except Exception:  # noqa: S112  when its turn comes, it is met again, and counted
                continue
            others = (held for held in sessions if held is not arrival.before)
            sessions = [arrival.session, *others]
            self._opened[one.envelope_id] = one, arrival

    def take(self, delivered: Deliver) -> Arrival | None:
        """What opening this envelope now would give; None: not known."""
        opened = self._opened.pop(delivered.envelope_id, None)
        if opened is None or opened[0] is not delivered:
            return None
        arrival = opened[1]
        return arrival if is_next(arrival, self._state.sessions) else None


def is_next(arrival: Arrival, sessions: Sessions) -> bool:
    """Whether it stands on what is held now: not on what was, before something else was sealed."""
    before = arrival.before
    return before is not None and sessions.get(before.id) is before
