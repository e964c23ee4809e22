"""The post-quantum chains: derived as specified, and passed over epoch after epoch."""

import pytest

from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.primitives import hkdf
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain
from doorless_protocol.ratchet.epochs import Epochs

SEED = b"seed of the hop chain".ljust(32)
SECRET = b"what epoch 1 agreed on".ljust(32)


def both() -> tuple[Epochs, Epochs]:
    return Epochs.start(True, SEED), Epochs.start(False, SEED)


def moved() -> tuple[Epochs, Epochs, list[tuple[int, bytes]]]:
    """Bob has answered in epoch 1 after three messages; Alice speaks in the next one."""
    alice, bob = both()
    sent = []
    for _ in range(3):
        bob, _, key = bob.send()
        sent.append((1, key))
    bob = bob.add(1, SECRET)
    alice = alice.hear(1, 2, 2)[0].add(1, SECRET).speak()
    return alice, bob, sent


def test_epoch_0_is_derived_as_the_specification_says() -> None:
    out = hkdf(bytes(32), SEED, b"doorless/1 pq chains" + bytes(8), 128)
    epochs, _ = both()
    assert epochs.epoch.root == out[:32]
    assert epochs.sending == Chain(out[32:64])
    assert epochs.receiving == Chain(out[64:96])
    assert epochs.turn_secret_of(1) == out[96:]


def test_the_next_epoch_is_derived_as_the_specification_says() -> None:
    epochs, _ = both()
    label = b"doorless/1 pq chains" + (1).to_bytes(8, "big")
    out = hkdf(epochs.epoch.root, SECRET, label, 128)
    added = epochs.add(1, SECRET)
    assert added.epoch.root == out[:32]
    assert (added.epoch.ready, added.epoch.coming) == (out[32:64], out[64:96])
    assert added.turn_secret_of(2) == out[96:]
    assert (added.sending, added.receiving) == (epochs.sending, epochs.receiving)


def test_what_one_side_sends_in_the_other_receives_in() -> None:
    alice, bob = both()
    for epochs in ((alice, bob), (alice.add(1, SECRET).speak(), bob.add(1, SECRET).speak())):
        assert epochs[0].turn_secret_of(1) == epochs[1].turn_secret_of(1)
    one, other = alice.add(1, SECRET), bob.add(1, SECRET)
    assert (one.epoch.ready, one.epoch.coming) == (other.epoch.coming, other.epoch.ready)


def test_keys_agree_across_a_gap() -> None:
    alice, bob = both()
    sent = []
    for _ in range(6):
        alice, index, key = alice.send()
        sent.append((index, key))
    bob, passed, key = bob.hear(1, 5, 5)
    assert [*passed, (1, key)] == [(1, key) for _, key in sent]
    assert [index for index, _ in sent] == list(range(6))


def test_a_gap_may_lie_in_two_epochs() -> None:
    """Two messages of the old label are lost, two of the new one, and the next arrives."""
    alice, bob = both()
    sent = []
    for label in (1, 2):
        if label == 2:
            alice, bob = alice.add(1, SECRET).speak(), bob.add(1, SECRET)
        for _ in range(2):
            alice, _, key = alice.send()
            sent.append((label, key))
    alice, index, key = alice.send()
    bob, passed, heard = bob.hear(2, index, 4)
    assert (passed, heard) == (sent, key)
    assert bob.epoch.heard == 2
    assert bob.receiving.number == 3


def test_old_chains_and_secrets_are_gone_when_the_label_is_heard() -> None:
    alice, bob, _ = moved()
    alice, index, _ = alice.send()
    old = bob.turn_secret_of(1)
    bob = bob.hear(2, index, 0)[0]
    assert old not in (bob.epoch.turn_secret, bob.epoch.next_turn_secret)
    assert bob.epoch.coming == b""
    with pytest.raises(BrokenSessionError):
        bob.turn_secret_of(1)
    with pytest.raises(BrokenSessionError):
        bob.hear(1, 3, 0)


@pytest.mark.parametrize("label", [0, 2, 3, 2**64 - 1])
def test_a_label_that_may_not_come_is_refused(label: int) -> None:
    _, epochs = both()
    with pytest.raises(BrokenSessionError):
        epochs.hear(label, 0, 0)
    with pytest.raises(BrokenSessionError):
        epochs.turn_secret_of(label)


@pytest.mark.parametrize("label", [0, 3, 4])
def test_only_the_next_label_may_come_where_one_is_coming(label: int) -> None:
    _, bob, _ = moved()
    assert bob.hear(2, 0, 0)
    with pytest.raises(BrokenSessionError):
        bob.hear(label, 0, 0)
    with pytest.raises(BrokenSessionError):
        bob.turn_secret_of(label)


@pytest.mark.parametrize(("index", "gap"), [(0, 1), (1, 0), (4, 5), (2**32 - 1, 0)])
def test_an_index_must_fit_the_gap(index: int, gap: int) -> None:
    with pytest.raises(BrokenSessionError):
        both()[1].hear(1, index, gap)


@pytest.mark.parametrize(("index", "gap"), [(1, 0), (5, 4), (2**32 - 2, 1000)])
def test_an_index_of_the_next_label_must_not_go_beyond_the_gap(index: int, gap: int) -> None:
    _, bob, _ = moved()
    with pytest.raises(BrokenSessionError):
        bob.hear(2, index, gap)


def test_a_full_chain_sends_no_more() -> None:
    epochs, _ = both()
    full = Epochs(epochs.epoch, Chain(SEED, LAST_NUMBER), epochs.receiving)
    with pytest.raises(ValueError, match="full"):
        full.send()
