"""One classroom: a whole lesson on two keys, shown from what was recorded."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed

from classroom import HASH, SAMPLE, Window, serving, window
from doorless_lab.scenario import Scene, Step
from doorless_lab.web.actions import GoTo
from doorless_lab.web.room import Place
from doorless_lab.web.server import Server


async def test_a_scenario_goes_from_its_claim_to_its_limit_and_back_again() -> None:
    way = [
        Place("A1", 0, 0),
        Place("A1", 0, 1),
        Place("A1", 0, 1, asking=True),
        Place("A1", 0, 2),
        Place("A1", 0, 2, verdict=True),
        Place("A1", 1, 0),
        Place("A1", 1, 1),
        Place("A1", 1, 1, asking=True),
        Place("A1", 1, 2),
        Place("A1", 1, 2, verdict=True),
        Place("A1", 1, 2, verdict=True, limit=True),
    ]
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        assert [server.classroom.room.place] + await places(server, ours, "next", 10) == way
        assert await places(server, ours, "next", 1) == way[-1:]
        back = [place for place in reversed(way[:-1]) if not place.asking]
        assert await places(server, ours, "back", 8) == back


async def places(server: Server, ours: Window, key: str, times: int) -> list[Place | None]:
    """Where the same key leads, so many times."""
    found = []
    for _ in range(times):
        await ours.act(key)
        await ours.tell()
        found.append(server.classroom.room.place)
    return found


async def test_going_back_shows_the_snapshot_and_plays_nothing_again() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        recording = server.classroom.recording
        await ours.act("next")
        first = (await ours.until("scenario.shown", 1))["scenario"]["step"]
        await places(server, ours, "next", 2)
        await places(server, ours, "back", 1)
        assert ours.room["scenario"]["step"] == first
        assert server.classroom.recording is recording


async def test_a_question_stands_before_its_step_and_hides_counts_and_answer() -> None:
    async with serving() as server, window(server) as ours, window(server, "presenter") as desk:
        await ours.opened("A1")
        await ours.act("next")
        await ours.act("next")
        await ours.until("scenario.asking", True)
        for answer in (2, 2, 0):
            await ours.act("bet", answer=answer, by=1)
        await ours.act("bet", answer=0, by=-1)
        await desk.until("presenter.counts", [0, 0, 2, 0])
        hidden = ours.room["scenario"]
        assert (hidden["question"]["right"], hidden["question"]["counts"]) == (None, None)
        assert hidden["step"]["caption"].startswith("Alice writes")
        assert hidden["evidence"] == []
        assert "presenter" not in ours.room
        await ours.act("next")
        shown = (await ours.until("scenario.shown", 2))["scenario"]
        assert (shown["question"]["right"], shown["question"]["counts"]) == (2, [0, 0, 2])


async def test_verdicts_stand_side_by_side_and_none_before_its_end() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        assert ours.room["scenario"]["stamps"] == []
        await ours.act("verdict")
        await ours.until("scenario.verdict", True)
        assert [one["product"] for one in ours.room["scenario"]["stamps"]] == ["cloud"]
        await ours.act("product", product=1)
        await ours.until("scenario.product", 1)
        assert ours.room["scenario"]["stamps"] == []
        await ours.act("verdict")
        stamps = (await ours.until("scenario.verdict", True))["scenario"]["stamps"]
    assert [(one["outcome"], one["agrees"]) for one in stamps] == [
        ("exposed", True),
        ("prevented", True),
    ]


async def test_another_parameter_is_another_run_and_a_wrong_one_is_none() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        await ours.act("rerun", settings={"messages": 41})
        assert "1 to 40" in await ours.refusal()
        await ours.act("rerun", settings={"messages": 7})
        await ours.until("scenario.parameters.0.value", 7)
        await ours.until("left", 0)
        await ours.act("verdict")
        stamps = (await ours.until("scenario.verdict", True))["scenario"]["stamps"]
    assert stamps[0]["because"] == "7 of 24 in English"


async def test_autoplay_goes_on_by_itself_and_stops_at_a_question_and_at_the_end() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        await ours.act("speed", speed=4)
        await ours.act("play")
        await ours.until("scenario.asking", True)
        await ours.until("playing", False)
        await ours.act("next")
        await ours.act("play")
        await ours.until("scenario.asking", False)
        await ours.until("scenario.product", 1)
        await ours.until("scenario.asking", True)
        await ours.act("next")
        await ours.act("play")
        room = await ours.until("scenario.limit", True)
        assert room["scenario"]["limitText"] == "Metadata remain in English"
        await ours.until("playing", False)


async def test_pausing_keeps_the_step() -> None:
    async with serving(step_seconds=3600) as server, window(server) as ours:
        await ours.opened("A1")
        await ours.act("play")
        await ours.until("playing", True)
        await ours.act("play")
        await ours.until("playing", False)
        assert ours.room["scenario"]["shown"] == 0


async def test_a_reset_is_another_world_without_runs_hands_or_papers() -> None:
    async with serving() as server, window(server) as ours:
        before, seed = ours.room["instance"], server.classroom.seed
        await ours.opened("A1")
        await ours.act("contrast")
        await ours.until("theme", "contrast")
        await ours.act("reset")
        room = await ours.until("page", "start")
        assert room["instance"] != before
        assert server.classroom.seed != seed
        assert room["theme"] == "contrast"
        assert server.classroom.shelf.all() == ()
        assert dict(server.classroom.room.bets) == {}


async def test_windows_keep_in_step_and_switch_language_together() -> None:
    async with serving() as server, window(server) as ours, window(server, "presenter") as desk:
        await desk.opened("A1")
        await desk.act("language")
        await ours.until("language", "de")
        await desk.until("language", "de")
        assert ours.room["scenario"]["title"] == "A sample auf Deutsch"
        assert desk.room["presenter"]["notes"] == ["Let them predict auf Deutsch"]
        assert desk.room["presenter"]["next"] == "Alice writes auf Deutsch"
        await desk.act("next")
        await ours.until("scenario.shown", 1)
        await desk.until("scenario.shown", 1)
        assert desk.room["presenter"]["notes"] == ["Point at the server auf Deutsch"]


async def test_panes_stand_in_one_order_and_show_fingerprints() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        await ours.act("next")
        views = (await ours.until("scenario.shown", 1))["scenario"]["step"]["views"]
    assert [view["seat"] for view in views] == ["alice", "relay", "bob"]
    [mark] = views[1]["lines"][0]["marks"]
    assert len(mark["words"]) == 4
    assert HASH in views[1]["lines"][0]["text"]


async def test_the_wall_fills_as_runs_end() -> None:
    async with serving() as server, window(server) as ours:
        await ours.act("page", page="wall")
        await ours.until("page", "wall")
        assert {run["state"] for run in ours.room["wall"][0]["products"]} == {"unplayed"}
        await ours.act("play-all")
        for place in range(2):
            await ours.until(f"wall.0.products.{place}.state", "played")
        runs = ours.room["wall"][0]["products"]
    assert [run["judged"][0]["outcome"] for run in runs] == ["exposed", "prevented"]


async def test_a_step_is_shown_in_a_fifth_of_a_second() -> None:
    loop = asyncio.get_running_loop()
    async with serving() as server, window(server) as ours:
        await ours.opened(SAMPLE.id)
        taken = []
        for key in ["next"] * 8:
            began = loop.time()
            await ours.act(key)
            await ours.tell()
            taken.append(loop.time() - began)
    assert min(taken) < 0.2


async def test_a_step_that_cannot_be_drawn_closes_the_window_and_not_the_lab() -> None:
    async def play(_scene: Scene) -> AsyncGenerator[Step, None]:
        yield Step("no words", {})  # type: ignore[arg-type]

    async with serving(replace(SAMPLE, play=play)) as server:
        async with window(server) as ours:
            await ours.opened("A1")
            await ours.act("next")
            with pytest.raises(ConnectionClosed):
                await ours.until("scenario.shown", 1)
        server.classroom.act(GoTo("start"))
        async with window(server) as again:
            assert again.room["page"] == "start"
