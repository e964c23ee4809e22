"""D11: the relay shows others something of an owner, and keeps the owner from seeing it."""

import pytest

import loglies as lies
from doorless_protocol.errors import MisconductError, ProofError
from logstage import stage


@pytest.mark.attack(
    "D11",
    "an anchor that showed others something else convicts, though the truth is back",
    weaken={"doorless_protocol.log.own_anchors.check_own_anchor": lambda *_: None},
)
def test_an_anchor_that_showed_others_something_else_convicts() -> None:
    with pytest.raises(MisconductError):
        lies.another_version_at_an_anchor(stage(versions=2))


@pytest.mark.attack(
    "D11",
    "an owner misses the anchor that was kept from her",
    weaken={"doorless_protocol.log.own_anchors.check_own_anchors": lambda *_: None},
)
def test_an_anchor_that_is_kept_from_its_owner_is_missed() -> None:
    with pytest.raises(ProofError):
        lies.the_anchor_at_which_it_lied_left_out(stage(versions=2))


@pytest.mark.attack(
    "D11",
    "an update that the log promised and dropped convicts it",
    weaken={"doorless_protocol.log.own_check.check_promise": lambda *_: None},
)
def test_a_dropped_update_convicts() -> None:
    with pytest.raises(MisconductError):
        lies.an_update_that_is_dropped(stage(versions=2))
