"""Runs that are drawn from a seed, and the line that repeats one."""

from dataclasses import dataclass

from doorless_lab.simulation.actions import Action, text_of
from doorless_lab.simulation.people import Simulation
from doorless_lab.simulation.promises import PromiseError

STEPS = 60
"""Of a run, unless told otherwise: some fifteen messages, eight crashes."""


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
                if self.actions is None:
                    simulation.run(self.steps)
                for action in self.actions or ():
                    simulation.do(action)
                simulation.make_whole()
            except PromiseError as error:
                error.add_note(self.command)
                raise
        return simulation

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
