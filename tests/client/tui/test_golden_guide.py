"""What guides somebody new, as it was last looked at and found good: see golden_screens."""

import pytest
from textual.widgets import Button

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.base import BaseApp
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.journey import journey
from doorless_client.tui.screens.tour import Tour
from doorless_client.tui.touring import newest
from golden_screens import SIZES, compare, planes

NOW = 1_800_023_490
SECRET = "four unrelated words here"


async def shown(pilot, settle, way: int, steps: int) -> None:
    """Choose a way, and go on so many steps."""
    await settle(pilot)
    await pilot.press(*["down"] * way)
    if not steps:
        return
    await pilot.press("enter")
    await settle(pilot)
    for _ in range(steps - 1):
        step = pilot.app.screen._steps[-1]
        entered = {"handle": "alice", "device": "laptop", "words": "word " * 24, "backup": "/b"}
        entered |= {"passphrase": SECRET, "again": SECRET}
        for name, value in entered.items():
            for field in step.query(f"#{name}").results():
                field.value = value
        step.query_one(".go", Button).press()
        await settle(pilot)


@pytest.mark.parametrize(
    ("name", "way", "steps"),
    [
        ("choose", 0, 0),
        ("name", 0, 1),
        ("passphrase", 0, 2),
        ("words", 0, 3),
        ("device", 1, 1),
        ("restore", 2, 1),
    ],
)
async def test_the_first_start_looks_as_it_did(
    engine, fake_onboarding, settle, name, way, steps
) -> None:
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, settle, way, steps)
        compare(f"onboard-{name}", planes(app))


async def test_a_code_to_scan_looks_as_it_did(engine, fake_onboarding, settle) -> None:
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(120, 44)) as pilot:
        await shown(pilot, settle, 1, 3)
        compare("onboard-link", planes(app))


class Alone(BaseApp[None]):
    """A tour, and nothing behind it that changes for other reasons."""


async def tour(people, settle, size: tuple[int, int]) -> str:
    """Its third step."""
    found = newest(people.engine, people.engine.chats()[0])
    assert found is not None
    app = Alone(lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=size) as pilot:
        app.push_screen(Tour(journey(found, UNICODE)))
        await settle(pilot)
        await pilot.press("right", "right")
        await settle(pilot)
        return planes(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_tour_looks_as_it_did(people, settle, size) -> None:
    compare(f"tour-{size[0]}x{size[1]}", await tour(people, settle, size))


async def test_the_tour_without_colour_looks_as_it_did(people, settle, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    compare("tour-no-color", await tour(people, settle, (80, 24)))
