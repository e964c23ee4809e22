"""Runs that are drawn from a seed, and the line that repeats one."""

from dataclasses import dataclass

from doorless_lab.simulation.actions import Action, check, text_of
from doorless_lab.simulation.people import Simulation

STEPS = 60
"""Of a run, unless told otherwise: some fifteen messages, eight crashes."""


@dataclass(frozen=True, slots=True)
class Run:
    """How to repeat a run.

    Attributes:
        actions: None: drawn from the seed, `steps` of them. ValueError: nobody can do that.
    """

    seed: int
    people: int = 2
    steps: int = STEPS
    actions: tuple[Action, ...] | None = None

    def __post_init__(self) -> None:
        for action in self.actions or ():
            check(action, self.people)

    def begin(self) -> Simulation:
        return Simulation(self.seed, self.people)

    def play(self, simulation: Simulation) -> Simulation:
        """All of it, to the end, with every promise checked; returns the simulation.

        Raises:
            PromiseError: one does not hold. Its note, and that of any other mistake that
                ends the run, is the command that repeats it.
        """
        with simulation:
            try:
                if self.actions is None:
                    simulation.run(self.steps)
                for action in self.actions or ():
                    simulation.do(action)
                simulation.make_whole()
            except Exception as error:
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
