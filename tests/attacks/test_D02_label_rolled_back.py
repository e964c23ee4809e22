"""D02: the relay shows an older device list, for good, for an hour, or by standing still."""

import pytest

import loglies as lies
from doorless_protocol.errors import MisconductError, StaleLogError
from doorless_protocol.log.verdict import verify
from logstage import ALICE, stage


@pytest.mark.attack(
    "D02",
    "a list that goes back convicts the log with what was shown before",
    weaken={"doorless_protocol.log.lookup.check_fits": lambda *_: None},
)
def test_a_list_that_goes_back_convicts() -> None:
    with pytest.raises(MisconductError):
        lies.an_old_version(stage(versions=2))


@pytest.mark.attack(
    "D02",
    "a revoked device that comes back for an hour is seen at the next anchor, by its stamp",
    weaken={"doorless_protocol.log.sighting.stamp_contradiction": lambda *_: None},
)
def test_a_revoked_device_for_an_hour_is_seen() -> None:
    play = stage(versions=2)
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    play.bob_looks()  # for the first time: nothing tells him that this list is old
    play.ledger.show_truth(ALICE)
    play.anchor()
    play.alice_checks()  # the anchor is as it should be: she cannot see it
    with pytest.raises(MisconductError) as raised:
        play.bob_checks()
    verify(raised.value.evidence, {play.config.hash.hex()})


@pytest.mark.attack(
    "D02",
    "a log that stands still is refused after a quarter of an hour",
    weaken={"doorless_protocol.log.head.check_clock": lambda *_: None},
)
def test_a_log_that_stands_still_is_refused() -> None:
    with pytest.raises(StaleLogError):
        lies.a_frozen_log(stage(versions=2))
