"""Screens as they were last looked at and found good, in text and in style: see golden_screens."""

import pytest

from doorless_client.tui.theme import DARK, THEMES
from golden_screens import SIZES, compare, planes


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name.removeprefix("doorless-"))
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_messenger_looks_as_it_did(people, opened, settle, size, theme) -> None:
    async with opened(people.engine, size=size, theme=theme.name) as pilot:
        await pilot.press("up", "up")
        await settle(pilot)
        compare(
            f"main-{size[0]}x{size[1]}-{theme.name.removeprefix('doorless-')}", planes(pilot.app)
        )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_without_colour_it_still_says_everything(
    people, opened, settle, monkeypatch, size
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(people.engine, size=size) as pilot:
        await pilot.press("up", "up")
        await settle(pilot)
        seen = planes(pilot.app)
        compare(f"main-{size[0]}x{size[1]}-no-color", seen)
        for look in seen.split("--- legend\n")[1].splitlines():
            for color in (word for word in look.split() if word.startswith("#")):
                assert color[1:3] == color[3:5] == color[5:7], f"{color} is not grey"


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("key-change", ["alt+4"]),
        ("request", ["alt+3"]),
        ("verify", ["f4"]),
        ("help", ["f1"]),
        ("palette", ["ctrl+p"]),
        ("xray-whole", ["f2"]),
    ],
)
async def test_the_other_screens_look_as_they_did(people, opened, settle, name, keys) -> None:
    async with opened(people.engine, theme=DARK.name) as pilot:
        await pilot.press(*keys)
        await settle(pilot)
        compare(name, planes(pilot.app))
