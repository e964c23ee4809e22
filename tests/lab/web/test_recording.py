"""Runs are recorded beside the classroom, and end with it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from classroom import SAMPLE, both, serving, window
from doorless_lab.scenario import Scenario, Scene, Step
from doorless_lab.stage import until


def stuck(begun: list[Path], ended: list[Path]) -> Scenario:
    """Shows a step, then waits for what never comes; `ended` tells that it cleaned up."""

    async def play(scene: Scene) -> AsyncGenerator[Step, None]:
        begun.append(scene.folder)
        try:
            yield Step(both("begun"), {})
            await asyncio.Event().wait()
        finally:
            ended.append(scene.folder)

    return replace(SAMPLE, play=play)


@pytest.mark.parametrize("ending", ["reset", "close"])
async def test_a_run_that_is_under_way_is_ended_and_leaves_nothing(ending: str) -> None:
    begun: list[Path] = []
    ended: list[Path] = []
    async with serving(stuck(begun, ended)) as server, window(server) as ours:
        await ours.act("open", scenario="A1")
        await ours.until("scenario.count", 1)
        await until(lambda: len(begun) == 2, 20, "a run against each of both products")
        if ending == "reset":
            await ours.act("reset")
            await ours.until("left", 0)
            assert len(ended) == 2
    assert len(ended) == 2
    assert not any(folder.exists() for folder in ended)


async def test_a_scenario_that_breaks_is_invalid_and_the_lab_goes_on() -> None:
    async def play(_scene: Scene) -> AsyncGenerator[Step, None]:
        yield Step(both("begun"), {})
        raise RuntimeError("the relay is gone")

    async with serving(replace(SAMPLE, play=play)) as server, window(server) as ours:
        await ours.opened("A1")
        assert "RuntimeError" in ours.room["scenario"]["failed"]
        await ours.act("verdict")
        await ours.act("page", page="wall")
        room = await ours.until("page", "wall")
        assert {(run["state"], len(run["judged"])) for run in room["wall"][0]["products"]} == {
            ("failed", 0)
        }


async def test_missing_evidence_makes_a_verdict_invalid() -> None:
    async def play(_scene: Scene) -> AsyncGenerator[Step, None]:
        yield Step(both("begun"), {})

    async with serving(replace(SAMPLE, play=play)) as server, window(server) as ours:
        await ours.opened("A1")
        await ours.act("verdict")
        [stamp] = (await ours.until("scenario.verdict", True))["scenario"]["stamps"]
    assert (stamp["outcome"], stamp["agrees"]) == ("invalid", False)


async def test_what_was_opened_goes_before_what_play_all_wants() -> None:
    others = [replace(stuck([], []), id=f"B{n}") for n in range(1, 4)]
    async with serving(*others, SAMPLE) as server, window(server) as ours:
        await ours.act("play-all")
        await ours.until("left", 8)
        await ours.act("open", scenario="A1")
        await ours.until("scenario.ended", True)
