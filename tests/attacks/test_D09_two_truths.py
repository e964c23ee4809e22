"""D09: the relay shows one log to one person and another to everybody else."""

import pytest

import loglies as lies
from doorless_protocol.errors import MisconductError
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.gossip import Anchors, compare_signed, hear, say
from doorless_protocol.log.verdict import verify
from logstage import Stage, stage


def two_truths() -> Stage:
    """Bob follows another log than Alice from the first anchor on."""
    play = stage(versions=2)
    other = play.ledger.fork()
    play.anchor()
    other.publish(play.now + 1)
    play.alice_checks()
    play.bob.catch_up(other, play.now)
    return play


@pytest.mark.attack(
    "D09",
    "one message tells two people that they are shown different logs",
    weaken={"doorless_protocol.log.gossip.compare_anchors": lambda *_: Anchors.SAME},
)
def test_one_message_tells_them_apart() -> None:
    play = two_truths()
    said = say(play.bob.view, None, None)
    assert hear(play.alice.view, play.alice.chain, None, said).anchor is Anchors.CONFLICT


@pytest.mark.attack(
    "D09",
    "the signed anchors of two people convict the log, without asking it",
    weaken={"doorless_protocol.log.gossip.check_agreement": lambda *_: None},
)
def test_what_both_hold_convicts() -> None:
    play = two_truths()
    theirs = play.bob.view.signed_anchor(2)
    with pytest.raises(MisconductError) as raised:
        compare_signed(play.alice.view, theirs.encode())
    verify(raised.value.evidence, {play.config.hash.hex()})


@pytest.mark.attack(
    "D09",
    "a first contact that was shown another log convicts it",
    weaken={"doorless_protocol.log.staple.check_same_size": lambda *_: None},
)
def test_a_first_contact_from_another_truth_convicts() -> None:
    with pytest.raises(MisconductError):
        lies.a_first_contact_from_another_truth(stage(versions=2))


def set_up_for_bob(keys: LogKeys, play: Stage, **rules: int) -> None:
    """Bob alone was told of another set-up of the log, with the entries of the true one."""
    config = keys.config(**rules)
    play.anchor()
    play.alice_checks()
    play.bob = type(play.bob).of(config)
    play.bob.catch_up(play.ledger.set_up_as(keys, config), play.now)


@pytest.mark.attack(
    "D09",
    "a log that was set up for one person alone is told by one text, though its entries are true",
    weaken={"doorless_protocol.log.gossip.compare_anchors": lambda *_: Anchors.NONE},
)
def test_a_set_up_for_one_alone_is_told() -> None:
    play = stage(versions=2)
    keys = LogKeys.from_seed(play.config.origin, play.random.randbytes(96))
    set_up_for_bob(keys, play)
    said = say(play.bob.view, None, None)
    assert hear(play.alice.view, play.alice.chain, None, said).anchor is Anchors.OTHER_LOG
    ours = say(play.alice.view, None, None)
    assert hear(play.alice.view, play.alice.chain, None, ours).anchor is Anchors.SAME


@pytest.mark.attack(
    "D09",
    "keys that sign two set-ups of a log convict themselves",
    weaken={"doorless_protocol.log.gossip.check_one_set_up": lambda *_: None},
)
def test_keys_that_sign_two_set_ups_convict_themselves() -> None:
    play = stage(versions=2)
    set_up_for_bob(play.ledger.keys, play, retention=2 * 86_400)
    theirs = play.bob.view.signed_anchor(2)
    with pytest.raises(MisconductError) as raised:
        compare_signed(play.alice.view, theirs.encode())
    verify(raised.value.evidence, {play.config.hash.hex()})
