"""Keys that took the place of others wait for a whole window, whoever chooses the moment."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import MissingRecordsError, ProofError
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.lookup import Looked, Notice, look_up
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.record import RecordKind
from logstage import ALICE, DAY, Stage, stage

CLOSE, CREATE, DISPUTE, RESET, UPDATE = (
    RecordKind.CLOSE,
    RecordKind.CREATE,
    RecordKind.DISPUTE,
    RecordKind.RESET,
    RecordKind.UPDATE,
)


@pytest.fixture
def play() -> Stage:
    """Two anchors are past, and what Alice wrote stood in both."""
    play = stage(versions=2)
    play.anchor()
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    play.alice.catch_up(play.ledger, play.now)
    return play


@pytest.fixture
def eve(play: Stage) -> SigningKey:
    return SigningKey.draw(play.random.randbytes)


def look(play: Stage, *keys: SigningKey) -> Looked:
    signers = [key.verifying for key in (play.alice.signing, *keys)]
    return play.bob.look(play.ledger, ALICE, signers, play.now)


def write(play: Stage, *records: tuple[SigningKey, RecordKind]) -> None:
    """Each in an epoch of its own, one after the other."""
    head = b""
    for key, kind in records:
        head = play.ghost(key, kind, after=head)
        play.ledger.show(ALICE, head)
        play.epoch()


def anchors_that_it_waits_for(play: Stage) -> int:
    """How many pass until Bob, who checks each, may use what he pinned."""
    for number in range(4):
        pin = play.bob.pins[ALICE]
        assert Pin.decode(pin.encode()) == pin
        if not pin.waits:
            return number
        assert pin.is_pending, "nobody would ask for the anchor that ends it"
        play.anchor()
        play.bob_checks()
    raise AssertionError("it waits for ever")


def a_moment_before_the_anchor(play: Stage) -> None:
    play.epoch(DAY - play.now % DAY - 20)


def test_a_reset_waits_until_it_stood_from_one_anchor_to_the_next(
    play: Stage, eve: SigningKey
) -> None:
    play.bob_looks()
    a_moment_before_the_anchor(play)
    write(play, (eve, RESET))
    assert look(play, eve).notices == {Notice.RESET, Notice.ACCOUNT_CHANGED}
    assert anchors_that_it_waits_for(play) == 2


def looks_after_each_anchor(play: Stage, eve: SigningKey, days: int) -> bool:
    """Bob wants to write: he looks behind each anchor, before he finds the pin in it."""
    play.bob_looks()
    write(play, (eve, RESET))
    look(play, eve)
    for _ in range(days):
        play.anchor()
        play.epoch()
        look(play, eve)
        play.bob_checks()
    return play.bob.pins[ALICE].waits


def test_who_looks_often_waits_no_longer(play: Stage, eve: SigningKey) -> None:
    assert not looks_after_each_anchor(play, eve, days=2)


def test_if_each_look_moved_the_pin_on_it_would_wait_for_ever(
    play: Stage, eve: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_protocol.log.lookup.is_waiting_still", lambda *_: False)
    assert looks_after_each_anchor(play, eve, days=5)


def test_a_first_look_at_a_reset_waits_too(play: Stage, eve: SigningKey) -> None:
    a_moment_before_the_anchor(play)
    write(play, (eve, RESET))
    assert look(play, eve).notices == {Notice.RESET}
    assert anchors_that_it_waits_for(play) == 2


@pytest.mark.parametrize("is_known", [True, False])
def test_a_reset_in_the_anchor_itself_waits_for_the_next(
    play: Stage, eve: SigningKey, *, is_known: bool
) -> None:
    if is_known:
        play.bob_looks()
    play.ledger.show(ALICE, play.ghost(eve, RESET))
    play.anchor()
    look(play, eve)
    assert anchors_that_it_waits_for(play) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_what_came_after_a_reset_does_not_hide_it(
    play: Stage, eve: SigningKey, *, is_known: bool
) -> None:
    if is_known:
        play.bob_looks()
    write(play, (eve, RESET), (eve, UPDATE), (eve, UPDATE))
    assert Notice.RESET in look(play, eve).notices
    assert anchors_that_it_waits_for(play) == 2


def test_nor_does_a_reset_to_the_same_account(play: Stage) -> None:
    """By who found the recovery words: the account is the same, and its devices are not."""
    play.bob_looks()
    write(play, (play.alice.signing, RESET), (play.alice.signing, UPDATE))
    assert look(play).notices == {Notice.RESET}
    play.epoch()
    assert look(play).pin.waits, "a second look makes it no older"
    assert anchors_that_it_waits_for(play) == 2


def test_a_first_look_long_after_takes_the_logs_word(play: Stage, eve: SigningKey) -> None:
    write(play, (eve, RESET))
    play.anchor()
    play.anchor()
    play.epoch()
    play.bob.catch_up(play.ledger, play.now)
    assert not look(play, eve).pin.waits
    del play.bob.pins[ALICE]
    write(play, (eve, UPDATE))  # of the version before the reset, which is old enough


def test_who_knew_the_owner_waits_for_an_anchor_that_he_finds_it_in(
    play: Stage, eve: SigningKey
) -> None:
    play.bob_looks()
    write(play, (eve, RESET))
    play.anchor()
    play.anchor()
    play.epoch()
    play.bob.catch_up(play.ledger, play.now)
    assert look(play, eve).pin.waits
    assert anchors_that_it_waits_for(play) == 1


def test_what_changed_meanwhile_is_read_at_the_next_look(play: Stage, eve: SigningKey) -> None:
    play.bob_looks()
    write(play, (eve, RESET))
    look(play, eve)
    reset = play.ledger.shown[ALICE]
    assert reset is not None
    play.ledger.show(ALICE, play.ghost(eve, UPDATE, after=reset))
    play.epoch()
    play.anchor()
    play.bob_checks()
    pin = play.bob.pins[ALICE]
    assert pin.waits
    assert not pin.is_pending, "the anchor holds another version than the one that waits"
    play.epoch()
    assert look(play, eve).pin.waits
    assert anchors_that_it_waits_for(play) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_a_reset_that_was_disputed_does_not_wait(
    play: Stage, eve: SigningKey, *, is_known: bool
) -> None:
    if is_known:
        play.bob_looks()
    write(play, (eve, RESET), (play.alice.signing, DISPUTE))
    looked = look(play, eve)
    assert looked.notices == {Notice.DISPUTED}
    assert not looked.pin.waits


def test_a_closed_name_that_somebody_else_took_waits_for_who_knew_the_owner(
    play: Stage, eve: SigningKey
) -> None:
    """No reset, and other keys all the same; whoever wrote the close."""
    play.bob_looks()
    write(play, (play.alice.signing, CLOSE), (eve, CREATE), (eve, UPDATE))
    looked = look(play, eve)
    assert looked.notices == {Notice.RESET, Notice.ACCOUNT_CHANGED}
    assert looked.pin.since == play.ledger.size - 2
    assert anchors_that_it_waits_for(play) == 2


def test_of_a_closed_label_the_newest_record_says_all(play: Stage) -> None:
    write(play, (play.alice.signing, UPDATE), (play.alice.signing, CLOSE))
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    erased = play.ledger.entry(ALICE, 0, play.ledger.size - 1, opened=1)
    keys = [play.alice.signing.verifying]
    proof = replace(proof, entries=(erased,))
    looked = look_up(play.bob.view, proof, 0, ALICE, None, keys, play.now)
    assert looked.notices == {Notice.CLOSED}


def test_who_held_nobody_reads_what_is_young_and_not_what_is_old(play: Stage) -> None:
    keys = [play.alice.signing.verifying]
    for young in range(3):
        proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
        newest = play.ledger.entry(ALICE, 0, play.ledger.size - 1, opened=1)
        proof = replace(proof, entries=(newest,))
        if young < 2:
            look_up(play.bob.view, proof, 0, ALICE, None, keys, play.now)
        else:
            with pytest.raises(MissingRecordsError) as raised:
                look_up(play.bob.view, proof, 0, ALICE, None, keys, play.now)
            assert (raised.value.after, raised.value.until) == (2, 4)
        play.alice_publishes()


def test_a_chain_that_hides_what_is_young_is_refused(play: Stage, eve: SigningKey) -> None:
    write(play, (eve, RESET), (eve, UPDATE))
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    hidden = replace(proof, entries=(proof.entries[0].newest(),))
    with pytest.raises(ProofError, match="leaves out what version 4 followed"):
        look_up(play.bob.view, hidden, 0, ALICE, None, [eve.verifying], play.now)
