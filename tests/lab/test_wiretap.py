"""What a recording of a conversation is worth to whoever has an oracle besides."""

from random import Random

import pytest

from doorless_lab.adversary import Adversary, reached
from doorless_lab.harvest import ClassicalTalk, Pair, ProductTalk, texts
from doorless_lab.powers import Quantum, StoreNow
from doorless_lab.scenario import Seat

DICE = Random(5)
PAIR, SAID = Pair(DICE.randbytes), texts(DICE.randbytes, 6)


@pytest.mark.parametrize("kem", [False, True])
def test_with_every_key_a_recording_says_what_was_said(kem: bool) -> None:
    recording = ClassicalTalk.of(PAIR, SAID, kem=kem).recording
    assert recording.opened(PAIR.oracle(curves=True, lattices=True)) == SAID
    assert recording.opened(PAIR.oracle()) == [None] * len(SAID)


def test_one_broken_half_opens_nothing_of_the_product() -> None:
    recording = ProductTalk.of(PAIR, SAID).recording
    assert all(recording.opened(PAIR.oracle(curves=True, lattices=True)))
    assert not any(recording.opened(PAIR.oracle(curves=True)))
    assert not any(recording.opened(PAIR.oracle(lattices=True)))


def test_a_recording_holds_no_key_and_no_text() -> None:
    talks = ClassicalTalk.of(PAIR, SAID, kem=True), ProductTalk.of(PAIR, SAID)
    for talk in talks:
        tap = Adversary(Seat.MALLORY, StoreNow(talk.recording), Quantum(PAIR.oracle(curves=True)))
        held = [one for one in reached(tap) if isinstance(one, bytes)]
        assert not any(text in one for text in SAID for one in held)


def test_a_thief_reads_on_from_the_theft() -> None:
    talk = ClassicalTalk.of(PAIR, SAID, kem=True)
    recording = talk.recording.since(4)
    assert recording.followed(talk.copied(4), PAIR.oracle(curves=True)) == SAID[4:]
