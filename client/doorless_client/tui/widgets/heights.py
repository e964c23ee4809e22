"""Row heights of a long history, measured only where someone looks.

The history is cut into chunks of 256 entries. A chunk that nobody has seen has an estimated
height, from the length of its text; a chunk in view is measured. So opening or resizing
100,000 messages costs what 500 cost. All rows and places count from 0.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

CHUNK = 256
"""Entries. Measuring one takes about a frame; fewer make the table of chunks long."""

ROWS_BESIDE_TEXT = 0.9
"""Rows of an average entry beyond those that its text fills: half a blank one, half a line."""


class Heights:
    """Where each entry of a history begins, and how high it is.

    Args:
        measure: rows of the entry at a place, exactly.
    """

    def __init__(self, measure: Callable[[int], int]) -> None:
        self._measure = measure
        self._count = 0
        self._lengths: list[int] = []
        self._inner = 40
        self._beside = ROWS_BESIDE_TEXT
        self._exact: dict[int, list[int]] = {}
        self._tops = [0]

    @property
    def total(self) -> int:
        return self._tops[-1]

    def load(self, count: int, lengths: Sequence[int]) -> None:
        """Begin anew. `lengths`: characters of text in each chunk."""
        self._count = count
        self._lengths = list(lengths)
        self.relayout(self._inner)

    def relayout(self, inner: int, beside: float | None = None) -> None:
        """Forget what was measured: text is now wrapped at `inner` cells.

        Args:
            beside: rows of an average entry beyond those that its text fills.
        """
        self._inner = max(8, inner)
        self._beside = self._beside if beside is None else beside
        self._exact.clear()
        self._sum()

    def append(self, lengths: Sequence[int]) -> None:
        """One entry for each of `lengths`, characters of its text, came to the end."""
        for length in lengths:
            chunk, within = divmod(self._count, CHUNK)
            if not within:
                self._lengths.append(0)
                self._exact[chunk] = [0]
            self._lengths[chunk] += length
            self._count += 1
            if (ends := self._exact.get(chunk)) is not None:
                ends.append(ends[-1] + self._measure(self._count - 1))
        self._sum()

    def remeasure(self, place: int) -> None:
        """The entry at `place` is another one now."""
        chunk = place // CHUNK
        if self._exact.pop(chunk, None) is not None:
            self._ends(chunk)

    def ensure(self, first: int, last: int, scroll: int) -> int:
        """Measure every chunk that shows in rows `first` to `last` of the view.

        Returns:
            By how many rows the view at `scroll` must move so that what it shows stays put:
            the error of the estimates above it.
        """
        shift = 0
        while True:
            begin, end = self._chunk_at(first + shift), self._chunk_at(last + shift)
            unseen = [chunk for chunk in range(begin, end + 1) if chunk not in self._exact]
            if not unseen or not self._lengths:
                return shift
            for chunk in reversed(unseen):
                top, estimate = self._tops[chunk], self._height_of(chunk)
                self._exact[chunk] = self._measured(chunk)
                if top < scroll + shift:
                    shift += self._exact[chunk][-1] - estimate
            self._sum()

    def find(self, row: int) -> int:
        """The entry that row `row` belongs to."""
        chunk = self._chunk_at(row)
        ends = self._ends(chunk)
        within = bisect_right(ends, row - self._tops[chunk]) - 1
        return chunk * CHUNK + min(max(within, 0), len(ends) - 2)

    def top(self, place: int) -> int:
        chunk, within = divmod(place, CHUNK)
        ends = self._ends(chunk)
        return self._tops[chunk] + ends[within]

    def height(self, place: int) -> int:
        chunk, within = divmod(place, CHUNK)
        ends = self._ends(chunk)
        return ends[within + 1] - ends[within]

    def _chunk_at(self, row: int) -> int:
        return min(max(0, bisect_right(self._tops, row) - 1), max(0, len(self._lengths) - 1))

    def _ends(self, chunk: int) -> list[int]:
        ends = self._exact.get(chunk)
        if ends is None:
            ends = self._exact[chunk] = self._measured(chunk)
            self._sum()
        return ends

    def _measured(self, chunk: int) -> list[int]:
        places = range(chunk * CHUNK, min((chunk + 1) * CHUNK, self._count))
        return [0, *accumulate(map(self._measure, places))]

    def _height_of(self, chunk: int) -> int:
        ends = self._exact.get(chunk)
        if ends is not None:
            return ends[-1]
        entries = min(CHUNK, self._count - chunk * CHUNK)
        text_rows = entries / 2 + self._lengths[chunk] / self._inner
        return max(entries, int(entries * self._beside + text_rows))

    def _sum(self) -> None:
        self._tops = [0, *accumulate(map(self._height_of, range(len(self._lengths))))]
