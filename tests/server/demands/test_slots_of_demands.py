"""A period looks the same from outside, whether nobody asked or everybody did."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.demand_log.record import DUMMY
from doorless_server.demands.slots import Committed, filled
from public_demands import DEMAND

WAITING = [Committed(f"D{number}", DEMAND.encode()) for number in range(40)]


@given(st.integers(0, 40), st.integers(1, 20), st.integers(0, 2**32))
def test_there_are_always_as_many_slots(waiting: int, slots: int, seed: int) -> None:
    drawn = filled(WAITING[:waiting], slots, Random(seed).randbytes)
    assert len(drawn) == slots
    assert len({slot.commitment for slot in drawn}) == slots
    assert {len(slot.opening) for slot in drawn} == {32}
    taken = {slot.demand_id for slot in drawn} - {None}
    assert taken == {each.demand_id for each in WAITING[: min(waiting, slots)]}
    assert all((slot.record == DUMMY) == (slot.demand_id is None) for slot in drawn)


def test_as_much_is_drawn_for_no_demand_as_for_many() -> None:
    """So not even the randomness that a period takes depends on what was asked."""

    def drawn(waiting: int) -> list[int]:
        asked: list[int] = []

        def random(size: int) -> bytes:
            asked.append(size)
            return len(asked).to_bytes(size, "big")

        filled(WAITING[:waiting], 16, random)
        return asked

    assert drawn(0) == drawn(1) == drawn(16) == drawn(40)


def test_every_place_is_as_likely_for_the_oldest_demand() -> None:
    random = Random(5).randbytes
    places = Counter(
        [slot.demand_id for slot in filled(WAITING[:2], 4, random)].index("D0")
        for _ in range(4_000)
    )
    assert set(places) == set(range(4))
    assert all(850 < count < 1_150 for count in places.values())
