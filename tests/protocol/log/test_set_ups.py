"""Two set-ups of one relay's log, told to two people: when that convicts, and when it cannot."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    ForgedError,
    MisconductError,
    ProofError,
)
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.gossip import (
    Anchors,
    Gossip,
    Ours,
    Theirs,
    compare_signed,
    hear,
    log_of,
    say,
)
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.signing import SIGNER_SEED_SIZE, LogSigner
from doorless_protocol.log.verdict import verify
from logstage import ALICE, DAY, Stage, stage


@pytest.fixture
def play() -> Stage:
    play = stage(versions=2)
    play.anchor()
    play.alice_checks()
    return play


def other_keys(play: Stage) -> LogKeys:
    """Whose log finds names by the same key, so that its entries can be the same."""
    seed = play.random.randbytes(SIGNER_SEED_SIZE)
    return LogKeys(LogSigner.from_seed(play.config.origin, seed), play.ledger.keys.vrf)


def set_up_for_bob(play: Stage, keys: LogKeys, **rules: int) -> None:
    """From his first look on Bob is shown a log of his own, with the same entries."""
    config = keys.config(**rules)
    other = play.ledger.set_up_as(keys, config)
    play.bob = type(play.bob).of(config)
    play.bob.catch_up(other, play.now)
    play.bob.look(other, ALICE, [play.alice.signing.verifying], play.now)


def signed_by_bob(play: Stage) -> bytes:
    newest = play.bob.view.newest_anchor
    assert newest is not None
    return play.bob.view.signed_anchor(newest.anchor_no).encode()


def test_its_entries_may_be_ours_to_the_byte_and_its_id_is_not(play: Stage) -> None:
    set_up_for_bob(play, other_keys(play))
    said = say(play.bob.view, None, play.bob.pins[ALICE])
    named, chain = Gossip.decode(said), play.alice.chain
    assert (named.your_version, named.your_head) == (chain.version, chain.head[:16])
    heard = hear(play.alice.view, chain, None, said)
    assert (heard.anchor, heard.ours, heard.theirs) == (Anchors.OTHER_LOG, Ours.NONE, Theirs.NONE)
    assert log_of(signed_by_bob(play)) == named.log


def test_other_keys_prove_nothing_of_the_relay(play: Stage) -> None:
    """Anybody can make keys, and sign with them under the relay's name."""
    set_up_for_bob(play, other_keys(play))
    with pytest.raises(ForgedError):
        compare_signed(play.alice.view, signed_by_bob(play))


@pytest.mark.parametrize("longer", [0, 1], ids=["of one length", "of two lengths"])
def test_the_same_keys_under_other_rules_convict(play: Stage, longer: int) -> None:
    set_up_for_bob(play, play.ledger.keys, retention=2 * DAY)
    for _ in range(longer):
        play.epoch()
        play.alice.catch_up(play.ledger, play.now)
    with pytest.raises(MisconductError) as raised:
        compare_signed(play.alice.view, signed_by_bob(play))
    assert raised.value.kind == "E9"
    verify(raised.value.evidence, {play.config.hash.hex()})
    verify(raised.value.evidence, {key.encode() for key in play.config.vkeys})


def test_a_leaf_that_a_peer_made_up_beside_an_honest_head_proves_nothing(play: Stage) -> None:
    play.epoch()
    honest = play.alice.view.signed_anchor(2)
    made_up = replace(honest.leaf, config_hash=b"\x07" * 32)
    play.alice.catch_up(play.ledger, play.now)
    lie = SignedLeaf(honest.note, made_up, honest.path).encode()
    with pytest.raises(ProofError):
        compare_signed(play.alice.view, lie)
