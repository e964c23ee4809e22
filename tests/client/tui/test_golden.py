"""Screens as they were last looked at and found good, in text and in style: see golden_screens."""

from dataclasses import replace

import pytest

from doorless_client.tui.theme import DARK, THEMES
from golden_screens import SIZES, compare, planes
from lively import enliven


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
        ("settings", ["f8"]),
    ],
)
async def test_the_other_screens_look_as_they_did(people, opened, settle, name, keys) -> None:
    async with opened(people.engine, theme=DARK.name) as pilot:
        await pilot.press(*keys)
        await settle(pilot)
        compare(name, planes(pilot.app))


@pytest.mark.parametrize(
    ("density", "size", "theme"),
    [
        ("bubbles", (120, 36), "dark"),
        ("rail", (120, 36), "dark"),
        ("dense", (120, 36), "dark"),
        ("bubbles", (80, 24), "contrast"),
        ("rail", (200, 50), "light"),
        ("dense", (80, 24), "light"),
    ],
)
async def test_all_that_messages_carry_looks_as_it_did(
    people, opened, settle, density, size, theme
) -> None:
    enliven(people.engine, people.ada, people.grace)
    async with opened(people.engine, size=size, theme=f"doorless-{theme}") as pilot:
        pilot.app.change_settings(replace(pilot.app.settings, density=density))
        await pilot.press("up", "up", "space")
        await settle(pilot)
        compare(f"{density}-{size[0]}x{size[1]}-{theme}", planes(pilot.app))


async def test_without_colour_reactions_and_claims_still_differ(
    people, opened, settle, monkeypatch, text_of
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    enliven(people.engine, people.ada, people.grace)
    async with opened(people.engine, size=(200, 50)) as pilot:
        await settle(pilot)
        compare("bubbles-200x50-no-color", planes(pilot.app))
        for words in ("👍 you", "not in your history", "⚑", "▤ demo.mp4", "edited"):
            assert words in text_of(pilot)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("answering", ["up", "up", "r", *"yes"]),
        ("reacting", ["up", "up", "a"]),
        ("finding", ["ctrl+f", *"the"]),
        ("details", ["f3"]),
        ("about", ["up", "up", "i"]),
        ("commands", ["/"]),
    ],
)
async def test_what_is_done_with_messages_looks_as_it_did(
    people, opened, settle, name, keys
) -> None:
    enliven(people.engine, people.ada, people.grace)
    async with opened(people.engine, theme=DARK.name) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await settle(pilot)
        compare(name, planes(pilot.app))
