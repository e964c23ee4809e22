"""Our label at every anchor: what was ours in its epoch, and evidence that lays it all open."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import MisconductError, ProofError
from doorless_protocol.log.chain import NO_HEAD, Opened, Step
from doorless_protocol.log.evidence import Evidence, Sightings
from doorless_protocol.log.lookup import Sight, sight_of
from doorless_protocol.log.own_anchors import (
    anchors_to_check,
    check_own,
    check_own_anchor,
    is_forgotten,
)
from doorless_protocol.log.owner import OwnChain, OwnLink
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import Trail
from doorless_protocol.log.view import MAX_ANCHORS
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    """Alice has four versions, an anchor showed the second of them again, and she has looked."""
    play = stage(versions=4)
    play.ledger.show(ALICE, play.alice.chain.links[1].head)
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.epoch()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    return play


def at_anchor(play: Stage) -> Sight:
    at = play.alice.view.signed_anchor(2)
    return sight_of(play.config, ALICE, at, play.ledger.at_anchor(ALICE, 2).entry)


def laid_open(play: Stage, own: OwnChain) -> Trail | None:
    """Of our own look, in the evidence against what the anchor showed."""
    with pytest.raises(MisconductError) as raised:
        check_own_anchor(play.config, own, at_anchor(play))
    body = Evidence.decode(raised.value.evidence).body
    assert isinstance(body, Sightings)
    return body.one.trail


def steps(links: tuple[OwnLink, ...]) -> tuple[Step, ...]:
    return tuple(Step(link.epoch, link.commitment) for link in links)


def test_evidence_of_an_anchor_lays_open_every_version_of_ours(play: Stage) -> None:
    links = play.alice.chain.links
    assert laid_open(play, play.alice.chain) == Trail(0, NO_HEAD, steps(links))


def test_evidence_of_a_young_device_lays_open_what_it_knows(play: Stage) -> None:
    """It has no head that its oldest version followed, and cannot show that one."""
    links = play.alice.chain.links
    own = replace(play.alice.chain, links=links[1:])
    assert laid_open(play, own) == Trail(2, links[1].head, steps(links[2:]))
    newest = replace(play.alice.chain, links=links[3:])
    assert laid_open(play, newest) == Trail(3, links[2].head, steps(links[3:]))


def test_without_a_look_of_ours_an_anchor_is_refused_and_convicts_nobody(play: Stage) -> None:
    own = replace(play.alice.chain, sighting=None)
    with pytest.raises(ProofError, match="another version of our label"):
        check_own_anchor(play.config, own, at_anchor(play))


@pytest.mark.parametrize("registered", [True, False])
def test_an_anchor_before_our_first_version_shows_nobody(*, registered: bool) -> None:
    """Our name was somebody's for one anchor: whoever looked then trusted them."""
    play = stage(versions=0)
    ghost = play.alice.record(RecordKind.CREATE, play.now, bytes(32))
    said = Opened(bytes(16), ghost.encode())
    play.ledger.show(ALICE, play.ledger.make(ALICE, 1, NO_HEAD, said, play.ledger.size))
    play.anchor()
    play.ledger.show(ALICE, None)
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)
    play.ledger.show_truth(ALICE)
    if registered:
        play.alice_publishes()
    with pytest.raises(MisconductError) as raised:
        play.alice_checks()
    assert raised.value.kind == "E4"


def test_a_version_that_enters_with_an_anchor_is_what_it_shows() -> None:
    play = stage(versions=1)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.anchor()
    play.alice_checks()
    assert play.alice.chain.checked.epoch == play.alice.chain.links[-1].epoch


def test_a_view_of_one_anchor_is_enough_to_check_it() -> None:
    play = stage(versions=1)
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    view = replace(play.alice.view, anchors=play.alice.view.anchors[-1:])
    own = check_own(view, play.alice.chain, [play.ledger.at_anchor(ALICE, 2)])
    assert own.checked.anchor_no == 2


def test_there_is_nothing_to_check_where_we_looked_before_all_anchors_that_are_kept() -> None:
    play = stage(versions=1)
    for _ in range(MAX_ANCHORS):
        play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    assert play.alice.view.anchors[0].epoch > play.alice.chain.seen
    assert len(anchors_to_check(play.alice.view, play.alice.chain)) == 0


def test_an_anchor_is_forgotten_when_it_is_older_than_its_map_is_kept(play: Stage) -> None:
    anchor = play.alice.view.anchors[0]
    oldest = anchor.time_ms + play.config.retention * 1000
    assert not is_forgotten(replace(play.alice.view, time_ms=oldest), anchor)
    assert is_forgotten(replace(play.alice.view, time_ms=oldest + 1), anchor)
