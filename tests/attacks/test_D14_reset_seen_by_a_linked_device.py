"""D14: somebody else comes back as Alice while the device that has her key is away."""

from collections.abc import Iterator
from typing import Any

import pytest

from doorless_lab.keylog.scene import ALICE, stage
from doorless_lab.linking import link
from doorless_protocol.log.record import RecordKind


def meets_nothing(_: Any) -> Iterator[None]:
    yield from ()


@pytest.mark.attack(
    "D14",
    "a linked device tells of other keys in its owner's name, while the primary is away",
    weaken={"doorless_client.core.log_looks.Looks.meet": meets_nothing},
)
def test_a_linked_device_sees_a_reset() -> None:
    scene = stage()
    laptop = link(scene.alice)
    scene.world.advance(60)
    scene.looks(scene.alice)
    scene.alice.online = False
    scene.begins()
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, RecordKind.RESET))
    scene.publish()
    caught = scene.waits(laptop)
    assert caught is not None
    assert (caught.by, caught.kind) == ("alice", "E7")
    assert caught.anchors <= 1
