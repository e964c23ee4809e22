"""D09: a relay with its log's keys shows one person another log than everybody else."""

import pytest

from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import stage
from doorless_lab.world import World
from doorless_protocol.log.gossip import Anchors
from doorless_protocol.log.verdict import verify
from logged import alarms, told_of_none

SAME_FOR_ALL = {
    "doorless_protocol.log.gossip.compare_anchors": lambda *_: Anchors.SAME,
    "doorless_protocol.log.gossip.compare_signed": lambda *_: Anchors.SAME,
}


@pytest.mark.attack(
    "D09",
    "one text proves a log that one person alone was shown",
    weaken=SAME_FOR_ALL,
)
def test_a_log_for_one_victim_is_proven_by_one_text() -> None:
    scene = stage()
    caught = malicious.two_leaves_of_one_epoch(scene)
    assert caught is not None
    assert caught.anchors == 1
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D09",
    "whoever is shown two logs of one length has the proof at once",
    weaken={"doorless_protocol.log.head.check_continues": lambda *_: None},
)
def test_two_logs_of_one_length_are_proven_at_once() -> None:
    scene = stage()
    caught = malicious.two_roots_of_one_size(scene)
    assert caught is not None
    assert (caught.by, caught.anchors) == ("bob", 0)
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D09",
    "who was told of a log of their own when they came is known by their first text",
    weaken={"doorless_client.core.gossip.Gossip._other_log": lambda *_: None},
)
def test_a_log_set_up_for_one_victim_is_told_by_one_text() -> None:
    caught = malicious.another_set_up_for_one(stage())
    assert caught is not None
    assert (caught.by, caught.kind, caught.anchors) == ("carol", "other log", 0)


@pytest.mark.attack(
    "D09",
    "whose own relay says from the start that it keeps no log is told by a contact's first text",
    weaken={"doorless_client.core.gossip.Gossip._hear_of_a_log": lambda *_: None},
)
def test_a_log_that_is_kept_from_one_person_is_told_by_one_text() -> None:
    with World(log=True) as world:
        alice, bob = told_of_none(world)
        alice.says("bob", "hello")
        world.settle()
        assert alarms(bob) == ["other log"]
        assert alarms(alice) == []
