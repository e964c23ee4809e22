"""D14: somebody comes back as Alice at the one moment at which nobody could object in time."""

from collections.abc import Mapping
from typing import Any

import pytest

from doorless_client.core.api import RefusedError
from doorless_lab.keylog.scene import ALICE, DAY, Scene, stage
from doorless_lab.world_person import Person
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import Shown


def resets_a_moment_before_an_anchor(scene: Scene, *then: RecordKind) -> Person:
    """And shows it to Dave, who knows Alice by her name alone, right after that anchor."""
    dave, ledger = scene.person("dave"), scene.truth.ledger
    scene.publish(after=DAY - scene.now % DAY - 60)
    head = b""
    for kind in (RecordKind.RESET, *then):
        head = scene.ghost(scene.truth, kind, after=head)
        ledger.show(ALICE, head)
        scene.publish()
    assert not ledger.epochs[-1].leaf.is_anchor
    scene.publish(after=120)
    assert ledger.epochs[-1].leaf.is_anchor
    return dave


@pytest.mark.attack(
    "D14",
    "who comes back as somebody right before an anchor waits for the next, like everybody",
    weaken={"doorless_protocol.log.resets.stood": lambda anchor: anchor.epoch},
)
def test_a_reset_before_an_anchor_waits_for_a_whole_window() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene)
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


def newest_alone(_pin: Any, shown: Shown, _anchor: EpochLeaf, _records: Mapping[int, Any]) -> int:
    return shown.version


@pytest.mark.attack(
    "D14",
    "a reset is not hidden by the records that were written behind it",
    weaken={"doorless_protocol.log.lookup.first_to_read": newest_alone},
)
def test_a_reset_is_not_covered_up() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene, RecordKind.UPDATE)
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


@pytest.mark.attack(
    "D14",
    "the log leaves no version out in which a name may have been taken",
    weaken={"doorless_protocol.log.resets.check_none_hidden": lambda *_: None},
)
def test_a_reset_is_not_left_out() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene, RecordKind.UPDATE)
    ledger = scene.truth.ledger
    whole = ledger.entry
    ledger.entry = lambda *asked, **kw: whole(*asked, **kw).newest()  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="leaves out what version"):
        dave.add("alice")
