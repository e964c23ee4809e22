"""X12: a clock jumps, forwards or back, and with it everything that looks at it."""

import pytest

from doorless_client.store.memory import MemoryMessages
from doorless_client.store.records import Entry
from doorless_lab.simulation.actions import Clock, CrashSay, Live, Say, Wait
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.people import Simulation
from doorless_lab.simulation.weather import ROUGH, Weather

JUMPS = (-80_000, -3_600, -1, 1, 3_600, 80_000)
"""Seconds. Below a day: of a first contact, more is refused (docs/spec/03-handshake.md §4)."""

read = MemoryMessages.slice


def in_the_order_of_the_senders_clock(
    self: MemoryMessages, conversation: bytes, start: int, stop: int
) -> list[Entry]:
    rows = sorted(read(self, conversation, 0, 2**53), key=lambda row: row.at)
    return rows[start:stop]


@pytest.mark.attack(
    "X12",
    "with clocks that jump, all is shown once, in the order in which each device said it",
    weaken={"doorless_client.store.memory.MemoryMessages.slice": in_the_order_of_the_senders_clock},
)
@pytest.mark.parametrize("seed", range(4))
def test_clocks_that_jump_change_nothing_of_what_is_shown(seed: int) -> None:
    chance = Chance(seed, "X12")
    with Simulation(seed, people=2, weather=Weather(reorder=0.5, delay=30)) as simulation:
        for _ in range(25):
            who = chance.below(2)
            simulation.do(Clock(who, chance.among(JUMPS)))
            simulation.do(Say(who, 1 - who))
            simulation.do(Live(who))
            simulation.do(Live(1 - who))
        simulation.make_whole()  # once, in order, without gaps, in one session


def test_a_clock_that_jumps_between_a_crash_and_the_start_after_it() -> None:
    with Simulation(seed=12, weather=ROUGH) as simulation:
        for point in range(1, 20):
            simulation.do(CrashSay(0, 1, point))
            simulation.do(Clock(0, JUMPS[point % len(JUMPS)]))
            simulation.do(Live(0))
            simulation.do(Live(1))
            simulation.do(Wait(30))
        simulation.make_whole()


def test_a_message_that_waits_while_the_clock_goes_back_leaves_all_the_same() -> None:
    with Simulation(seed=13, weather=Weather()) as simulation:
        simulation.do(Clock(0, 80_000))
        simulation.do(Say(0, 1))
        simulation.do(Clock(0, -80_000))
        simulation.do(Say(0, 1))
        simulation.do(Live(0))
        simulation.do(Live(1))
        assert [line for line in simulation.trace.lines if "sees" in line] == [
            "  1 sees <0>1 1 of seed 13>",
            "  1 sees <0>1 2 of seed 13>",
        ]
        simulation.make_whole()
