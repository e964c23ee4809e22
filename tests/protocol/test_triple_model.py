"""Ratchets against a model: each message opens once, and epochs go on, whatever is lost."""

from random import Random as Seeded

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from doorless_lab.ratchets import Side, pair
from doorless_protocol.errors import ForgedError, ReplayedError
from doorless_protocol.ratchet.hop import Answering


class Ratchets(RuleBasedStateMachine):
    """Two sides and a network that reorders, loses, repeats and spoils. The model is a set."""

    sent: Bundle[tuple[int, bytes, bytes]] = Bundle("sent")

    @initialize()
    def meet(self) -> None:
        self.sides = pair(Seeded(0).randbytes)
        self.opened: set[bytes] = set()
        self.count = 0
        self.began = False

    @rule(target=sent, side=st.integers(0, 1), size=st.integers(0, 900))
    def say(self, side: int, size: int) -> tuple[int, bytes, bytes]:
        if side == 1 and not self.began:
            side = 0
        content = b"%d:" % self.count + bytes(size)
        self.count += 1
        return side, content, self.sides[side].says(content)

    @rule(message=sent)
    def deliver(self, message: tuple[int, bytes, bytes]) -> None:
        side, content, envelope = message
        receiver = self.sides[1 - side]
        if envelope in self.opened:
            # a live key, or one that a later turn has already replaced
            refused(receiver, envelope)
        else:
            assert receiver.hears(envelope) == content
            self.opened.add(envelope)
            self.began = True

    @rule(message=sent, at=st.integers(0, 2047), bit=st.integers(0, 7))
    def spoil(self, message: tuple[int, bytes, bytes], at: int, bit: int) -> None:
        side, _, envelope = message
        spoilt = bytearray(envelope)
        spoilt[at] ^= 1 << bit
        refused(self.sides[1 - side], bytes(spoilt))

    @rule(message=sent)
    def reflect(self, message: tuple[int, bytes, bytes]) -> None:
        side, _, envelope = message
        refused(self.sides[side], envelope)

    @invariant()
    def late_keys_are_counted(self) -> None:
        for side in getattr(self, "sides", ()):
            late = side.state.late
            assert late.count == sum(chain.size() for chain in late.chains.values())

    @invariant()
    def labels_stay_close(self) -> None:
        states = [side.state for side in getattr(self, "sides", ())]
        for state in states:
            epoch = state.epochs.epoch
            assert epoch.heard <= state.hop.epoch <= epoch.heard + 1
            assert bool(epoch.ready) == isinstance(state.hop, Answering)
            assert bool(epoch.coming) == bool(epoch.next_turn_secret)
        if states:
            assert abs(states[0].hop.epoch - states[1].hop.epoch) <= 1

    def teardown(self) -> None:
        """Whatever was lost, late or repeated: talking on advances the epochs."""
        if not hasattr(self, "sides"):
            return
        before = self.sides[0].state.hop.epoch
        for turn in range(16):
            envelope = self.sides[turn & 1].says(b"on")
            assert self.sides[1 - (turn & 1)].hears(envelope) == b"on"
        assert self.sides[0].state.hop.epoch >= before + 4


def refused(side: Side, envelope: bytes) -> None:
    """Seen before, spoilt, or from the wrong side; which of these is another test's."""
    before = side.state
    with pytest.raises((ForgedError, ReplayedError)):
        side.hears(envelope)
    assert side.state is before


class TestRatchets(Ratchets.TestCase):
    settings = settings(max_examples=40, stateful_step_count=60, deadline=None)
