"""A first contact shows the newest record alone: until it stood for a window, it says little."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import ProofError
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.lookup import look_up
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import compact
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.resets import stood
from doorless_protocol.log.staple import vouch
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    """Two anchors are past, and what Alice wrote stood in both."""
    play = stage(versions=2)
    play.anchor()
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    return play


@pytest.fixture
def eve(play: Stage) -> SigningKey:
    """She has reset the label, and updated it since."""
    eve = SigningKey.draw(play.random.randbytes)
    head = b""
    for kind in (RecordKind.RESET, RecordKind.UPDATE):
        head = play.ghost(eve, kind, after=head)
        play.ledger.show(ALICE, head)
        play.epoch()
    return eve


def vouched(play: Stage, key: SigningKey) -> Pin:
    data = compact(play.ledger.lookup(ALICE, 0, 1))
    pin = vouch(play.config, ALICE, data, [key.verifying], play.now).pin
    play.bob.catch_up(play.ledger, play.now)
    play.bob.pins[ALICE] = pin
    return pin


def test_it_is_read_as_if_nobody_had_been_known(play: Stage, eve: SigningKey) -> None:
    """Else the reset before the record that was shown would never be read."""
    pin = vouched(play, eve)
    assert pin.version == 4
    play.epoch()
    proof = play.ledger.lookup(ALICE, pin.version, play.bob.view.size)
    with pytest.raises(ProofError, match="leaves out what version 4 followed"):
        look_up(play.bob.view, proof, 0, ALICE, pin, [eve.verifying], play.now)
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    found = look_up(play.bob.view, proof, 0, ALICE, pin, [eve.verifying], play.now).pin
    assert found.waits
    assert found.vouched


def test_it_ends_with_the_wait(play: Stage, eve: SigningKey) -> None:
    vouched(play, eve)
    seen = []
    for _ in range(2):
        play.anchor()
        play.bob_checks()
        pin = play.bob.pins[ALICE]
        seen.append((pin.waits, pin.settled, pin.vouched))
    assert seen == [(True, False, True), (False, True, False)]


def test_a_wait_for_a_reset_that_was_read_is_no_such_thing(play: Stage, eve: SigningKey) -> None:
    play.bob.look(play.ledger, ALICE, [eve.verifying], play.now)
    play.anchor()
    play.bob_checks()
    pin = play.bob.pins[ALICE]
    assert pin.waits
    assert not pin.vouched


def test_not_even_the_first_version_is_hidden_behind_the_second() -> None:
    play = stage(versions=2)
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    hidden = replace(proof, entries=(proof.entries[0].newest(),))
    keys = [play.alice.signing.verifying]
    with pytest.raises(ProofError, match="leaves out what version 2 followed"):
        look_up(play.bob.view, hidden, 0, ALICE, None, keys, play.now)


def test_what_entered_with_an_anchor_stood_at_the_next() -> None:
    play = stage(versions=1)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.anchor()
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    newest = replace(proof, entries=(proof.entries[0].newest(),))
    keys = [play.alice.signing.verifying]
    assert look_up(play.bob.view, newest, 0, ALICE, None, keys, play.now).pin.version == 2


def test_what_stood_at_an_anchor_was_there_at_the_one_before() -> None:
    play = stage(versions=0)
    first, second = play.ledger.newest_anchor, play.anchor().leaf
    third = play.anchor().leaf
    assert (stood(first), stood(second), stood(third)) == (-1, first.epoch, second.epoch)
