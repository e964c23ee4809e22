"""The product's demand desk, worked by Oskar at a relay, by the clock of the lab."""

from pathlib import Path

from doorless_lab.stage import RELAY_NAME
from doorless_lab.staging.clock import LabClock
from doorless_lab.staging.lab_stage import DEMAND_PERIOD
from doorless_lab.threads import in_thread
from doorless_protocol.primitives import Random
from doorless_server.commands.base import Sources
from doorless_server.demands import workflow
from doorless_server.demands.begun import FOLDER
from doorless_server.demands.checks import Check
from doorless_server.demands.entity import FILE
from doorless_server.demands.intake import parse
from doorless_server.demands.workflow import Answer


class NotAnExerciseError(ValueError):
    """It might be taken for a real order: the lab does not touch it."""


class LabDesk:
    def __init__(self, data: Path, clock: LabClock, random: Random, *, country: str = "US") -> None:
        """Of the relay with this folder. `country`: where the operator is established."""
        self.data, self._clock = data, clock
        self.sources = Sources(lambda: int(clock.now()), random, clock.elapsed)
        self.move_to(country)

    def move_to(self, country: str) -> None:
        """From now on the operator is established there."""
        folder = self.data / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        told = f'name = "{RELAY_NAME}"\ncountry = "{country}"\ncustodian = "Oskar"\n'
        (folder / FILE).write_text(told)

    async def take(self, toml: bytes) -> str:
        """Take a demand in; the log commits to it.

        Raises:
            NotAnExerciseError: it is not marked as a simulation; nothing was written.
            DemandError: it is none; and as workflow.open_demand.
        """
        if not parse(toml).simulation:
            raise NotAnExerciseError("in the lab every demand is an exercise: simulation = true")
        return await in_thread(lambda: workflow.open_demand(self.data, toml, self.sources))

    async def check(self, demand_id: str) -> tuple[Check, ...]:
        return await in_thread(lambda: workflow.check_demand(self.data, demand_id, self.sources))

    async def answer(self, demand_id: str) -> Answer:
        """Wait until the public log shows it, and answer it."""
        self._clock.advance(2 * DEMAND_PERIOD)
        return await in_thread(lambda: workflow.answer_demand(self.data, demand_id, self.sources))
