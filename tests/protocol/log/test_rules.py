"""Each rule of a client, by the lie that it alone stops: with it refused, without it believed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import loglies as lies
from doorless_protocol.errors import (
    DoorlessError,
    ForgedError,
    MisconductError,
    ProofError,
    StaleLogError,
    UnpinnedError,
    UnwitnessedError,
)
from doorless_protocol.log.own_check import UnannouncedError
from logstage import Stage, stage


@dataclass(frozen=True)
class Rule:
    """A function of the product, the lie that it stops, and how."""

    name: str
    lie: Callable[[Stage], None]
    error: type[DoorlessError]


RULES = [
    Rule("head.check_clock", lies.a_frozen_log, StaleLogError),
    Rule("head.check_continues", lies.a_shorter_log, StaleLogError),
    Rule("head.check_anchor_age", lies.no_more_anchors, ProofError),
    Rule("head.check_next_anchor", lies.an_anchor_left_out, ProofError),
    Rule("head.check_windows", lies.an_anchor_a_minute, ProofError),
    Rule("lookup.check_fits", lies.an_old_version, MisconductError),
    Rule("lookup.check_signed", lies.an_unsigned_record, ForgedError),
    Rule("resets.check_none_hidden", lies.a_reset_left_out, ProofError),
    Rule("view.LogView.check_witnessed", lies.changed_keys_that_no_witness_saw, UnwitnessedError),
    Rule("own_check.check_own_history", lies.our_version_gone, MisconductError),
    Rule("own_check.check_announced", lies.a_device_nobody_told_us_of, UnannouncedError),
    Rule("own_check.check_promise", lies.an_update_that_is_dropped, MisconductError),
    Rule("own_check.check_stamp", lies.an_update_stamped_before_it_was_asked_for, ProofError),
    Rule("owner.check_due", lies.a_promise_for_next_year, ProofError),
    Rule("own_anchors.check_own_anchor", lies.another_version_at_an_anchor, MisconductError),
    Rule("own_anchors.check_own_anchors", lies.the_anchor_at_which_it_lied_left_out, ProofError),
    Rule("staple.check_fresh", lies.a_first_contact_of_last_week, StaleLogError),
    Rule("staple.check_same_size", lies.a_first_contact_from_another_truth, MisconductError),
    Rule("verdict.check_pinned", lies.evidence_against_keys_that_nobody_pinned, UnpinnedError),
    Rule("verdict.check_dispute", lies.a_dispute_of_a_stranger, ForgedError),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_stops_a_lie(rule: Rule) -> None:
    with pytest.raises(rule.error):
        rule.lie(stage(versions=2))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_it_the_lie_is_believed(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"doorless_protocol.log.{rule.name}", lambda *_, **__: None)
    rule.lie(stage(versions=2))
