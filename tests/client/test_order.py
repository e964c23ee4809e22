"""Late messages are shown where their device said them; nothing else moves."""

from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core.order import Order
from doorless_client.store.records import Late

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
