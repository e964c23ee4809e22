"""The post-quantum chains of epoch 0: derived as they will stay, under label 1 only."""

import pytest

from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.primitives import hkdf
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain
from doorless_protocol.ratchet.epochs import Epochs

SEED = b"seed of the hop chain".ljust(32)


def test_epoch_0_is_derived_as_the_specification_says() -> None:
    out = hkdf(bytes(32), SEED, b"doorless/1 pq chains" + bytes(8), 128)
    epochs = Epochs.start(True, SEED)
    assert epochs.root == out[:32]
    assert epochs.sending == Chain(out[32:64])
    assert epochs.receiving == Chain(out[64:96])
    assert epochs.turn_secret == out[96:]
    assert epochs.label == 1


def test_what_one_side_sends_in_the_other_receives_in() -> None:
    alice, bob = Epochs.start(True, SEED), Epochs.start(False, SEED)
    assert (alice.sending, alice.receiving) == (bob.receiving, bob.sending)
    assert alice.turn_secret == bob.turn_secret


def test_keys_agree_across_a_gap() -> None:
    alice, bob = Epochs.start(True, SEED), Epochs.start(False, SEED)
    sent = []
    for _ in range(6):
        alice, index, key = alice.send()
        sent.append((index, key))
    bob, passed, key = bob.hear(1, 5, 5)
    assert [*passed, key] == [key for _, key in sent]
    assert [index for index, _ in sent] == list(range(6))


@pytest.mark.parametrize("label", [0, 2, 3, 2**64 - 1])
def test_no_label_but_the_first_is_legal(label: int) -> None:
    epochs = Epochs.start(False, SEED)
    with pytest.raises(BrokenSessionError):
        epochs.hear(label, 0, 0)
    with pytest.raises(BrokenSessionError):
        epochs.turn_secret_of(label)


@pytest.mark.parametrize(("index", "gap"), [(0, 1), (1, 0), (4, 5), (2**32 - 1, 0)])
def test_an_index_must_fit_the_gap(index: int, gap: int) -> None:
    with pytest.raises(BrokenSessionError):
        Epochs.start(False, SEED).hear(1, index, gap)


def test_a_full_chain_sends_no_more() -> None:
    epochs = Epochs.start(True, SEED)
    full = Epochs(1, epochs.root, epochs.turn_secret, Chain(SEED, LAST_NUMBER), epochs.receiving)
    with pytest.raises(ValueError, match="full"):
        full.send()
