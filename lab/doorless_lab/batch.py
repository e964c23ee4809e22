"""Many scenarios, played in two processes: as many as have a core, few enough for a small computer.

    with a relay process of their own, or large ──► this process, one after the other
    all others ───────────────────────────────────► a second one, beside it

So no two of those that need most memory are played at once. A scenario holds functions: what
goes from process to process is its id one way, and a Result the other.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

from doorless_lab.beside import beside
from doorless_lab.catalogue import find
from doorless_lab.results import Result, result_of
from doorless_lab.runner import Conditions, SettingError, play
from doorless_lab.scenario import Product, Scenario

WITH_RELAYS: Final = "A"
"""Group of scenarios that start real relays, and people whose passphrases cost 64 MiB."""

LARGE: Final = ("D2", "E5")
"""Others that need as much: one derives keys of passphrases, one builds the program."""


@dataclass(frozen=True, slots=True)
class Job:
    scenario: str
    product: str
    conditions: Conditions


def jobs(scenarios: Sequence[Scenario], conditions: Conditions, repeat: int = 1) -> tuple[Job, ...]:
    """Each scenario against each product, `repeat` times, each time from the next seed.

    Raises:
        SettingError: a parameter that none of them has, or out of its bounds.
    """
    known = {name for one in scenarios for name in one.parameters}
    if unknown := set(conditions.settings or {}) - known:
        there = ", ".join(sorted(known)) or "none"
        raise SettingError(f"no such parameter: {', '.join(sorted(unknown))}; there are {there}")
    for one in scenarios:
        conditions.of(one)
    return tuple(
        Job(one.id, str(product), replace(conditions, seed=conditions.seed + turn))
        for turn in range(repeat)
        for one in scenarios
        for product in one.products
    )


def played(todo: Sequence[Job]) -> Iterator[Result]:
    """Results as they come, in no order. A scenario that raises is a result that says so."""
    here, apart = _lanes(todo)
    if not (here and apart):
        yield from (play_job(job) for job in todo)
        return
    with beside(play_job, apart) as second:
        for job in here:
            yield play_job(job)
            yield from second.ready()
        yield from second.rest()


def _lanes(todo: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    heavy = [job for job in todo if job.scenario.startswith(WITH_RELAYS) or job.scenario in LARGE]
    return heavy, [job for job in todo if job not in heavy]


def play_job(job: Job) -> Result:
    """Play one, in this process."""
    began = perf_counter()
    seed = job.conditions.seed
    try:
        done = asyncio.run(play(find(job.scenario), Product(job.product), job.conditions))
    except Exception as error:  # one that breaks must not hide what the others show
        said = f"{type(error).__name__}: {error}"
        return Result(job.scenario, job.product, seed, perf_counter() - began, 0, (), (), said)
    return result_of(done, seed, perf_counter() - began)
