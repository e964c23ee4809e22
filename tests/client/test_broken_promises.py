"""What a broken promise means to its owner: it depends on what was promised."""

import pytest

from doorless_client.core.alarm_words import JOINED, REMOVED, RESTORED
from doorless_lab.keylog.scene import ALICE, Scene, stage
from doorless_lab.linking import link
from doorless_lab.recovering import recover
from doorless_lab.world_person import Person
from doorless_protocol.log.label import Label


def joins(scene: Scene) -> Person:
    scene.truth.drops.add(Label("dora"))
    return scene.world.person("dora")


def adds_a_device(scene: Scene) -> Person:
    scene.truth.drops.add(ALICE)
    link(scene.alice)
    return scene.alice


def removes_a_device(scene: Scene) -> Person:
    link(scene.alice)
    scene.world.advance(60)
    scene.looks(scene.alice)
    scene.truth.drops.add(ALICE)
    scene.alice.run(scene.alice.engine.fleet.remove("laptop"))
    return scene.alice


def comes_back_from_the_words(scene: Scene) -> Person:
    (hers,) = scene.alice.store.own.find()
    scene.truth.drops.add(ALICE)
    return recover(scene.alice, hers.unshown_seed)


@pytest.mark.parametrize(
    ("change", "kind", "said", "affected"),
    [
        (joins, JOINED, "your new account", "nobody has your name"),
        (adds_a_device, "", "your new list of devices", "device that you added"),
        (removes_a_device, REMOVED, "the device that you removed", "Whoever holds it can read"),
        (comes_back_from_the_words, RESTORED, "your restored account", "that you had before"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_it_says_what_is_missing_and_what_that_does(
    change: object, kind: str, said: str, affected: str
) -> None:
    scene = stage()
    owner = change(scene)  # type: ignore[operator]
    scene.publish(after=120)
    scene.looks(owner)
    (row,) = owner.store.log_alarms.find(kind="E6")
    (alarm,) = owner.engine.alarms()
    assert row.change == kind
    assert alarm.title == "The relay broke a signed promise"
    assert said in alarm.happened
    assert affected in alarm.affected
    assert "compare safety numbers" not in alarm.todo, "no key was changed"
