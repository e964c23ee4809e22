"""What people tell each other of the log: the same, later, a ghost, or two truths."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import MalformedError, MisconductError, ProofError
from doorless_protocol.log import gossip
from doorless_protocol.log.gossip import (
    EMPTY,
    NOTHING,
    Anchors,
    Gossip,
    Ours,
    Theirs,
    compare_signed,
    hear,
    say,
)
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import LogView
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    play = stage(versions=2)
    play.anchor()
    play.alice_checks()
    play.bob_checks()
    play.bob_looks()
    return play


def to_alice(play: Stage) -> Gossip:
    return Gossip.decode(say(play.bob.view, None, play.bob.pins[ALICE]))


def heard(play: Stage, said: Gossip) -> gossip.Heard:
    return hear(play.alice.view, play.alice.chain, None, said.encode())


def test_eighty_bytes_say_it_and_eighty_zeros_say_nothing(play: Stage) -> None:
    data = say(play.bob.view, None, play.bob.pins[ALICE])
    assert len(data) == 80
    assert Gossip.decode(data).encode() == data
    unseen = Gossip.decode(say(LogView.begin(play.config), None, play.bob.pins[ALICE]))
    assert (unseen.log, unseen.anchor_no, unseen.anchor_hash) == (
        gossip.log_id(play.config),
        0,
        bytes(32),
    )
    assert unseen.your_head == Gossip.decode(data).your_head
    assert (unseen.my_version, unseen.my_head) == (0, bytes(16))
    assert hear(play.alice.view, play.alice.chain, None, EMPTY) == NOTHING
    for wrong in (data[:-1], data + b"\0", b""):
        with pytest.raises(MalformedError):
            hear(play.alice.view, play.alice.chain, None, wrong)


def test_two_who_are_shown_the_same_agree(play: Stage) -> None:
    said = heard(play, to_alice(play))
    assert (said.anchor, said.ours, said.theirs) == (Anchors.SAME, Ours.SAME, Theirs.NONE)
    assert not said.is_open


def test_an_anchor_of_our_number_and_another_hash_is_a_conflict(play: Stage) -> None:
    other = replace(to_alice(play), anchor_hash=bytes(32))
    assert heard(play, other).anchor is Anchors.CONFLICT


def test_a_peer_who_is_ahead_waits_for_our_own_look(play: Stage) -> None:
    said = to_alice(play)
    play.anchor()
    play.bob_checks()
    ahead = Gossip.decode(say(play.bob.view, None, None))
    assert ahead.anchor_no == said.anchor_no + 1
    before = heard(play, ahead)
    assert before.anchor is Anchors.AHEAD
    assert before.is_open
    new = LogView.begin(play.config)  # of who has seen no anchor yet
    assert hear(new, None, None, ahead.encode()).anchor is Anchors.AHEAD
    play.alice_checks()
    assert heard(play, ahead).anchor is Anchors.SAME
    for _ in range(8):
        play.anchor()
    play.alice_checks()
    assert heard(play, ahead).anchor is Anchors.OLDER


def test_an_anchor_of_another_log_is_told_and_compared_with_nothing(play: Stage) -> None:
    """Its heads are none of ours, and that is no ghost."""
    other = replace(to_alice(play), log=b"else", your_head=bytes(16))
    assert heard(play, other) == gossip.Heard(Anchors.OTHER_LOG, Ours.NONE, Theirs.NONE)
    assert not heard(play, replace(other, your_version=9)).is_open
    without = heard(play, replace(other, anchor_no=0))
    assert (without.anchor, without.ours) == (Anchors.NONE, Ours.NONE)


def test_keys_in_our_name_that_are_not_ours_are_a_ghost(play: Stage) -> None:
    said = to_alice(play)
    assert heard(play, replace(said, your_head=bytes(16))).ours is Ours.GHOST
    assert heard(play, replace(said, your_version=0)).ours is Ours.NONE
    first = play.alice.chain.links[0]
    shown = replace(said, your_version=1, your_head=first.head[:16])
    assert heard(play, shown).ours is Ours.SAME
    assert hear(play.alice.view, None, None, said.encode()).ours is Ours.NONE
    later = heard(play, replace(said, your_version=9))
    assert later.ours is Ours.LATER
    assert later.is_open


def test_the_first_message_to_alice_shows_her_the_ghost_it_was_sealed_to(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.bob_looks()
    said = to_alice(play)
    assert heard(play, said).ours is Ours.LATER  # kept until she has looked herself
    play.ledger.show_truth(ALICE)
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)
    again = hear(play.alice.view, play.alice.chain, None, said.encode(), looked_since=True)
    assert again.ours is Ours.GHOST
    play.alice_publishes()  # her own version of that number
    assert heard(play, said).ours is Ours.GHOST


def test_what_a_peer_says_of_itself_is_compared_with_what_we_were_shown(play: Stage) -> None:
    pin, own = play.bob.pins[ALICE], play.alice.chain
    said = Gossip.decode(say(play.alice.view, own, None))
    views = [
        (said, Theirs.SAME),
        (replace(said, my_head=bytes(16)), Theirs.CONFLICT),
        (replace(said, my_version=3), Theirs.NEWER),
        (replace(said, my_version=1), Theirs.OLDER),
        (replace(said, my_version=0), Theirs.NONE),
    ]
    for each, expected in views:
        assert hear(play.bob.view, None, pin, each.encode()).theirs is expected
    elsewhere = replace(said, log=b"else")  # of a log that is not the peer's: its own word stands
    assert hear(play.bob.view, None, pin, elsewhere.encode()).theirs is Theirs.SAME
    newer = replace(elsewhere, my_version=3)
    assert hear(play.bob.view, None, pin, newer.encode()).theirs is Theirs.NEWER


@pytest.mark.parametrize("versions", [0, 1])
def test_versions_are_told_from_the_first_on(versions: int) -> None:
    play = stage(versions=versions)
    play.bob_looks()
    said, head = to_alice(play), play.alice.chain.head[:16]
    assert (said.your_version, said.your_head) == (versions, head if versions else bytes(16))


def test_nobody_fetches_because_of_gossip() -> None:
    """There is nothing in the module to fetch with: it takes bytes and views, and gives words."""
    names = set(vars(gossip))
    assert not names & {"HeadProof", "LookupProof", "AnchorProof", "accept_head", "look_up"}


def forked(play: Stage, steps: int, theirs: int) -> tuple[Stage, bytes]:
    """Bob's log goes on apart; what he would send of his newest anchor."""
    other = play.ledger.fork()
    alices, bobs = play.ledger, other
    for second in range(theirs):
        bobs.publish(play.now + 1 + second)
    for _ in range(steps):
        play.epoch()
    play.anchor()
    bobs.publish(play.now + 1)
    play.bob.catch_up(bobs, play.now)
    play.alice.catch_up(alices, play.now)
    newest = play.bob.view.newest_anchor
    assert newest is not None
    return play, play.bob.view.signed_anchor(newest.anchor_no).encode()


