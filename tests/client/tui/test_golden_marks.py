"""Code and hidden words, as they were last looked at and found good: see golden_screens."""

from dataclasses import replace

import pytest

from golden_screens import compare, planes

SCRIPT = "It is this:\n```sh\nif true; then\n    echo `date` || exit\nfi\n```\nor `ls -l` alone"
PLOT = "Who did it: ||the butler||, in `the` hall"


@pytest.fixture
def marked(people):
    people.engine.arrive(people.ada, SCRIPT, seen=True)
    people.engine.arrive(people.ada, SCRIPT.removesuffix("\nor `ls -l` alone"), mine=True)
    message = people.engine.arrive(people.ada, PLOT, seen=True)
    people.engine.arrive(
        people.ada, "No!", mine=True, quote=people.engine.messages.quote(message), seen=True
    )
    return people


@pytest.mark.parametrize(
    ("density", "size", "theme", "keys"),
    [
        ("bubbles", (120, 36), "dark", ["up"]),
        ("bubbles", (80, 24), "contrast", ["up", "up", "v"]),
        ("rail", (120, 36), "light", ["up", "up", "v"]),
        ("dense", (80, 24), "dark", ["up"]),
    ],
)
async def test_marks_look_as_they_did(marked, opened, settle, density, size, theme, keys) -> None:
    async with opened(marked.engine, size=size, theme=f"doorless-{theme}") as pilot:
        pilot.app.change_settings(replace(pilot.app.settings, density=density))
        await pilot.press(*keys)
        await settle(pilot)
        compare(f"marks-{density}-{size[0]}x{size[1]}-{theme}", planes(pilot.app))


async def test_without_colour_marks_still_differ(marked, opened, settle, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(marked.engine, size=(120, 36)) as pilot:
        await settle(pilot)
        compare("marks-120x36-no-color", planes(pilot.app))
