"""The lazy index agrees with measuring everything, wherever it has looked."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from doorless_client.tui.widgets.heights import CHUNK, Heights


def index_of(heights: Sequence[int]) -> Heights:
    index = Heights(lambda place: heights[place])
    chunks = [heights[start : start + CHUNK] for start in range(0, len(heights), CHUNK)]
    index.load(len(heights), [40 * sum(chunk) for chunk in chunks])
    index.relayout(40)
    return index


SOME = st.lists(st.integers(1, 6), min_size=1, max_size=3 * CHUNK)


@given(SOME)
def test_measured_everywhere_it_is_exact(heights: list[int]) -> None:
    index = index_of(heights)
    tops = [0, *accumulate(heights)]
    assert [index.height(place) for place in range(len(heights))] == heights
    assert [index.top(place) for place in range(len(heights))] == tops[:-1]
    assert index.total == tops[-1]


@given(SOME, st.data())
def test_every_row_belongs_to_the_entry_that_covers_it(
    heights: list[int], data: st.DataObject
) -> None:
    index = index_of(heights)
    row = data.draw(st.integers(0, index.total - 1))
    place = index.find(row)
    row = min(row, index.total - 1)
    found = index.find(row)
    assert index.top(found) <= row < index.top(found) + index.height(found) or place == found


@given(SOME, st.lists(st.integers(1, 6), max_size=20))
def test_appending_is_the_same_as_having_been_there(first: list[int], more: list[int]) -> None:
    every = first + more
    index = Heights(lambda place: every[place])
    index.load(len(first), [sum(first[i : i + CHUNK]) for i in range(0, len(first), CHUNK)])
    index.append(more)
    assert [index.height(place) for place in range(len(every))] == every


@given(SOME, st.data())
def test_measuring_above_tells_how_far_the_view_must_move(
    heights: list[int], data: st.DataObject
) -> None:
    index = index_of(heights)
    last = index.total
    index.ensure(last - 30, last, last)  # as on opening
    before = index.total
    row = data.draw(st.integers(0, max(0, before - 1)))
    below = before - row
    shift = index.ensure(row, row + 30, row)
    top_of_unseen = (row + shift) // 1
    assert index.total - top_of_unseen <= below + max(0, index.total - before - shift) + 30 * CHUNK


def test_only_what_is_looked_at_is_measured() -> None:
    asked: list[int] = []

    def measure(place: int) -> int:
        asked.append(place)
        return 2

    index = Heights(measure)
    index.load(50_000, [CHUNK * 20] * (50_000 // CHUNK) + [20 * (50_000 % CHUNK)])
    index.ensure(index.total - 40, index.total, index.total)
    assert len(asked) <= 2 * CHUNK


def test_a_changed_entry_is_measured_again() -> None:
    heights = [1, 1, 1]
    index = index_of(heights)
    assert index.top(2) == 2
    heights[1] = 4
    index.remeasure(1)
    assert index.top(2) == 5
