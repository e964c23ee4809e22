"""Two sightings of one label: when no history has both."""

import pytest

from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.sighting import Shown, contradiction
from logstage import ALICE, stage


def shown(epoch: int, *stamps: int) -> Shown:
    """The first versions of a label, which entered in these epochs."""
    heads = {number: bytes([number]) * 32 for number in range(len(stamps) + 1)}
    numbered = dict(enumerate(stamps, start=1))
    return Shown(epoch, len(stamps), heads[len(stamps)], heads, numbered, {})


@pytest.mark.parametrize(
    ("stamp", "fits"), [(4, False), (5, False), (6, True)], ids=["before", "in it", "after"]
)
def test_a_version_is_there_from_its_epoch_on(stamp: int, *, fits: bool) -> None:
    early, late = shown(5, 2), shown(9, 2, stamp)
    for pair in ((early, late), (late, early)):
        assert (contradiction(*pair) is None) is fits


def test_an_absent_label_has_version_0_and_nothing_else() -> None:
    play = stage(versions=0)
    play.bob_looks()
    sighting = play.bob.pins[ALICE].sighting
    assert sighting.place() == Shown(sighting.epoch, 0, NO_HEAD, {0: NO_HEAD}, {}, {})
