"""Late messages are shown where their device said them; nothing else moves."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core.order import Order, take_away
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import Late
from doorless_client.store.talk_records import Gone

KEY = bytes(32)


@st.composite
def arrivals(draw: st.DrawFn) -> list[int]:
    """The counters of one device's messages, in the order of coming."""
    return draw(st.permutations(range(draw(st.integers(1, 30)))))


def late_of(counters: list[int]) -> list[Late]:
    """What the receiver notes: each late one stands before the first later one that came."""
    rows = []
    for place, counter in enumerate(counters):
        before = next((at for at in range(place) if counters[at] > counter), None)
        if before is not None:
            rows.append(Late(KEY, place, before, counter))
    return rows


@given(arrivals())
def test_one_device_is_shown_in_the_order_in_which_it_spoke(counters: list[int]) -> None:
    order = Order(late_of(counters))
    shown = [counters[order.place(position)] for position in range(len(counters))]
    assert shown == sorted(counters)


@given(arrivals())
def test_position_and_place_lead_to_each_other(counters: list[int]) -> None:
    order = Order(late_of(counters))
    everywhere = range(len(counters))
    assert [order.position(order.place(position)) for position in everywhere] == [*everywhere]
    assert sorted(order.place(position) for position in everywhere) == [*everywhere]


@given(arrivals(), st.integers(0, 30), st.integers(0, 30))
def test_runs_are_the_places_of_what_is_shown(counters: list[int], start: int, stop: int) -> None:
    order, stop = Order(late_of(counters)), min(stop, len(counters))
    places = [place for run in order.runs(start, stop) for place in run]
    assert places == [order.place(position) for position in range(start, stop)]


def test_without_late_messages_a_slice_is_one_run() -> None:
    assert list(Order([]).runs(3, 9)) == [range(3, 9)]


def test_what_others_said_meanwhile_keeps_its_order() -> None:
    # stored: a0 a3 b0 a1 a2
    order = Order([Late(KEY, 3, 1, 1), Late(KEY, 4, 1, 2)])
    assert [order.place(position) for position in range(5)] == [0, 3, 4, 1, 2]


@st.composite
def with_gone(draw: st.DrawFn) -> tuple[list[int], list[Gone]]:
    """Arrivals, and which places of them are gone, in runs that do not touch."""
    counters = draw(arrivals())
    gone = draw(st.sets(st.integers(0, len(counters) - 1)))
    store = MemoryStore()
    with store.transaction():
        for place in draw(st.permutations(sorted(gone))):
            take_away(store, KEY, place)
    runs = list(store.gone.find(conversation=KEY))
    assert {place for run in runs for place in range(run.place, run.after)} == gone
    assert all(one.after < other.place for one, other in pairwise(runs))
    return counters, runs


@given(with_gone())
def test_what_is_gone_leaves_the_rest_in_its_order(case: tuple[list[int], list[Gone]]) -> None:
    counters, gone = case
    whole, order = Order(late_of(counters)), Order(late_of(counters), gone)
    left = [place for place in map(whole.place, range(len(counters))) if not order.is_gone(place)]
    assert len(left) == len(counters) - order.gone
    assert [order.place(position) for position in range(len(left))] == left
    assert [order.position(place) for place in left] == [*range(len(left))]


def test_a_place_that_is_gone_goes_once() -> None:
    store = MemoryStore()
    with store.transaction():
        for place in (3, 3, 5, 4, 4):
            take_away(store, KEY, place)
    assert store.gone.find() == [Gone(KEY, 3, 6)]
