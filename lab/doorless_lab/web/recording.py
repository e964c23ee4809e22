"""Runs, stored step by step as they happen: what is shown later is a snapshot, never a re-run.

Each run has a thread with an event loop of its own, so that a page answers while a handshake is
computed. At most two at a time: what somebody opened goes before what "play all" wants.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from doorless_lab.runner import Conditions, Judged, Played, steps
from doorless_lab.scenario import Product, Scenario, Step

AT_ONCE = 2


@dataclass(eq=False, slots=True)
class Recording:
    """One run against one product. `steps` grows until `ended`; no step in it ever changes."""

    scenario: Scenario
    product: Product
    conditions: Conditions
    steps: list[Step] = field(default_factory=list[Step])
    ended: bool = False
    failed: str = ""
    _stop: Callable[[], None] | None = field(default=None, repr=False)
    _stopped: bool = False

    @property
    def played(self) -> Played:
        return Played(self.scenario, self.product, tuple(self.steps))

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Nothing before the end: a verdict is about a whole run."""
        return self.played.judged if self.ended and not self.failed else ()

    def stop(self) -> None:
        self._stopped = True
        if self._stop is not None:
            self._stop()

    def play(self, told: Callable[[], None]) -> None:
        """In a thread. What goes wrong in a scenario makes the run invalid, never the lab."""
        try:
            asyncio.run(self._play(told))
        except asyncio.CancelledError:
            self.failed = "stopped"
        except Exception as error:  # a scenario is anybody's file
            self.failed = f"{type(error).__name__}: {error}"
        self.ended = True
        told()

    async def _play(self, told: Callable[[], None]) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is None or self._stopped:
            raise asyncio.CancelledError

        def stop() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)

        self._stop = stop
        async with aclosing(steps(self.scenario, self.product, self.conditions)) as playing:
            async for step in playing:
                self.steps.append(step)
                told()
        self._stop = None


class Shelf:
    """All recordings of one classroom, until they are wiped.

    Args:
        told: called in the loop of whoever made the shelf, after each step and each end.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._kept: dict[tuple[str, Product], Recording] = {}
        self._waiting: list[tuple[Recording, bool]] = []
        self._running: set[Recording] = set()
        self._loop = asyncio.get_running_loop()
        self._idle = asyncio.Event()
        self._idle.set()

    def get(self, scenario: str, product: Product) -> Recording | None:
        return self._kept.get((scenario, product))

    def all(self) -> tuple[Recording, ...]:
        return tuple(self._kept.values())

    @property
    def left(self) -> int:
        """How many run, or wait to."""
        return len(self._waiting) + len(self._running)

    def want(self, scenario: Scenario, conditions: Conditions, *, soon: bool = True) -> None:
        """Have it played against each of its products, where that is not done already."""
        new = []
        for product in by_control(scenario):
            kept = self._kept.get((scenario.id, product))
            if kept is None or kept.conditions != conditions:
                if kept is not None:
                    self._drop(kept)
                recording = Recording(scenario, product, conditions)
                self._kept[scenario.id, product] = recording
                new.append((recording, soon))
            elif soon:
                new += [(kept, True) for one, _ in self._waiting if one is kept]
                self._waiting = [entry for entry in self._waiting if entry[0] is not kept]
        self._waiting = [*new, *self._waiting] if soon else [*self._waiting, *new]
        self._start()

    def forget(self, scenario: Scenario) -> None:
        for product in scenario.products:
            if (kept := self._kept.pop((scenario.id, product), None)) is not None:
                self._drop(kept)

    def wipe(self) -> None:
        for kept in self.all():
            self._drop(kept)
        self._kept.clear()

    async def close(self) -> None:
        """Returns when no run is left, and none has left anything behind."""
        self.wipe()
        await self._idle.wait()

    def _drop(self, recording: Recording) -> None:
        self._waiting = [entry for entry in self._waiting if entry[0] is not recording]
        recording.stop()

    def _start(self) -> None:
        while self._waiting and len(self._running) < AT_ONCE:
            recording, soon = self._waiting[0]
            if self._running and not soon:
                return
            del self._waiting[0]
            self._running.add(recording)
            self._idle.clear()
            threading.Thread(
                target=recording.play, args=(lambda one=recording: self._tell(one),), daemon=True
            ).start()

    def _tell(self, recording: Recording) -> None:
        """From the thread of a run."""
        self._loop.call_soon_threadsafe(self._happened, recording)

    def _happened(self, recording: Recording) -> None:
        if recording.ended:
            self._running.discard(recording)
            self._start()
            if not self._running:
                self._idle.set()
        self._told()


def by_control(scenario: Scenario) -> tuple[Product, ...]:
    """In the order of a lesson: the controls, then the real product, then what was demanded."""
    order = [Product.CLOUD, Product.LEGACY, Product.E2EE, Product.MANDATED]
    return tuple(sorted(scenario.products, key=order.index))
