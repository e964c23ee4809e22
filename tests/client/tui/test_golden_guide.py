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


ENTERED = {
    "handle": "alice",
    "device": "laptop",
    "words": "word " * 24,
    "backup": "/b",
    "passphrase": SECRET,
    "again": SECRET,
}


@pytest.mark.parametrize(
    ("way", "names"),
    [(0, ["name", "passphrase", "words"]), (1, ["device"]), (2, ["restore"])],
)
async def test_the_first_start_looks_as_it_did(engine, fake_onboarding, settle, way, names) -> None:
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if way == 0:
            compare("onboard-choose", planes(app))
        await pilot.press(*["down"] * way, "enter")
        await settle(pilot)
        for name in names:
            compare(f"onboard-{name}", planes(app))
            assert not app.screen.query_one("#onboard").max_scroll_y, f"{name} is too high"
            await fill_in(pilot, settle)


async def fill_in(pilot, settle) -> None:
    """What this step asks, and on to the next."""
    step = pilot.app.screen._steps[-1]
    for name, value in ENTERED.items():
        for field in step.query(f"#{name}").results():
            field.value = value
    step.query_one(".go", Button).press()
    await settle(pilot)


async def test_a_code_to_scan_looks_as_it_did(engine, fake_onboarding, settle) -> None:
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(120, 44)) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await fill_in(pilot, settle)
        await fill_in(pilot, settle)
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
