"""What is stored or sent of the key log has one form."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import NO_HEAD, Step
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.owner import OwnChain, prepare
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import MAX_STEPS, Sighting, Trail, encode_trail, read_trail
from doorless_protocol.log.staple import vouch
from logstage import ALICE, Stage, stage
from one_form import check_one_form, reads


@pytest.fixture
def play() -> Stage:
    """Alice's label is not the only one in the map."""
    play = stage(versions=2)
    heads = {**play.ledger.epochs[-1].heads, bytes(32): b"\5" * 32, b"\xff" * 32: b"\5" * 32}
    play.now += 10
    play.ledger.append(play.now, heads, ())
    return play


def test_a_sighting_has_one_form(play: Stage) -> None:
    play.bob_looks()
    there = play.bob.pins[ALICE].sighting
    check_one_form(there, Sighting.decode)
    play.ledger.append(play.now + 1, {b"\xff" * 32: b"\5" * 32}, ())
    play.now += 10
    other = play.ledger.path(there.index, play.ledger.size - 1)
    check_one_form(replace(there, path=other, trail=None), Sighting.decode)


def test_a_pin_has_one_form(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.bob_looks()
    pin = play.bob.pins[ALICE]
    check_one_form(pin, Pin.decode)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    play.bob.look(play.ledger, ALICE, [eve.verifying], play.now)
    replaced = play.bob.pins[ALICE].standing
    assert replaced is not None
    assert replaced.replaced is not None
    check_one_form(play.bob.pins[ALICE], Pin.decode)
    data = play.ledger.lookup(ALICE, 0, 1).encode()
    check_one_form(vouch(play.config, ALICE, data, [eve.verifying], play.now).pin, Pin.decode)


def test_an_own_chain_has_one_form(play: Stage) -> None:
    own = play.alice.chain
    check_one_form(own, OwnChain.decode)
    record = play.alice.record(RecordKind.UPDATE, play.now, b"\5" * 32)
    check_one_form(prepare(play.alice.view, own, record, bytes(16)), OwnChain.decode)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    check_one_form(play.alice.chain, OwnChain.decode)


def test_an_answer_has_one_form(play: Stage) -> None:
    proof = play.ledger.lookup(ALICE, 0, 1)
    assert proof.head.anchor is not None
    sealed = play.ledger.entry(ALICE, 0, play.ledger.size - 1, opened=1)
    check_one_form(replace(proof, entries=(sealed,)), LookupProof.decode)


def test_misplaced_entries_have_one_form(play: Stage) -> None:
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    one, other = (Placed.of(play.alice.view.signed_anchor(number)) for number in (1, 2))
    for value in (Misplaced(one), Misplaced(one, other)):
        check_one_form(value, reads(Misplaced.read))


def test_a_trail_has_at_most_so_many_steps() -> None:
    step, decode = Step(1, bytes(32)), reads(read_trail)
    longest = Trail(0, NO_HEAD, (step,) * MAX_STEPS)
    assert decode(encode_trail(longest)) == longest
    for steps in ((), (step,) * (MAX_STEPS + 1)):
        with pytest.raises(MalformedError):
            decode(encode_trail(Trail(0, NO_HEAD, steps)))
