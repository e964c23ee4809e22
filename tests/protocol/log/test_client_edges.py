"""The ends of a client's rules: proofs that say too little, stored bytes that no step leads to."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    MalformedError,
    MisconductError,
    ProofError,
    StaleLogError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.displaced import DisplacedError, accuse, dispute
from doorless_protocol.log.epoch import Delta
from doorless_protocol.log.evidence import Change, Kind, Promise, Sightings, Transition
from doorless_protocol.log.gossip import Gossip, Ours, hear
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.label import Index
from doorless_protocol.log.lookup import look_up, signed_leaf
from doorless_protocol.log.map import Path
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.own_anchors import check_own
from doorless_protocol.log.own_check import NotOursError, look_up_own
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import AnchorList
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.sighting import Sighting, Trail
from doorless_protocol.log.staple import vouch
from doorless_protocol.log.verdict import is_proven
from doorless_protocol.log.view import LogView
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def test_a_later_epoch_of_an_earlier_time_is_refused(play: Stage) -> None:
    play.bob.catch_up(play.ledger, play.now)
    made = play.epoch()
    play.ledger.epochs.pop()
    ledger = play.ledger.fork()
    early = replace(made.leaf, time_ms=play.bob.view.time_ms)
    ledger.put(replace(made, leaf=early))
    with pytest.raises(ProofError, match="earlier time"):
        accept_head(play.bob.view, ledger.head(play.bob.view.size), play.now)


def test_an_answer_without_anchors_is_none(play: Stage) -> None:
    with pytest.raises(ProofError, match="no anchors"):
        accept_anchors(play.bob.view, play.ledger.head(1), AnchorList((), ()), play.now)


def test_a_lookup_older_than_what_a_first_contact_showed_is_refused(play: Stage) -> None:
    play.bob.catch_up(play.ledger, play.now)
    older = play.ledger.lookup(ALICE, 2, play.bob.view.size)
    play.epoch()
    data, keys = play.ledger.lookup(ALICE).encode(), [play.alice.signing.verifying]
    pin = vouch(play.config, ALICE, data, keys, play.now).pin
    with pytest.raises(StaleLogError):
        look_up(play.bob.view, older, 0, ALICE, pin, keys, play.now)


def test_a_record_of_another_version_is_refused(play: Stage) -> None:
    """The chain commits to it as version 3; it says of itself that it is version 2."""
    play.bob_looks()
    said = play.alice.chain.opened
    assert said is not None
    chain = play.alice.chain
    play.ledger.show(ALICE, play.ledger.make(ALICE, 3, chain.head, said, play.ledger.size))
    play.epoch()
    with pytest.raises(ProofError):
        play.bob_looks()


def test_the_key_of_an_account_that_came_and_went_is_not_needed(play: Stage) -> None:
    play.bob_looks()
    eve, alice = SigningKey.draw(play.random.randbytes), play.alice.signing
    reset = play.ghost(eve, RecordKind.RESET)
    play.ledger.show(ALICE, reset)
    play.epoch()
    record = replace(play.alice.record(RecordKind.DISPUTE, play.now, bytes(32)), version=4)
    signed = record.sign(alice, RecordKind.DISPUTE, ALICE, 4, reset, play.now * 1000, 2, b"\1" * 32)
    opened = Opened(bytes(16), signed.encode())
    play.ledger.show(ALICE, play.ledger.make(ALICE, 4, reset, opened, play.ledger.size))
    play.epoch()
    play.bob_looks()
    standing = play.bob.pins[ALICE].standing
    assert standing is not None
    assert standing.is_disputed
    assert not play.bob.pins[ALICE].waits


@pytest.mark.parametrize("cosigned", [True, False])
def test_a_head_that_an_auditor_cosigned_needs_no_second_look(*, cosigned: bool) -> None:
    auditor = Cosigner.from_seed("audit.test", Algorithm.COSIGNATURE, bytes(32))
    text = f"witness audit.test {auditor.vkey.encode()}\ngroup auditors any audit.test\n"
    play = stage(policy=Policy.parse(text + "quorum none\n"))
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    if cosigned:
        line = auditor.cosign(proof.head.check(play.config), play.now)
        proof = replace(
            proof, head=replace(proof.head, note=proof.head.note.with_signatures([line]))
        )
    keys = [play.alice.signing.verifying]
    looked = look_up(play.bob.view, proof, 0, ALICE, None, keys, play.now)
    assert looked.pin.is_pending is not cosigned


def test_what_is_older_than_what_we_keep_of_ourselves_says_nothing(play: Stage) -> None:
    chain = play.alice.chain
    forgetful = replace(chain, links=chain.links[1:])
    said = Gossip(play.config.hash[:4], 1, bytes(32), 0, bytes(16), 1, chain.links[0].head[:16])
    assert hear(play.alice.view, forgetful, None, said.encode()).ours is Ours.NONE


def away(play: Stage) -> None:
    """Alice has looked, and has the anchor still to check."""
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)


def test_an_anchor_of_another_log_settles_nothing_of_ours(play: Stage) -> None:
    away(play)
    proof = play.ledger.at_anchor(ALICE, 2)
    other = replace(proof, leaf=replace(proof.leaf, map_count=99))
    with pytest.raises(ProofError, match="not the one that we hold"):
        check_own(play.alice.view, play.alice.chain, [other])
    assert check_own(play.alice.view, play.alice.chain, []) == play.alice.chain


def test_what_differs_and_lays_open_too_little_is_refused(play: Stage) -> None:
    away(play)
    strange = replace(play.alice.chain, links=(), sighting=None)
    seen = play.alice.chain.sighting
    with pytest.raises(ValueError, match="we looked in"):
        check_own(play.alice.view, strange, [play.ledger.at_anchor(ALICE, 2)])
    unknown = replace(strange, sighting=seen)
    with pytest.raises(ProofError, match="another version of our label"):
        check_own(play.alice.view, unknown, [play.ledger.at_anchor(ALICE, 2)])


def test_a_new_device_does_not_judge_what_came_before_it(play: Stage) -> None:
    away(play)
    [newest] = play.alice.chain.links[1:]
    late = replace(newest, epoch=play.ledger.size - 1)
    young = replace(play.alice.chain, links=(replace(late, epoch=late.epoch + 1),))
    checked = check_own(play.alice.view, young, [play.ledger.at_anchor(ALICE, 2)])
    assert checked.checked.anchor_no == 2


def test_an_answer_about_us_that_leaves_versions_out_is_refused(play: Stage) -> None:
    alice, ledger = play.alice, play.ledger
    before = alice.chain
    play.alice_publishes()
    play.alice_publishes()
    alice.own = before
    proof = ledger.lookup(ALICE, 3, alice.view.size)
    ledger_lookup = ledger.lookup
    ledger.lookup = lambda *_: proof  # type: ignore[method-assign]
    with pytest.raises(ProofError, match="leaves out"):
        alice.look_at_self(ledger, play.now)
    ledger.lookup = ledger_lookup  # type: ignore[method-assign]
    other = replace(before, links=(*before.links[:-1], replace(before.links[-1], head=bytes(32))))
    alice.own = other
    with pytest.raises(ProofError, match="another version"):
        alice.look_at_self(ledger, play.now)


def test_a_first_look_at_ourselves_accepts_our_own_key_alone(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    play.alice.own = OwnChain.begin(play.alice.view, ALICE)
    with pytest.raises(NotOursError):
        play.alice.look_at_self(play.ledger, play.now)


def displaced(play: Stage, after: int = 0) -> DisplacedError:
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    chain = play.alice.chain
    if after:
        play.alice.own = replace(chain, links=chain.links[after:], sighting=None)
    with pytest.raises(DisplacedError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    return raised.value


def test_a_device_that_never_saw_what_its_version_followed_cannot_lay_it_open(play: Stage) -> None:
    found = displaced(play, after=1)
    said = dispute(found, play.alice.signing, play.now * 1000)
    with pytest.raises(ProofError):
        accuse(play.config, found, play.alice.signing.verifying, said)


def test_a_dispute_is_of_that_label_and_that_version(play: Stage) -> None:
    found, key = displaced(play), play.alice.signing
    said = dispute(found, key, play.now * 1000)
    assert isinstance(accuse(play.config, found, key.verifying, said), MisconductError)
    fields = (said.previous, said.time_ms, said.manifest_version, said.manifest_hash)
    previous, *rest = fields
    for kind, version, head in (
        (RecordKind.UPDATE, said.version, previous),
        (RecordKind.DISPUTE, said.version + 1, previous),
        (RecordKind.DISPUTE, said.version, bytes(31) + b"\1"),
    ):
        other = said.sign(key, kind, ALICE, version, head, *rest)
        with pytest.raises(ProofError):
            accuse(play.config, found, key.verifying, other)


def test_nothing_but_evidence_is_proven(play: Stage) -> None:
    assert not is_proven(b"", play.config)


def pinned(play: Stage) -> Pin:
    play.bob_looks()
    return play.bob.pins[ALICE]


@pytest.mark.parametrize(
    "alter",
    [
        lambda pin, data: data.replace(b"\x05alice", b"\x05\xffaaaa", 1),
        lambda pin, data: data.replace(b"\x05alice", b"\x05Alice", 1),
        lambda pin, data: data.replace(
            pin.standing.manifest_hash + b"\x02", pin.standing.manifest_hash + b"\x09", 1
        ),
        lambda pin, data: data[:-1],
        lambda pin, data: data + b"\0",
        lambda pin, data: b"\x02" + data[1:],
    ],
)
def test_a_stored_pin_has_one_form(play: Stage, alter: Callable[[Pin, bytes], bytes]) -> None:
    pin = pinned(play)
    with pytest.raises(MalformedError):
        Pin.decode(alter(pin, pin.encode()))


def test_a_stored_sighting_has_one_form(play: Stage) -> None:
    sighting = pinned(play).sighting
    data = sighting.encode()
    assert Sighting.decode(data) == sighting
    trail = sighting.trail
    assert trail is not None
    headless = replace(trail, version=0, head=b"\1" * 32)
    stepless = replace(trail, steps=())
    for wrong in (headless, stepless):
        with pytest.raises(MalformedError):
            Sighting.decode(replace(sighting, trail=wrong).encode())
    with pytest.raises(MalformedError):
        Sighting.decode(replace(sighting, at=replace(sighting.at, path=(bytes(32),) * 64)).encode())


def test_a_sighting_of_another_configuration_proves_nothing(play: Stage) -> None:
    seen = pinned(play).sighting
    other = replace(play.config, heartbeat=301)
    with pytest.raises(ProofError, match="another configuration"):
        seen.check(other)


def test_a_label_among_others_is_stored_with_its_path(play: Stage) -> None:
    index = play.ledger.index(ALICE)
    heads = {**play.ledger.epochs[-1].heads, bytes(32): b"\1" * 32, b"\xff" * 32: b"\2" * 32}
    play.now += 10
    play.ledger.append(play.now, heads, ())
    pin = pinned(play)
    assert pin.index == index
    assert pin.sighting.path.steps
    assert Pin.decode(pin.encode()) == pin
    del heads[index]
    play.now += 10
    play.ledger.append(play.now, heads, ())
    del play.bob.pins[ALICE]
    absent = pinned(play)
    assert absent.sighting.path.other is not None
    assert Pin.decode(absent.encode()) == absent


def test_a_stored_view_is_one_that_steps_lead_to(play: Stage) -> None:
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    view = play.bob.view
    for wrong in (replace(view, size=0), replace(view, anchors=view.anchors[::-1])):
        with pytest.raises(MalformedError):
            LogView.decode(wrong.encode())


def test_a_displaced_owner_needs_no_more_than_a_chain_that_says_it_all(play: Stage) -> None:
    eve, ledger, alice = SigningKey.draw(play.random.randbytes), play.ledger, play.alice
    ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    view, key = alice.view, alice.signing
    whole = ledger.lookup(ALICE, 0, view.size)
    with pytest.raises(DisplacedError) as raised:
        look_up_own(view, alice.chain, whole, 0, key.verifying, (), play.now)
    said = dispute(raised.value, key, play.now * 1000)
    assert accuse(play.config, raised.value, key.verifying, said).kind == "E7"


def test_a_version_that_is_another_one_later_convicts(play: Stage) -> None:
    play.bob_looks()
    first, said = play.alice.chain.links[0], Opened(bytes(16), b"another")
    other = play.ledger.make(ALICE, 2, first.head, said, play.ledger.size)
    play.ledger.show(ALICE, other)
    play.epoch()
    pin = play.bob.pins[ALICE]
    seen = replace(pin.sighting, at=signed_leaf(play.ledger.head()))
    version = play.ledger.versions[other]
    trail = Trail(1, version.previous, (version.step,))
    path = play.ledger.path(pin.index, play.ledger.size - 1)
    body = Sightings(pin.sighting, replace(seen, path=path, trail=trail))
    assert "is another in" in accusation(Kind.CONTRADICTION, play.config, body).what


def test_a_promise_about_another_label_convicts_of_nothing(play: Stage) -> None:
    sighting = pinned(play).sighting
    record = play.alice.record(RecordKind.UPDATE, play.now, bytes(32))
    promised = play.ledger.submit(record, bytes(16), play.now - 100)
    other = replace(sighting, index=Index(bytes(32)), trail=None)
    absent = replace(other, path=absence(play, bytes(32)))
    with pytest.raises(ProofError, match="different labels"):
        accusation(Kind.BROKEN_PROMISE, play.config, Promise(promised, absent))


def absence(play: Stage, index: bytes) -> Path:
    return play.ledger.path(Index(index), play.bob.view.epoch)


def test_deltas_of_others_say_nothing_of_a_label(play: Stage) -> None:
    """Alice's head changed in an epoch whose only delta is somebody else's."""
    before = pinned(play).sighting
    index = play.ledger.index(ALICE)
    deltas = (Delta(Index(bytes(32)), bytes(32)),)
    heads = {index: b"\1" * 32, Index(bytes(32)): b"\2" * 32}
    play.now += 10
    play.ledger.append(play.now, heads, deltas)
    after, path = signed_leaf(play.ledger.head()), play.ledger.path(index, play.ledger.size - 1)
    body = Transition(before, after, path, heads[index], deltas)
    accusation(Kind.BAD_TRANSITION, play.config, body)


def changed(play: Stage, record: Record) -> Change:
    """A third version with this record, whatever it says of itself."""
    opened, ledger = Opened(bytes(16), record.encode()), play.ledger
    ledger.show(ALICE, ledger.make(ALICE, 3, play.alice.chain.head, opened, ledger.size))
    play.epoch()
    history = ledger.history(ledger.epochs[-1].heads[ledger.index(ALICE)])
    trail = Trail(0, bytes(32), tuple(each.step for each in history))
    index = ledger.index(ALICE)
    path = ledger.path(index, ledger.size - 1)
    seen = Sighting(signed_leaf(ledger.head()), index, path, trail)
    key = play.alice.signing.verifying
    return Change(seen, 3, history[1].opened, history[2].opened, key, b"")


def test_a_record_that_calls_itself_another_version_is_no_evidence(play: Stage) -> None:
    said = play.alice.chain.opened
    assert said is not None
    with pytest.raises(ProofError, match="record of version 2"):
        accusation(Kind.UNAUTHORISED, play.config, changed(play, Record.decode(said.record)))


def test_a_dispute_by_somebody_further_back_is_no_evidence(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    fields = (ALICE, 3, play.alice.chain.head, 1, 1, bytes(32))
    record = Record.sign(eve, RecordKind.DISPUTE, *fields)
    with pytest.raises(ProofError, match="further back"):
        accusation(Kind.UNAUTHORISED, play.config, changed(play, record))


def test_an_anchor_too_far_behind_a_signed_one_has_no_form(play: Stage) -> None:
    signed = signed_leaf(play.ledger.head())
    assert signed.behind(*[signed.leaf] * 255).encode()
    with pytest.raises(ProofError, match="256 anchors"):
        signed.behind(*[signed.leaf] * 256).encode()