@pytest.mark.parametrize(("steps", "theirs", "kind"), [(0, 0, "E1"), (0, 1, "E3"), (1, 1, "E1")])
def test_two_truths_convict_as_soon_as_they_meet(
    play: Stage, steps: int, theirs: int, kind: str
) -> None:
    play, data = forked(play, steps, theirs)
    with pytest.raises(MisconductError) as raised:
        compare_signed(play.alice.view, data)
    assert raised.value.kind == kind
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_two_leaves_of_one_epoch_convict(play: Stage) -> None:
    play, data = forked(play, 0, 0)
    play.epoch()
    play.alice.catch_up(play.ledger, play.now)
    with pytest.raises(MisconductError) as raised:
        compare_signed(play.alice.view, data)
    assert raised.value.kind == "E2"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_signed_anchors_that_agree_convict_nobody(play: Stage) -> None:
    signed = play.bob.view.signed_anchor(2).encode()
    assert compare_signed(play.alice.view, signed) is Anchors.SAME
    old = LogView.begin(play.config)
    assert compare_signed(old, signed) is Anchors.AHEAD
    for _ in range(8):
        play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    assert compare_signed(play.alice.view, signed) is Anchors.OLDER


def test_a_signed_leaf_that_is_no_anchor_is_refused(play: Stage) -> None:
    head = play.ledger.head(size=2)
    with pytest.raises(ProofError):
        compare_signed(play.alice.view, SignedLeaf(head.note, head.leaf, head.inclusion).encode())
