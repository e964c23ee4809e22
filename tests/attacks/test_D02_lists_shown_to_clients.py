"""D02: a relay with its log's keys shows Alice's devices from before she removed one."""

import pytest

from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import stage
from doorless_protocol.log.verdict import verify


def nothing(*_: object) -> None:
    pass


@pytest.mark.attack(
    "D02",
    "an owner whose removed device is shown again has the proof",
    weaken={
        "doorless_protocol.log.own_check.check_own_history": nothing,
        "doorless_protocol.log.own_anchors.check_own_anchor": nothing,
    },
)
def test_an_owner_sees_that_a_removed_device_is_back() -> None:
    scene = stage()
    caught = malicious.old_manifest(scene)
    assert caught is not None
    assert caught.by == "alice"
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D02",
    "who was given a removed device for an hour has the proof at the next anchor",
    weaken={"doorless_protocol.log.sighting.stamp_contradiction": nothing},
)
def test_a_removed_device_for_an_hour_is_proven() -> None:
    scene = stage()
    caught = malicious.old_manifest_for_an_hour(scene)
    assert caught is not None
    assert caught.by == "dave"
    assert caught.anchors <= 1
    verify(caught.evidence, {scene.truth.config.hash.hex()})
