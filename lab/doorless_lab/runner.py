"""Playing scenarios: each against each of its products, then judged by the evidence alone."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import shake_256
from random import Random as Seeded

from doorless_lab import folders
from doorless_lab.scenario import Cell, Evidence, Power, Product, Scenario, Scene, Step, Verdict
from doorless_protocol.primitives import Random

BEGINS = 1_790_000_000
"""Where the lab's clock begins, Unix seconds: 2026-09-21, so that runs can be compared."""


class SettingError(ValueError):
    """A parameter that no scenario of the run has, or a value out of its bounds."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which a run can be repeated.

    Attributes:
        settings: of parameters, by name; what is not there has its default.
    """

    seed: int = 7
    settings: Mapping[str, int] | None = None
    now: int = BEGINS

    def of(self, scenario: Scenario) -> dict[str, int]:
        """All parameters of a scenario. Raises SettingError: out of bounds."""
        chosen = self.settings or {}
        found = {}
        for name, parameter in scenario.parameters.items():
            value = chosen.get(name, parameter.default)
            if not parameter.least <= value <= parameter.most:
                bounds = f"{parameter.least} to {parameter.most}"
                raise SettingError(f"{name} of {scenario.id} is {bounds}, not {value}")
            found[name] = value
        return found


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell, and what the evidence showed. `verdict` is None where evidence was missing."""

    cell: Cell
    verdict: Verdict | None

    @property
    def agrees(self) -> bool:
        return self.verdict is not None and self.cell.agrees(self.verdict)


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario against one product, from its first step to its last.

    Attributes:
        armed: the powers that somebody was given in it, and used.
    """

    scenario: Scenario
    product: Product
    steps: tuple[Step, ...]
    armed: frozenset[Power] = frozenset()

    @property
    def evidence(self) -> dict[str, Evidence]:
        return {one.name: one for step in self.steps for one in step.evidence}

    @property
    def judged(self) -> tuple[Judged, ...]:
        cells = (cell for cell in self.scenario.cells if cell.product is self.product)
        return tuple(Judged(cell, _verdict(cell, self.evidence)) for cell in cells)


async def steps(
    scenario: Scenario,
    product: Product,
    conditions: Conditions,
    armed: set[Power] | None = None,
) -> AsyncGenerator[Step, None]:
    """Play it, step by step as they happen. What it made on disk is gone afterwards.

    Args:
        armed: takes the powers that somebody is given and uses.
    """
    settings = conditions.of(scenario)
    drawn = seeded(f"{conditions.seed}/{scenario.id}/{product}".encode())
    given = set[Power]() if armed is None else armed
    with folders.temporary() as place:
        scene = Scene(product, settings, drawn, conditions.now, place, scenario.powers, given)
        async with aclosing(scenario.play(scene)) as playing:
            async for step in playing:
                yield step


async def play(
    scenario: Scenario,
    product: Product,
    conditions: Conditions,
    told: Callable[[Step], None] = lambda _: None,
) -> Played:
    """Play it to its end; `told` of each step as it happens."""
    found, armed = [], set[Power]()
    async with aclosing(steps(scenario, product, conditions, armed)) as playing:
        async for step in playing:
            found.append(step)
            told(step)
    return Played(scenario, product, tuple(found), frozenset(armed))


def seeded(seed: bytes) -> Random:
    """Bytes that follow from a seed: for the lab alone, which shows how much hangs on them."""
    source = Seeded(shake_256(seed).digest(32))  # noqa: S311 (it is to be repeatable)
    return source.randbytes


def _verdict(cell: Cell, evidence: Mapping[str, Evidence]) -> Verdict | None:
    try:
        return cell.judge(evidence)
    except KeyError:
        return None  # a run without its evidence is invalid, not green
