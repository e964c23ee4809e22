"""In which order a conversation is shown: as stored, but late messages where they belong.

    stored      a0 a3 b0 a1 a2        a3 came before a1 and a2 of the same device
    shown       a0 a1 a2 a3 b0        both stand before a3, which had shown the gap

A message's place is the order of storing and never changes; its position is where it is shown.
What was deleted here or disappeared keeps its place and has no position.
Spec: docs/spec/08-state.md §7, §15.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from doorless_client.store.base import Store
from doorless_client.store.records import Late
from doorless_client.store.talk_records import Gone


class Left:
    """The places that are left when some are gone, numbered from 0 without gaps."""

    def __init__(self, gone: Sequence[Gone]) -> None:
        self._starts = [run.place for run in gone]
        self._ends = [run.after for run in gone]
        self._gone_before = [0, *accumulate(run.after - run.place for run in gone)]
        self._numbers = [
            start - before for start, before in zip(self._starts, self._gone_before, strict=False)
        ]

    @property
    def gone(self) -> int:
        """How many are gone."""
        return self._gone_before[-1]

    def is_gone(self, place: int) -> bool:
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and place < self._ends[at]

    def number(self, place: int) -> int:
        """How many places below this one are left."""
        at = bisect_right(self._starts, place) - 1
        if at < 0:
            return place
        return place - self._gone_before[at] - min(place, self._ends[at]) + self._starts[at]

    def place(self, number: int) -> int:
        """The place with this number."""
        return number + self._gone_before[bisect_right(self._numbers, number)]


class Order:
    """From place to position and back, of one conversation; both count from 0.

    Attributes:
        late: every message of the conversation that came late.
        gone: how many messages are shown no more.
    """

    def __init__(self, late: Sequence[Late], gone: Sequence[Gone] = ()) -> None:
        self.late, self._left = late, Left(gone)
        self._as_stored = not late and not gone  # most are: each message asks
        self.gone = self._left.gone
        standing = [
            (self._left.number(row.before), row.counter, self._left.number(row.place))
            for row in late
            if not self._left.is_gone(row.place)
        ]
        self._order(sorted(standing))

    def _order(self, shown: Sequence[tuple[int, int, int]]) -> None:
        """Args: shown: (before, counter, place) of what came late, among the places left."""
        self._places = sorted(place for _, _, place in shown)
        self._others_below = [place - at for at, place in enumerate(self._places)]
        self._shown = [place for _, _, place in shown]
        self._before = [before for before, _, _ in shown]
        self._positions = [
            before - self._late_below(before) + ahead for ahead, before in enumerate(self._before)
        ]
        self._position = dict(zip(self._shown, self._positions, strict=True))

    def position(self, place: int) -> int:
        """Where the message that is stored at `place` is shown; a gone one: where it was."""
        if self._as_stored:
            return place
        place = self._left.number(place)
        if (late := self._position.get(place)) is not None:
            return late
        return place - self._late_below(place) + bisect_right(self._before, place)

    def place(self, position: int) -> int:
        """Where the message that is shown at `position` is stored."""
        return self._left.place(self._number(position))

    def _number(self, position: int) -> int:
        ahead = bisect_left(self._positions, position)
        if ahead < len(self._positions) and self._positions[ahead] == position:
            return self._shown[ahead]
        number = position - ahead  # among those that were not late
        return number + bisect_right(self._others_below, number)

    def runs(self, start: int, stop: int) -> Iterator[range]:
        """Places of the positions from `start` to `stop` - 1, in runs that are stored together."""
        at = start
        while at < stop:
            first = self.place(at)
            length = 1
            while at + length < stop and self.place(at + length) == first + length:
                length += 1
            yield range(first, first + length)
            at += length

    def is_late(self, place: int) -> bool:
        if self._as_stored:
            return False
        return not self.is_gone(place) and self._left.number(place) in self._position

    def is_gone(self, place: int) -> bool:
        return self._left.is_gone(place)

    def _late_below(self, place: int) -> int:
        return bisect_left(self._places, place)


def order_of(store: Store, conversation: bytes) -> Order:
    """Which message of a conversation is shown where."""
    late, gone = store.late, store.gone
    return _order(
        tuple(late.find(conversation=conversation)), tuple(gone.find(conversation=conversation))
    )


@lru_cache(maxsize=32)
def _order(late: tuple[Late, ...], gone: tuple[Gone, ...]) -> Order:
    """The same for each message of a batch, and of most conversations: nothing late or gone."""
    return Order(late, gone)


def take_away(store: Store, conversation: bytes, *places: int) -> None:
    """These places are shown no more. Inside a transaction."""
    held = [(run.place, run.after) for run in store.gone.find(conversation=conversation)]
    runs = _joined(sorted([*held, *((place, place + 1) for place in places)]))
    for first, after in held:
        if (first, after) not in runs:
            store.gone.drop(conversation, first)
    for first, after in runs.keys() - held:
        store.gone.put(Gone(conversation, first, after))


def _joined(runs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], None]:
    """Runs in their order, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for first, after in runs:
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(after, joined[-1][1])
        else:
            joined.append((first, after))
    return dict.fromkeys(joined)
