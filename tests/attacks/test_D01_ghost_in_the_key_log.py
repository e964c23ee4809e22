"""D01: the relay adds a device to somebody, in the key log itself."""

import pytest

import loglies as lies
from doorless_protocol.errors import MisconductError
from doorless_protocol.log.own_check import UnannouncedError
from doorless_protocol.log.verdict import verify
from logstage import ALICE, stage


@pytest.mark.attack(
    "D01",
    "a device that its owner did not add is seen by the owner at the next look",
    weaken={"doorless_protocol.log.own_check.check_announced": lambda *_: None},
)
def test_an_owner_sees_a_device_that_is_not_hers() -> None:
    with pytest.raises(UnannouncedError):
        lies.a_device_nobody_told_us_of(stage(versions=2))


@pytest.mark.attack(
    "D01",
    "a device that is added and taken back between anchors is seen by who was shown it",
    weaken={"doorless_protocol.log.lookup.check_fits": lambda *_: None},
)
def test_a_device_for_an_hour_is_seen_by_who_wrote_to_it() -> None:
    play = stage(versions=2)
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.bob_looks()
    play.ledger.show_truth(ALICE)
    play.anchor()
    with pytest.raises(MisconductError) as raised:
        play.bob_checks()
    verify(raised.value.evidence, {play.config.hash.hex()})
