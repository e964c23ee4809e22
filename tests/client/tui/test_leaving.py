"""Leaving the messenger at any moment is no mistake of its own."""

import asyncio
import contextlib

import pytest
from textual.widget import MountError

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.widgets.line import Line

NOW = 1_800_023_490
PASSPHRASE = "correct horse"


async def over(app: DoorlessApp) -> None:
    async with asyncio.timeout(60):
        while app._running:  # noqa: ASYNC110  # nothing tells when it is over
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("turns", [0, 8, 16, 24, 32])
async def test_it_is_left_while_it_is_being_unlocked(people, fake_onboarding, turns: int) -> None:
    app = DoorlessApp(fake_onboarding(people.engine), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        line = app.screen.query_one("#passphrase", Line)
        line.post_message(Line.Submitted(line, PASSPHRASE))
        for _ in range(turns):  # of the loop: from a moment before the screen comes to one after
            await asyncio.sleep(0)
        app.exit()
        await over(app)
    assert app._exception is None


@pytest.mark.parametrize(
    ("error", "told"), [(MountError("not mounted"), False), (ValueError("wrong"), True)]
)
async def test_a_mistake_is_told_while_it_is_left_too(
    people, fake_onboarding, error: Exception, told: bool
) -> None:
    app = DoorlessApp(fake_onboarding(people.engine), lambda: NOW, glyphs=UNICODE)
    with pytest.raises(ValueError, match="wrong") if told else contextlib.nullcontext():
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            app.exit()
            app._handle_exception(error)
            await over(app)
