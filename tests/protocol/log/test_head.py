"""Following a log: only what continues ours, is of now, and skips no anchor."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    FrozenLogError,
    MalformedError,
    MisconductError,
    ProofError,
    StaleLogError,
    UnconnectedError,
)
from doorless_protocol.log import head as rules
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.proofs import AnchorList, HeadProof
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import MAX_ANCHORS, LogView
from logstage import DAY, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def test_a_head_that_continues_ours_is_ours(play: Stage) -> None:
    before = play.bob.view
    play.epoch()
    after = accept_head(before, play.ledger.head(before.size), play.now)
    assert (after.size, after.root) == (play.ledger.size, play.ledger.root())
    assert after.epoch == play.ledger.size - 1
    again = accept_head(after, play.ledger.head(after.size), play.now)
    assert (again.size, again.root) == (after.size, after.root)


def test_a_first_head_needs_no_consistency(play: Stage) -> None:
    view = accept_head(LogView.begin(play.config), play.ledger.head(), play.now)
    assert view.size == play.ledger.size


def refused(view: LogView, proof: HeadProof, now: int, error: type[Exception]) -> None:
    before = view.encode()
    with pytest.raises((error, MalformedError)):
        accept_head(view, HeadProof.decode(proof.encode()), now)
    assert view.encode() == before


def test_a_shorter_log_is_refused(play: Stage) -> None:
    view = accept_head(play.bob.view, play.ledger.head(play.bob.view.size), play.now)
    refused(view, play.ledger.head(size=view.size - 1), play.now, StaleLogError)


def test_consistency_from_another_size_is_refused(play: Stage) -> None:
    assert play.bob.view.size == 1
    play.epoch()
    refused(play.bob.view, play.ledger.head(2), play.now, ProofError)
    refused(play.bob.view, play.ledger.head(0), play.now, ProofError)


def test_a_proof_that_is_altered_is_refused(play: Stage) -> None:
    for _ in range(3):
        play.epoch()
    view = play.bob.view
    proof = play.ledger.head(view.size)
    path = proof.inclusion
    altered = [
        replace(proof, inclusion=path[:-1]),
        replace(proof, inclusion=(*path, bytes(32))),
        replace(proof, inclusion=path[::-1]),
        replace(proof, inclusion=()),
        replace(proof, leaf=play.ledger.epochs[-2].leaf),
        replace(proof, note=play.ledger.note(play.ledger.size - 1)),
        replace(proof, anchor=None),
        replace(proof, consistency=proof.consistency[:-1]),
        replace(proof, consistency=(*proof.consistency, bytes(32))),
        replace(proof, consistency=proof.consistency[::-1]),
    ]
    accept_head(view, proof, play.now)
    for each in altered:
        refused(view, each, play.now, ProofError)


def test_bytes_behind_a_proof_and_before_its_end_are_refused(play: Stage) -> None:
    data = play.ledger.head(1).encode()
    assert HeadProof.decode(data).encode() == data
    for wrong in (data + b"\0", data[:-1], b""):
        with pytest.raises(MalformedError):
            HeadProof.decode(wrong)


def test_two_logs_of_one_size_convict(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    view = accept_head(play.bob.view, play.ledger.head(1), play.now)
    with pytest.raises(MisconductError) as raised:
        accept_head(view, other.head(view.size), play.now)
    assert raised.value.kind == "E1"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_a_frozen_view_takes_nothing(play: Stage) -> None:
    frozen = play.bob.view.freeze(b"evidence")
    assert frozen.freeze(b"more").frozen == b"evidence"
    refused(frozen, play.ledger.head(1), play.now, FrozenLogError)


def test_two_heads_that_nothing_connects_are_a_challenge(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    other.publish(play.now + 2)
    view = accept_head(play.bob.view, play.ledger.head(1), play.now)
    with pytest.raises(UnconnectedError) as raised:
        accept_head(view, other.head(view.size), play.now)
    assert verify(raised.value.challenge, {play.config.hash.hex()}).is_challenge


def test_a_head_is_of_now(play: Stage) -> None:
    proof = play.ledger.head(1)
    for late in (900, -120):
        accept_head(play.bob.view, proof, play.now + late)
    for late in (901, -121):
        refused(play.bob.view, proof, play.now + late, StaleLogError)
    within = replace(proof.leaf, time_ms=proof.leaf.time_ms + 999)  # a clock of whole seconds
    rules.check_clock(play.config, within, play.now - 120)


def test_without_the_rule_a_frozen_log_would_pass(
    play: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "check_clock", lambda *_: None)
    accept_head(play.bob.view, play.ledger.head(1), play.now + DAY)


def test_a_log_that_makes_no_more_anchors_is_refused(play: Stage) -> None:
    window = play.config.window * 1000
    leaf = play.ledger.epochs[1].leaf
    anchor = play.ledger.epochs[0].leaf
    rules.check_anchor_age(play.config, leaf, anchor)
    last = replace(leaf, anchor_no=2, time_ms=anchor.time_ms + 3 * window // 2)
    rules.check_anchor_age(play.config, last, anchor)
    with pytest.raises(StaleLogError):
        rules.check_anchor_age(play.config, replace(last, time_ms=last.time_ms + 1), anchor)
    skipped = replace(leaf, time_ms=(anchor.time_ms // window + 1) * window)
    with pytest.raises(ProofError, match="had to be an anchor"):
        rules.check_anchor_age(play.config, skipped, anchor)


def test_anchors_follow_one_another(play: Stage) -> None:
    for _ in range(MAX_ANCHORS + 2):
        play.anchor()
    newest = play.bob.view.newest_anchor
    assert newest is not None
    head, listed = play.ledger.anchors(newest.anchor_no, play.bob.view.size)
    view = accept_anchors(play.bob.view, head, listed, play.now)
    assert [leaf.anchor_no for leaf in view.anchors] == list(range(4, 12))
    assert not view.has_new_anchor
    for leaf in view.anchors:
        signed = view.signed_anchor(leaf.anchor_no)
        signed.check(play.config)
        assert signed.shown == leaf
    with pytest.raises(ProofError):
        view.signed_anchor(3)
    with pytest.raises(ProofError, match="not among those that are kept"):
        view.signed_anchor(99)


def test_a_second_anchor_in_the_window_of_ours_is_refused(play: Stage) -> None:
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    newest = play.bob.view.newest_anchor
    assert newest is not None
    again = play.epoch(60)
    play.ledger.epochs.pop()
    ledger = play.ledger.fork()
    ledger.put(replace(again, leaf=replace(again.leaf, anchor_no=newest.anchor_no + 1)))
    head, listed = ledger.anchors(newest.anchor_no, play.bob.view.size)
    with pytest.raises(ProofError, match="in the window of the one before"):
        accept_anchors(play.bob.view, head, listed, play.now)


def test_an_anchor_that_is_left_out_is_seen(play: Stage) -> None:
    for _ in range(3):
        play.anchor()
    head, listed = play.ledger.anchors(1, play.bob.view.size)
    leaves = listed.leaves
    for wrong in (
        AnchorList(leaves[1:], listed.inclusion),
        AnchorList((leaves[0], leaves[2]), listed.inclusion),
        AnchorList((*leaves[1:], leaves[0]), listed.inclusion),
        AnchorList(leaves, listed.inclusion[:-1]),
        AnchorList(leaves[:-1], listed.inclusion),
        AnchorList((play.ledger.epochs[1].leaf,), listed.inclusion),
    ):
        before = play.bob.view.encode()
        with pytest.raises(ProofError):
            accept_anchors(play.bob.view, head, wrong, play.now)
        assert play.bob.view.encode() == before


def test_a_stored_view_is_the_same_view(play: Stage) -> None:
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    for view in (LogView.begin(play.config), play.bob.view, play.bob.view.freeze(b"why")):
        assert LogView.decode(view.encode()) == view
    data = play.bob.view.encode()
    for wrong in (data[:-1], data + b"\0", b"\x02" + data[1:]):
        with pytest.raises(MalformedError):
            LogView.decode(wrong)
