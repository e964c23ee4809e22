"""Who came back from the words is written to again, however busy their relay's key log is."""

import pytest

from doorless_lab.keylog.scene import DAY, Scene, stage
from doorless_lab.recovering import recover
from doorless_lab.world_person import Person
from logged import alarms

OFTEN = DAY // 12


def comes_back(scene: Scene) -> Person:
    (own,) = scene.alice.store.own.find()
    again = recover(scene.alice, own.unshown_seed)
    for _ in range(5):
        scene.world.advance(60)
    return again


def hours_pass(scene: Scene) -> None:
    """Two of them; no head that anybody asks for is an anchor, since others change as well."""
    scene.publish(after=OFTEN - 20)
    scene.publish(after=20)
    scene.world.settle()


def days_until_written_to(scene: Scene, at_most: int) -> float:
    """Bob stays online, and tries again and again."""
    again, began = comes_back(scene), scene.now
    scene.bob.says("alice", "are you back?")
    while not again.engine.chats() and scene.now < began + at_most * DAY:
        hours_pass(scene)
    assert alarms(scene.bob) == alarms(again) == []
    return (scene.now - began) / DAY


def test_what_is_said_to_them_leaves_when_they_stood_for_a_window() -> None:
    assert 1 < days_until_written_to(stage(), at_most=4) < 2


def test_if_each_attempt_moved_the_wait_on_it_would_never_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("doorless_protocol.log.lookup.is_waiting_still", lambda *_: False)
    assert days_until_written_to(stage(), at_most=4) >= 4
