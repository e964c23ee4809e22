"""T13: whoever floods us does not play on the terminal."""

from itertools import pairwise

import pytest
from textual.app import App

from doorless_client.notifying.pace import BELL_EVERY, Pace
from doorless_client.tui.base import BaseApp


def always(pace: Pace) -> bool:
    return True


@pytest.mark.attack(
    "T13",
    "of a flood of messages the terminal rings at most once in two seconds",
    weaken={"doorless_client.notifying.pace.Pace.may": always},
)
def test_a_flood_rings_at_most_once_in_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now, rung = 0.0, list[float]()
    monkeypatch.setattr(App, "bell", lambda app: rung.append(now))
    monkeypatch.setattr(BaseApp, "ticks", lambda app: now)
    app: BaseApp[None] = BaseApp(lambda: 0)
    for tenth in range(200):
        now = tenth / 10
        for _ in range(50):
            app.bell()
    assert rung
    assert all(later - earlier >= BELL_EVERY for earlier, later in pairwise(rung))
