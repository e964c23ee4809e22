"""Whatever happens in whatever order, the promises hold: hypothesis chooses, and makes it short.

`DOORLESS_SEEDS` is how many runs (`make sim`: 10,000).
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from doorless_lab.simulation.actions import (
    Action,
    Clock,
    Copy,
    CrashLive,
    CrashSay,
    Decide,
    Live,
    Offline,
    Online,
    Restart,
    Say,
    Swap,
    Wait,
)
from doorless_lab.simulation.drawing import CLOCKS, MAX_POINT_LIVING, MAX_POINT_SAYING
from doorless_lab.simulation.people import Simulation
from doorless_lab.simulation.play import Run

pytestmark = pytest.mark.timeout(0)
RUNS = int(os.environ.get("DOORLESS_SEEDS", "100"))
STEPS = 25

SOMEBODY = st.integers(0, 2)
ANOTHER = st.integers(1, 2)


class People(RuleBasedStateMachine):
    """Two or three people; a failure names the command that plays it again."""

    simulation: Simulation

    @initialize(seed=st.integers(0, 2**20), people=st.integers(2, 3))
    def begin(self, seed: int, people: int) -> None:
        self.simulation = Simulation(seed, people).__enter__()
        self.count = people

    def happens(self, action: Action) -> None:
        try:
            self.simulation.do(action)
        except Exception as error:
            error.add_note(self.command)
            raise

    @property
    def command(self) -> str:
        simulation = self.simulation
        return Run(simulation.seed, self.count, actions=tuple(simulation.done)).command

    def pair(self, who: int, further: int) -> tuple[int, int]:
        who %= self.count
        return who, (who + 1 + (further - 1) % (self.count - 1)) % self.count

    @rule(who=SOMEBODY, further=ANOTHER)
    def say(self, who: int, further: int) -> None:
        self.happens(Say(*self.pair(who, further)))

    @rule(who=SOMEBODY)
    def live(self, who: int) -> None:
        self.happens(Live(who % self.count))

    @rule(who=SOMEBODY, point=st.integers(1, MAX_POINT_LIVING))
    def crash_living(self, who: int, point: int) -> None:
        self.happens(CrashLive(who % self.count, point))

    @rule(who=SOMEBODY, further=ANOTHER, point=st.integers(1, MAX_POINT_SAYING))
    def crash_saying(self, who: int, further: int, point: int) -> None:
        self.happens(CrashSay(*self.pair(who, further), point))

    @rule(who=SOMEBODY)
    def restart(self, who: int) -> None:
        self.happens(Restart(who % self.count))

    @rule(who=SOMEBODY)
    def offline(self, who: int) -> None:
        self.happens(Offline(who % self.count))

    @precondition(lambda self: not all(person.online for person in self.simulation.people))
    @rule(who=SOMEBODY)
    def online(self, who: int) -> None:
        self.happens(Online(who % self.count))

    @rule(seconds=st.sampled_from((1, 30, 120, 700)))
    def wait(self, seconds: int) -> None:
        self.happens(Wait(seconds))

    @rule(who=SOMEBODY, ahead=st.sampled_from(CLOCKS))
    def clock(self, who: int, ahead: int) -> None:
        self.happens(Clock(who % self.count, ahead))

    @rule(who=SOMEBODY)
    def copy(self, who: int) -> None:
        self.happens(Copy(who % self.count))

    @rule(who=SOMEBODY)
    def swap(self, who: int) -> None:
        self.happens(Swap(who % self.count))

    @rule(who=SOMEBODY)
    def decide(self, who: int) -> None:
        self.happens(Decide(who % self.count))

    def teardown(self) -> None:
        if not hasattr(self, "simulation"):
            return
        try:
            self.simulation.make_whole()
        except Exception as error:
            error.add_note(self.command)
            raise
        finally:
            self.simulation.__exit__()


TestPeople = People.TestCase
TestPeople.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
