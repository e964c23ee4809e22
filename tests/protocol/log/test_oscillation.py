"""A log that lies for an hour: whoever believed it has evidence at the next anchor.

The toy model of the argument: a dishonest log schedules what it shows of one label, epoch by
epoch. Alice owns the label and checks each anchor; Bob looks now and then, and checks the first
anchor behind what he saw.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from doorless_protocol.errors import GhostError, MisconductError
from doorless_protocol.log.verdict import verify
from logstage import ALICE, Stage, stage


def caught(play: Stage) -> MisconductError | GhostError | None:
    """What the next anchor brings to light, by whoever sees it."""
    play.anchor()
    for check in (play.bob_checks, play.alice_checks):
        try:
            check()
        except MisconductError as misconduct:
            verify(misconduct.evidence, {play.config.hash.hex()})
            return misconduct
        except GhostError as ghost:
            return ghost
    return None


def test_an_honest_log_raises_no_alarm() -> None:
    play = stage(versions=2)
    for _ in range(3):
        play.bob_looks()
        play.alice_publishes()
        play.bob_looks()
        assert caught(play) is None


def test_a_key_that_is_added_and_taken_back_between_anchors_is_seen_by_who_used_it() -> None:
    play = stage()
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.bob_looks()
    play.ledger.show_truth(ALICE)
    found = caught(play)
    assert isinstance(found, MisconductError)
    assert found.kind == "E4"


def test_a_key_that_is_added_and_stays_is_seen_by_its_owner() -> None:
    play = stage()
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.bob_looks()
    assert isinstance(caught(play), GhostError)


def rolled_back_for_a_while(play: Stage) -> MisconductError | GhostError | None:
    old = play.alice.chain.links[0].head
    play.ledger.show(ALICE, old)
    play.epoch()
    play.bob_looks()  # for the first time: nothing tells him that this is old
    play.ledger.show_truth(ALICE)
    play.epoch()
    return caught(play)


def test_a_label_that_is_rolled_back_for_a_while_is_seen_by_who_looked() -> None:
    found = rolled_back_for_a_while(stage(versions=2))
    assert isinstance(found, MisconductError)
    assert found.kind == "E4"
    assert "entered in epoch" in found.what


def test_without_the_stamp_nobody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sees_no_stamp = "doorless_protocol.log.sighting.stamp_contradiction"
    monkeypatch.setattr(sees_no_stamp, lambda early, late: None)
    assert rolled_back_for_a_while(stage(versions=2)) is None


def test_a_label_that_was_called_absent_for_a_while_is_seen_by_who_looked() -> None:
    play = stage()
    play.ledger.show(ALICE, None)
    play.epoch()
    play.bob_looks()
    assert play.bob.pins[ALICE].standing is None
    play.ledger.show_truth(ALICE)
    found = caught(play)
    assert isinstance(found, MisconductError)
    assert found.kind == "E4"


def test_absence_that_was_true_is_settled() -> None:
    play = stage(versions=0)
    play.bob_looks()
    play.alice_publishes()
    assert caught(play) is None
    assert not play.bob.pins[ALICE].is_pending


class Oscillation(RuleBasedStateMachine):
    """Any schedule of truths and lies. Who was shown a lie has evidence at the next anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    @precondition(lambda self: self.over)
    @rule()
    def begin(self) -> None:
        """Another log: this one was caught."""
        self.play = stage(seed=7, versions=1)
        self.was_lied_to = False
        self.over = False

    def is_lie(self) -> bool:
        """Whether the newest epoch shows something else than what Alice wrote."""
        shown = self.play.ledger.epochs[-1].heads.get(self.play.ledger.index(ALICE))
        return shown != self.play.alice.chain.head

    def attempt(self, step: object) -> None:
        assert callable(step)
        lie = self.is_lie()
        try:
            step()
        except MisconductError as misconduct:
            verify(misconduct.evidence, {self.play.config.hash.hex()})
            self.over = True
        except GhostError:
            self.over = True
        else:
            self.was_lied_to |= lie

    @precondition(lambda self: not self.over and not self.play.ledger.shown)
    @rule()
    def alice_publishes(self) -> None:
        if not self.is_lie():
            self.attempt(self.play.alice_publishes)

    @precondition(lambda self: not self.over)
    @rule(lie=st.sampled_from(["ghost", "old", "absent", "truth"]))
    def the_log_shows(self, lie: str) -> None:
        chain, ledger = self.play.alice.chain, self.play.ledger
        if lie == "truth":
            ledger.show_truth(ALICE)
        elif lie == "ghost":
            ledger.show(ALICE, self.play.ghost())
        else:
            ledger.show(ALICE, chain.links[0].head if lie == "old" else None)
        self.play.epoch()

    @precondition(lambda self: not self.over)
    @rule()
    def bob_looks(self) -> None:
        self.attempt(self.play.bob_looks)

    @precondition(lambda self: not self.over)
    @rule()
    def a_day_passes(self) -> None:
        """The anchor comes; both check it, the one after the other."""
        self.play.anchor()
        before = self.was_lied_to or self.is_lie()
        for check in (self.play.bob_checks, self.play.alice_checks):
            if not self.over:
                self.attempt(check)
        assert self.over == before, "a lie went unseen, or an honest log was accused"


Oscillation.TestCase.settings = settings(
    max_examples=12, stateful_step_count=10, deadline=None, derandomize=True
)
TestOscillation = Oscillation.TestCase
