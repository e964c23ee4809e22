"""Runs that are drawn from a seed, and the line that repeats one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    text_of,
)
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.people import Simulation
from doorless_lab.simulation.promises import PromiseError

STEPS = 60
"""Of a run, unless told otherwise: some fifteen messages, eight crashes."""

CLOCKS = (-80_000, -3600, -60, 0, 60, 3600, 80_000)
"""Seconds by which a clock may be wrong: less than a day (docs/spec/03-handshake.md §4)."""

MAX_POINT_SAYING, MAX_POINT_LIVING = 24, 5
"""More points than one message passes on its way out, and on its way in."""


def draw(chance: Chance, people: int) -> Action:
    """What happens next: mostly people say something and their devices live."""
    who = chance.below(people)
    to = (who + 1 + chance.below(people - 1)) % people
    kinds: Sequence[tuple[int, Callable[[], Action]]] = (
        (26, lambda: Say(who, to)),
        (40, lambda: Live(who)),
        (12, lambda: CrashLive(who, 1 + chance.below(MAX_POINT_LIVING))),
        (7, lambda: CrashSay(who, to, 1 + chance.below(MAX_POINT_SAYING))),
        (4, lambda: Restart(who)),
        (3, lambda: Offline(who)),
        (8, lambda: Online(who)),
        (9, lambda: Wait(chance.among((1, 5, 30, 120, 700)))),
        (3, lambda: Clock(who, chance.among(CLOCKS))),
        (2, lambda: Copy(who)),
        (2, lambda: Swap(who)),
        (4, lambda: Decide(who)),
    )
    left = chance.below(sum(weight for weight, _ in kinds))
    for weight, make in kinds:
        left -= weight
        if left < 0:
            return make()
    raise ValueError("weights are positive")


@dataclass(frozen=True, slots=True)
class Run:
    """How to repeat a run.

    Attributes:
        actions: None: drawn from the seed, `steps` of them.
    """

    seed: int
    people: int = 2
    steps: int = STEPS
    actions: tuple[Action, ...] | None = None

    def begin(self) -> Simulation:
        return Simulation(self.seed, self.people)

    def play(self, simulation: Simulation) -> Simulation:
        """All of it, to the end, with every promise checked; returns the simulation.

        Raises:
            PromiseError: one does not hold; its note is the command that repeats the run.
        """
        with simulation:
            try:
                for action in self._actions():
                    simulation.do(action)
                simulation.make_whole()
            except PromiseError as error:
                error.add_note(self.command)
                raise
        return simulation

    def _actions(self) -> Sequence[Action]:
        if self.actions is not None:
            return self.actions
        chance = Chance(self.seed, "actions")
        return [draw(chance, self.people) for _ in range(self.steps)]

    @property
    def command(self) -> str:
        words = [f"doorless-lab simulate --seed {self.seed}"]
        if self.people != 2:
            words.append(f"--people {self.people}")
        if self.actions is not None:
            words.append(f"--play '{text_of(self.actions)}'")
        elif self.steps != STEPS:
            words.append(f"--steps {self.steps}")
        return " ".join(words)
