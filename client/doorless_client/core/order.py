"""In which order a conversation is shown: as stored, but late messages where they belong.

    stored      a0 a3 b0 a1 a2        a3 came before a1 and a2 of the same device
    shown       a0 a1 a2 a3 b0        both stand before a3, which had shown the gap

A message's place is the order of storing and never changes; its position is where it is shown.
Spec: docs/spec/08-state.md §7.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from doorless_client.store.base import Store
from doorless_client.store.records import Late


class Order:
    """From place to position and back, of one conversation; both count from 0.

    Attributes:
        late: every message of the conversation that came late.
    """

    def __init__(self, late: Sequence[Late]) -> None:
        self.late = late
        shown = sorted(late, key=lambda row: (row.before, row.counter, row.place))
        self._places = sorted(row.place for row in late)
        self._others_below = [place - at for at, place in enumerate(self._places)]
        self._shown = [row.place for row in shown]
        self._before = [row.before for row in shown]
        self._positions = [
            row.before - self._late_below(row.before) + ahead for ahead, row in enumerate(shown)
        ]
        self._position = dict(zip(self._shown, self._positions, strict=True))

    def position(self, place: int) -> int:
        """Where the message that is stored at `place` is shown."""
        if (late := self._position.get(place)) is not None:
            return late
        return place - self._late_below(place) + bisect_right(self._before, place)

    def place(self, position: int) -> int:
        """Where the message that is shown at `position` is stored."""
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
        return place in self._position

    def _late_below(self, place: int) -> int:
        return bisect_left(self._places, place)


def order_of(store: Store, conversation: bytes) -> Order:
    """Which message of a conversation is shown where."""
    return Order(store.late.find(conversation=conversation))
