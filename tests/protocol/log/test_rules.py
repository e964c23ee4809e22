"""Each rule of a client, by the lie that it alone stops: with it refused, without it believed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from doorless_protocol.errors import (
    DoorlessError,
    ForgedError,
    MisconductError,
    ProofError,
    StaleLogError,
    UnpinnedError,
    UnwitnessedError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log import verdict
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.displaced import DisplacedError, accuse, dispute
from doorless_protocol.log.evidence import Kind, Notes
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.own_anchors import check_own
from doorless_protocol.log.own_check import UnannouncedError
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import AnchorList
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.staple import vouch
from logstage import ALICE, DAY, Stage, stage


def a_frozen_log(play: Stage) -> None:
    accept_head(play.bob.view, play.ledger.head(1), play.now + DAY)


def a_shorter_log(play: Stage) -> None:
    play.epoch()
    play.bob.catch_up(play.ledger, play.now)
    accept_head(play.bob.view, play.ledger.head(size=2), play.now)


def no_more_anchors(play: Stage) -> None:
    play.anchor()
    last = play.ledger.epochs.pop()
    ledger = play.ledger.fork()
    ledger.put(replace(last, leaf=replace(last.leaf, anchor_no=0)))
    accept_head(play.bob.view, ledger.head(1), play.now)


def an_anchor_left_out(play: Stage) -> None:
    play.anchor()
    play.anchor()
    head, listed = play.ledger.anchors(1, 1)
    accept_anchors(play.bob.view, head, AnchorList(listed.leaves[1:], listed.inclusion), play.now)


def an_old_version(play: Stage) -> None:
    play.bob_looks()
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    play.bob_looks()


def an_unsigned_record(play: Stage) -> None:
    play.bob_looks()
    record = play.alice.record(RecordKind.UPDATE, play.now, b"\xee" * 32).encode()
    forged = Opened(bytes(16), record[:-3309] + bytes(3309))
    chain = play.alice.chain
    play.ledger.show(ALICE, play.ledger.make(ALICE, 3, chain.head, forged, play.ledger.size))
    play.epoch()
    play.bob_looks()


def changed_keys_that_no_witness_saw(play: Stage) -> None:
    witness = Cosigner.from_seed("w.test", Algorithm.COSIGNATURE, bytes(32))
    lonely = stage(policy=Policy.parse(f"witness w {witness.vkey.encode()}\nquorum w\n"))
    lonely.bob_looks()


def our_version_gone(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def a_device_nobody_told_us_of(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def an_update_that_is_dropped(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.ledger.waiting.clear()
    play.epoch(11)
    play.alice.look_at_self(play.ledger, play.now)


def an_update_stamped_before_it_was_asked_for(play: Stage) -> None:
    play.epoch()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    [(label, version, previous, opened)] = play.ledger.waiting
    play.ledger.waiting.clear()
    early = play.alice.view.epoch
    play.ledger.show(ALICE, play.ledger.make(label, version, previous, opened, stamp=early))
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def a_promise_for_next_year(play: Stage) -> None:
    play.ledger.promised = 365 * DAY
    play.alice.publish(play.ledger, play.random.randbytes, play.now)


def another_version_at_an_anchor(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.epoch()
    play.alice_checks()


def the_anchor_at_which_it_lied_left_out(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    check_own(play.alice.view, play.alice.chain, [play.ledger.at_anchor(ALICE, 3)])


def a_first_contact_of_last_week(play: Stage) -> None:
    data = play.ledger.lookup(ALICE).encode()
    vouch(play.config, ALICE, data, [play.alice.signing.verifying], play.now + 7 * DAY)


def a_first_contact_from_another_truth(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    play.bob.catch_up(play.ledger, play.now)
    data, keys = other.lookup(ALICE).encode(), [play.alice.signing.verifying]
    vouch(play.config, ALICE, data, keys, play.now, view=play.bob.view)


def evidence_against_keys_that_nobody_pinned(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    notes = Notes(play.ledger.note(), other.note())
    verdict.verify(accusation(Kind.TWO_ROOTS, play.config, notes).evidence, {bytes(32).hex()})


def a_dispute_of_a_stranger(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    try:
        play.alice.look_at_self(play.ledger, play.now)
    except DisplacedError as displaced:
        said: Record = dispute(displaced, eve, 1)
        accuse(play.config, displaced, play.alice.signing.verifying, said)


@dataclass(frozen=True)
class Rule:
    """A function of the product, the lie that it stops, and how."""

    name: str
    lie: Callable[[Stage], None]
    error: type[DoorlessError]


RULES = [
    Rule("head.check_clock", a_frozen_log, StaleLogError),
    Rule("head.check_continues", a_shorter_log, StaleLogError),
    Rule("head.check_anchor_age", no_more_anchors, ProofError),
    Rule("head.check_next_anchor", an_anchor_left_out, ProofError),
    Rule("lookup.check_fits", an_old_version, MisconductError),
    Rule("lookup.check_signed", an_unsigned_record, ForgedError),
    Rule("view.LogView.check_witnessed", changed_keys_that_no_witness_saw, UnwitnessedError),
    Rule("own_check.check_own_history", our_version_gone, MisconductError),
    Rule("own_check.check_announced", a_device_nobody_told_us_of, UnannouncedError),
    Rule("own_check.check_promise", an_update_that_is_dropped, MisconductError),
    Rule("own_check.check_stamp", an_update_stamped_before_it_was_asked_for, ProofError),
    Rule("owner.check_due", a_promise_for_next_year, ProofError),
    Rule("own_anchors.check_own_anchor", another_version_at_an_anchor, MisconductError),
    Rule("own_anchors.check_own_anchors", the_anchor_at_which_it_lied_left_out, ProofError),
    Rule("staple.check_fresh", a_first_contact_of_last_week, StaleLogError),
    Rule("staple.check_same_size", a_first_contact_from_another_truth, MisconductError),
    Rule("verdict.check_pinned", evidence_against_keys_that_nobody_pinned, UnpinnedError),
    Rule("verdict.check_dispute", a_dispute_of_a_stranger, ForgedError),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_stops_a_lie(rule: Rule) -> None:
    with pytest.raises(rule.error):
        rule.lie(stage(versions=2))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_it_the_lie_is_believed(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"doorless_protocol.log.{rule.name}", lambda *_, **__: None)
    rule.lie(stage(versions=2))
