"""What was copied leaves the clipboard, which every program may read."""

import pytest

from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.choices import Unwritten


def timers(pilot, monkeypatch: pytest.MonkeyPatch) -> list:
    """What the app itself wants done from now on, and when."""
    asked: list = []
    monkeypatch.setattr(pilot.app, "set_timer", lambda *timer: asked.append(timer))
    return asked


async def test_what_was_copied_goes_after_a_while(people, opened, monkeypatch) -> None:
    async with opened(people.engine) as pilot:
        asked = timers(pilot, monkeypatch)
        pilot.app.copy_to_clipboard("words")
        ((seconds, forget),) = asked
        assert (pilot.app.clipboard, seconds) == ("words", 30)
        forget()
        assert pilot.app.clipboard == ""


async def test_what_was_copied_since_stays_for_its_own_time(people, opened, monkeypatch) -> None:
    async with opened(people.engine) as pilot:
        asked = timers(pilot, monkeypatch)
        pilot.app.copy_to_clipboard("first")
        pilot.app.copy_to_clipboard("second")
        (_, of_first), (_, of_second) = asked
        of_first()
        assert pilot.app.clipboard == "second"
        of_second()
        assert pilot.app.clipboard == ""
        assert "first" not in repr(asked)


async def test_it_stays_where_that_was_chosen(people, opened, monkeypatch) -> None:
    preferences = Unwritten(ProfileSettings(copied_for=0))
    async with opened(people.engine, preferences=preferences) as pilot:
        asked = timers(pilot, monkeypatch)
        pilot.app.copy_to_clipboard("words")
        assert asked == []
