"""The Double Ratchet by itself: keys agree, turns heal, gaps are bounded."""

from collections.abc import Callable

import pytest

from doorless_protocol.errors import BrokenSessionError, SkippedTooFarError
from doorless_protocol.primitives import AgreementKey, HeaderKey, hkdf
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain
from doorless_protocol.ratchet.double import MAX_GAP, Double, Passed
from doorless_protocol.ratchet.triple import Seeds

Random = Callable[[int], bytes]
SECRET = b"turn secret".ljust(32)


def pair(random: Random) -> tuple[Double, Double]:
    root, key_a, key_b, prekey = random(32), random(32), random(32), AgreementKey(random(32))
    alice = Double.start(root, prekey.public(), key_a, key_b, 1, SECRET, random)
    return alice, Double.accept(root, prekey, key_a, key_b, 1)


def one_message(sender: Double, receiver: Double, random: Random) -> tuple[Double, Double]:
    """Send one message, and check that both sides have the same key for it."""
    if sender.keys.due:
        sender = sender.answer(1, SECRET, random)
    sender, out_key, number, key = sender.send()
    keys = sender.keys
    if receiver.keys.in_key == out_key:
        receiver, passed, heard = receiver.hear(keys.public, number)
    else:
        assert receiver.keys.next_in_key == out_key
        receiver, passed, heard = receiver.turn(keys.public, keys.previous, number, SECRET)
    assert (heard, passed) == (key, [])
    return sender, receiver


def test_both_sides_derive_the_same_keys_whoever_speaks(random: Random) -> None:
    alice, bob = pair(random)
    for turn in (1, 3, 1, 2):
        for _ in range(turn):
            alice, bob = one_message(alice, bob, random)
        for _ in range(turn):
            bob, alice = one_message(bob, alice, random)


def test_who_answers_has_heard_no_key_before_the_first_message(random: Random) -> None:
    _, bob = pair(random)
    assert (bob.keys.theirs, bob.keys.previous) == (b"", 0)
    assert bob.keys.due is False


def test_a_turn_derives_what_the_specification_says(random: Random) -> None:
    root, prekey = random(32), AgreementKey(random(32))
    alice = Double.start(root, prekey.public(), bytes(32), bytes(32), 1, SECRET, random)
    shared = prekey.agree(alice.keys.public)
    out = hkdf(root, shared + SECRET, b"doorless/1 root", 96)
    assert alice.keys.root == out[:32]
    assert alice.sending == Chain(out[32:64])
    assert alice.keys.next_out_key == HeaderKey(out[64:])


def test_nobody_sends_in_the_old_chain_while_a_turn_is_due(random: Random) -> None:
    alice, bob = one_message(*pair(random), random)
    bob, alice = one_message(bob, alice, random)
    with pytest.raises(ValueError, match="answered"):
        alice.send()


def test_every_turn_brings_new_keys_of_headers_and_chains(random: Random) -> None:
    alice, bob = pair(random)
    seen = set()
    for _ in range(5):
        alice, bob = one_message(alice, bob, random)
        bob, alice = one_message(bob, alice, random)
        assert alice.sending
        assert alice.keys.out_key
        seen |= {alice.sending.key, alice.keys.out_key.raw, alice.keys.public, alice.keys.root}
    assert len(seen) == 20


def test_another_turn_secret_gives_other_keys(random: Random) -> None:
    alice, bob = pair(random)
    alice, _, number, key = alice.send()
    _, _, heard = bob.turn(alice.keys.public, 0, number, bytes(32))
    assert heard != key


def test_hearing_draws_nothing(random: Random) -> None:
    alice, bob = pair(random)
    alice, bob = one_message(alice, bob, random)
    assert bob.keys.due
    assert bob.sending is None
    with pytest.raises(ValueError, match="answered"):
        bob.send()


def test_the_responder_cannot_write_first(random: Random) -> None:
    _, bob = pair(random)
    with pytest.raises(ValueError, match="before the first message"):
        bob.send()


def test_a_full_chain_sends_no_more(random: Random) -> None:
    alice, _ = pair(random)
    full = Double(alice.keys, Chain(b"k" * 32, LAST_NUMBER), None)
    with pytest.raises(ValueError, match="full"):
        full.send()


def test_a_gap_counts_the_tail_of_the_old_chain_and_the_head_of_the_new(random: Random) -> None:
    alice, bob = pair(random)
    alice, bob = one_message(alice, bob, random)
    bob, alice = one_message(bob, alice, random)
    theirs = alice.answer(1, SECRET, random).keys.public
    heard = 1
    _, passed, _ = bob.turn(theirs, heard + MAX_GAP - 10, 10, SECRET)
    assert len(passed) == MAX_GAP
    with pytest.raises(SkippedTooFarError):
        bob.turn(theirs, heard + MAX_GAP - 10, 11, SECRET)


def test_a_turn_that_shortens_the_last_chain_is_refused(random: Random) -> None:
    alice, bob = pair(random)
    for _ in range(3):
        alice, bob = one_message(alice, bob, random)
    bob, alice = one_message(bob, alice, random)
    theirs = alice.answer(1, SECRET, random).keys.public
    with pytest.raises(BrokenSessionError):
        bob.turn(theirs, 2, 0, SECRET)


def test_a_first_turn_with_a_past_is_refused(random: Random) -> None:
    alice, bob = pair(random)
    with pytest.raises(BrokenSessionError):
        bob.turn(alice.keys.public, 1, 0, SECRET)


def test_nobody_turns_twice_without_an_answer(random: Random) -> None:
    alice, bob = pair(random)
    alice, bob = one_message(alice, bob, random)
    with pytest.raises(BrokenSessionError):
        bob.turn(AgreementKey(random(32)).public(), 1, 0, SECRET)


def test_the_ratchet_key_stays_within_a_chain(random: Random) -> None:
    alice, bob = pair(random)
    alice, bob = one_message(alice, bob, random)
    with pytest.raises(BrokenSessionError):
        bob.hear(AgreementKey(random(32)).public(), 1)


def test_no_key_is_in_a_representation() -> None:
    assert "kkk" not in repr(Passed(HeaderKey(b"k" * 32), 7, b"k" * 32))
    assert "kkk" not in repr(Seeds.split(b"k" * 160))
