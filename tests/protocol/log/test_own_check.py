"""An owner's side: what is ours is there in time, and nothing else is, at every anchor."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    ForgedError,
    MalformedError,
    MisconductError,
    MissingRecordsError,
    ProofError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log import own_check as rules
from doorless_protocol.log.displaced import DisplacedError, accuse, dispute
from doorless_protocol.log.evidence import Change, Evidence
from doorless_protocol.log.head import accept_anchors
from doorless_protocol.log.label import Index
from doorless_protocol.log.own_anchors import anchors_to_check, check_own, skip_forgotten
from doorless_protocol.log.own_check import OwnNews, UnannouncedError, look_up_own
from doorless_protocol.log.owner import OwnChain, check_due, prepare, take_receipt
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import LogView
from logstage import ALICE, DAY, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def test_an_update_is_waited_for_and_found(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    assert play.alice.look_at_self(play.ledger, play.now).news is OwnNews.WAITING
    play.epoch()
    assert play.alice.look_at_self(play.ledger, play.now).news is OwnNews.IN_LOG
    assert play.alice.chain.version == 3
    assert play.alice.look_at_self(play.ledger, play.now).news is OwnNews.NONE


def test_the_same_record_is_one_update_and_another_is_not_ours_to_skip(play: Stage) -> None:
    own = play.alice.chain
    record, opening = play.alice.record(RecordKind.UPDATE, play.now, bytes(32)), bytes(16)
    prepared = prepare(play.alice.view, own, record, opening)
    assert prepare(play.alice.view, prepared, record, opening) is prepared
    assert OwnChain.decode(prepared.encode()) == prepared
    later = replace(record, version=record.version + 1)
    with pytest.raises(ValueError, match="does not follow"):
        prepare(play.alice.view, own, later, opening)


def test_an_own_chain_begins_at_an_anchor(play: Stage) -> None:
    with pytest.raises(ValueError, match="anchor"):
        OwnChain.begin(LogView.begin(play.config), ALICE)


def test_a_stored_chain_is_the_same_chain(play: Stage) -> None:
    for own in (OwnChain.begin(play.bob.view, ALICE), play.alice.chain):
        data = own.encode()
        assert OwnChain.decode(data) == own
        for wrong in (data + b"\0", data[:-1], b"\x09" + data[1:]):
            with pytest.raises(MalformedError):
                OwnChain.decode(wrong)
    unexplained = replace(play.alice.chain, opened=None).encode()
    with pytest.raises(MalformedError, match="without what they link"):
        OwnChain.decode(unexplained)


def test_of_a_chain_without_links_nothing_is_known_before_it(play: Stage) -> None:
    assert OwnChain.begin(play.bob.view, ALICE).head_before is None


def test_a_name_that_was_somebodys_before_goes_on_from_there(play: Stage) -> None:
    play.bob_looks()
    found = play.bob.pins[ALICE]
    own = OwnChain.begin(play.bob.view, ALICE, found)
    assert (own.version, own.head, own.links) == (2, found.head, ())


def test_an_update_that_another_device_came_before_is_given_up(play: Stage) -> None:
    """Unless the log had promised it: then the promise is due."""
    alice, ledger = play.alice, play.ledger
    record, opening = alice.record(RecordKind.UPDATE, play.now, bytes(32)), bytes(16)
    alice.own = prepare(alice.view, alice.chain, record, opening)
    receipt = ledger.submit(record, opening, play.now)
    promised = take_receipt(alice.view, alice.chain, receipt, play.now)
    ledger.waiting.clear()
    ledger.show(ALICE, play.ghost())
    alice.manifests.add((3, b"\xee" * 32))
    play.epoch(11)
    looked = alice.look_at_self(ledger, play.now)
    assert (looked.news, looked.own.update) == (OwnNews.LEARNED, None)
    view, key = alice.view, alice.signing.verifying
    proof = ledger.lookup(ALICE, 2, view.size)
    with pytest.raises(MisconductError) as raised:
        look_up_own(view, promised, proof, 0, key, alice.manifests, play.now)
    assert raised.value.kind == "E6"


def test_a_receipt_promises_our_update_soon(play: Stage) -> None:
    alice, now = play.alice, play.now
    record, opening = alice.record(RecordKind.UPDATE, now, bytes(32)), bytes(16)
    receipt = play.ledger.submit(record, opening, now)
    with pytest.raises(ValueError, match="no update"):
        take_receipt(alice.view, alice.chain, receipt, now)
    own = prepare(alice.view, alice.chain, record, opening)
    taken = take_receipt(alice.view, own, receipt, now)
    assert OwnChain.decode(taken.encode()) == taken
    with pytest.raises(ForgedError):
        take_receipt(alice.view, own, replace(receipt, due_ms=receipt.due_ms + 1), now)
    with pytest.raises(ProofError):
        take_receipt(alice.view, own, receipt, now + DAY)
    other = alice.record(RecordKind.UPDATE, now, bytes(32))
    with pytest.raises(ProofError, match="another update"):
        take_receipt(alice.view, own, play.ledger.submit(other, b"\1" * 16, now), now)
    elsewhere = Receipt.sign(
        play.ledger.keys.signer,
        index=bytes(32),
        version=receipt.version,
        commitment=receipt.commitment,
        accepted_ms=receipt.accepted_ms,
        due_ms=receipt.due_ms,
    )
    with pytest.raises(ProofError, match="another label"):
        take_receipt(alice.view, own, elsewhere, now)


def test_a_receipt_is_of_now_and_due_soon(play: Stage) -> None:
    view, config, now = play.alice.view, play.config, play.now

    def check(accepted_ms: int, due_in_ms: int) -> None:
        due = accepted_ms + due_in_ms
        check_due(view, Receipt(Index(bytes(32)), 1, bytes(32), accepted_ms, due, bytes(64)), now)

    first, last = 1000 * (now - config.max_behind), 1000 * (now + config.max_ahead) + 999
    for accepted_ms, due_in_ms in ((first, 0), (last, 1), (first, 1000 * config.max_behind)):
        check(accepted_ms, due_in_ms)
    late = 1000 * config.max_behind + 1
    for accepted_ms, due_in_ms in ((first - 1, 0), (last + 1, 0), (first, -1), (last, late)):
        with pytest.raises(ProofError):
            check(accepted_ms, due_in_ms)


def test_a_promise_is_broken_behind_its_time_and_not_at_it(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.ledger.waiting.clear()
    play.epoch(play.ledger.promised)
    assert play.alice.look_at_self(play.ledger, play.now).news is OwnNews.WAITING


def test_a_promise_that_is_broken_convicts(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.ledger.waiting.clear()
    play.epoch(11)
    with pytest.raises(MisconductError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    assert raised.value.kind == "E6"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_an_update_that_was_current_before_it_was_asked_for_is_refused(
    play: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, ledger = play.alice, play.ledger
    play.epoch()
    play.epoch()
    alice.catch_up(ledger, play.now)
    alice.publish(ledger, play.random.randbytes, play.now)
    [(label, version, previous, opened)] = ledger.waiting
    ledger.waiting.clear()
    early = alice.view.epoch
    ledger.show(ALICE, ledger.make(label, version, previous, opened, stamp=early))
    play.epoch()
    before = alice.chain
    with pytest.raises(ProofError, match="asked for after"):
        alice.look_at_self(ledger, play.now)
    assert alice.own is before
    monkeypatch.setattr(rules, "check_stamp", lambda *_: None)
    alice.look_at_self(ledger, play.now)


def test_an_update_that_is_stamped_with_an_epoch_to_come_is_refused(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    [(label, version, previous, opened)] = play.ledger.waiting
    play.ledger.waiting.clear()
    to_come = play.ledger.size + 5
    play.ledger.show(ALICE, play.ledger.make(label, version, previous, opened, stamp=to_come))
    play.epoch()
    with pytest.raises(ProofError):
        play.alice.look_at_self(play.ledger, play.now)


def test_a_version_that_went_back_convicts(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    with pytest.raises(MisconductError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    assert raised.value.kind == "E4"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_what_our_key_signed_and_no_device_announced_is_a_ghost(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    with pytest.raises(UnannouncedError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    assert (raised.value.shown, raised.value.ours) == (b"\xee" * 32, play.alice.chain.head)


def test_what_we_asked_for_ourselves_needs_no_announcement(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.epoch()
    play.alice.manifests.clear()
    assert play.alice.look_at_self(play.ledger, play.now).news is OwnNews.IN_LOG
    standing = play.alice.chain.standing
    assert standing is not None
    assert not standing.past_unseen, "every record was read, from the first on"


def test_what_another_device_of_ours_announced_is_learned(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.alice.manifests.add((3, b"\xee" * 32))
    looked = play.alice.look_at_self(play.ledger, play.now)
    assert looked.news is OwnNews.LEARNED
    assert looked.own.version == 3


def test_a_change_that_our_key_did_not_sign_convicts(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost(SigningKey.draw(play.random.randbytes)))
    play.epoch()
    with pytest.raises(MisconductError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    assert raised.value.kind == "E7"
    body = Evidence.decode(raised.value.evidence).body
    assert isinstance(body, Change)
    assert body.dispute == b"", "nobody has to say a word"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_a_reset_that_we_dispute_convicts(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    with pytest.raises(DisplacedError) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    signing, opened = play.alice.signing, play.alice.chain.opened
    assert opened is not None
    assert (raised.value.what, raised.value.ours) == ("account", opened.record)
    assert raised.value.shown == raised.value.record.encode()
    said = dispute(raised.value, signing, play.now * 1000)
    found = accuse(play.config, raised.value, signing.verifying, said)
    proven = verify(found.evidence, {play.config.hash.hex()})
    assert proven.kind.value == "E7"
    assert "disputes" in proven.what
    with pytest.raises(ForgedError):
        accuse(play.config, raised.value, signing.verifying, dispute(raised.value, eve, 1))


@pytest.mark.parametrize("versions", [0, 1])
def test_a_new_device_of_ours_sees_a_first_version_or_none(versions: int) -> None:
    play = stage(versions=versions)
    view, key = play.alice.view, play.alice.signing.verifying
    begun, shown = OwnChain.begin(view, ALICE), play.ledger.lookup(ALICE, 0, view.size)
    own = look_up_own(view, begun, shown, 0, key, (), play.now).own
    assert (own.version, len(own.links)) == (versions, versions)


def test_a_new_device_of_ours_begins_with_the_newest_version(play: Stage) -> None:
    view = play.alice.view
    own = OwnChain.begin(view, ALICE)
    key = play.alice.signing.verifying
    looked = look_up_own(view, own, play.ledger.lookup(ALICE, 0, view.size), 0, key, (), play.now)
    assert (looked.own.version, len(looked.own.links)) == (2, 1)
    play.anchor()
    play.alice.own, play.alice.view = looked.own, looked.view
    play.alice_checks()
    assert play.alice.chain.checked.anchor_no == 2


@pytest.mark.parametrize("kind", [RecordKind.RESET, RecordKind.UPDATE])
def test_who_knows_the_newest_version_alone_can_accuse(play: Stage, kind: RecordKind) -> None:
    """As a device that was linked, or restored from the words, and saw no change since."""
    view, signing = play.alice.view, play.alice.signing
    begun, shown = OwnChain.begin(view, ALICE), play.ledger.lookup(ALICE, 0, view.size)
    looked = look_up_own(view, begun, shown, 0, signing.verifying, (), play.now)
    play.alice.own, play.alice.view = OwnChain.decode(looked.own.encode()), looked.view
    play.ledger.show(ALICE, play.ghost(SigningKey.draw(play.random.randbytes), kind))
    play.epoch()
    with pytest.raises((DisplacedError, MisconductError)) as raised:
        play.alice.look_at_self(play.ledger, play.now)
    found = raised.value
    if isinstance(found, DisplacedError):
        said = dispute(found, signing, play.now * 1000)
        found = accuse(play.config, found, signing.verifying, said)
    assert verify(found.evidence, {play.config.hash.hex()}).kind.value == "E7"


def test_records_of_other_devices_that_had_no_room_are_asked_for(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    view, own, key = play.alice.view, play.alice.chain, play.alice.signing.verifying
    proof = play.ledger.lookup(ALICE, 2, view.size)
    entry = play.ledger.entry(ALICE, 2, play.ledger.size - 1, opened=0)
    sealed = replace(proof, entries=(entry,))
    with pytest.raises(MissingRecordsError):
        look_up_own(view, own, sealed, 0, key, {(3, b"\xee" * 32)}, play.now)
    opened = play.ledger.records(ALICE, 2)
    announced = {(3, b"\xee" * 32)}
    assert look_up_own(view, own, sealed, 0, key, announced, play.now, opened).own.version == 3


def checked_at_anchors(play: Stage, numbers: list[int]) -> None:
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    proofs = [play.ledger.at_anchor(ALICE, number) for number in numbers]
    play.alice.own = check_own(play.alice.view, play.alice.chain, proofs)


def test_every_anchor_is_checked_and_none_skipped(play: Stage) -> None:
    play.anchor()
    play.alice_publishes()
    play.anchor()
    play.anchor()
    with pytest.raises(ProofError):
        checked_at_anchors(play, [2, 4])
    with pytest.raises(ProofError):
        checked_at_anchors(play, [3, 4])
    assert anchors_to_check(play.alice.view, play.alice.chain) == range(2, 5)
    checked_at_anchors(play, [2, 3, 4])
    assert play.alice.chain.checked.anchor_no == 4
    assert len(anchors_to_check(play.alice.view, play.alice.chain)) == 0


def test_anchors_newer_than_our_look_have_to_wait(play: Stage) -> None:
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    with pytest.raises(ValueError, match="we looked in"):
        check_own(play.alice.view, play.alice.chain, [play.ledger.at_anchor(ALICE, 2)])


@pytest.mark.parametrize("lie", ["ghost", "old", "absent"])
def test_an_anchor_that_showed_something_else_convicts(play: Stage, lie: str) -> None:
    """While she was away: the truth is back when she looks."""
    shown = {"ghost": play.ghost(), "old": play.alice.chain.links[0].head, "absent": None}
    play.ledger.show(ALICE, shown[lie])
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.epoch()
    before = play.alice.chain.checked
    with pytest.raises(MisconductError) as raised:
        play.alice_checks()
    assert raised.value.kind == "E4"
    verify(raised.value.evidence, {play.config.hash.hex()})
    assert play.alice.chain.checked == before


def test_a_month_away_is_checked_anchor_by_anchor(play: Stage) -> None:
    for day in range(30):
        if day == 7:
            play.ledger.show(ALICE, play.alice.chain.links[0].head)
        if day == 8:
            play.ledger.show_truth(ALICE)
        play.anchor()
    with pytest.raises(MisconductError) as raised:
        play.alice_checks()
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_who_was_away_for_longer_than_maps_are_kept_goes_past_those_anchors() -> None:
    play = stage(versions=2, window=400, retention=4_000, heartbeat=300)
    for _ in range(30):
        play.epoch(400)
    head, listed = play.ledger.anchors(1, play.alice.view.size)
    play.alice.view = accept_anchors(play.alice.view, head, listed, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    own = skip_forgotten(play.alice.view, play.alice.chain, listed.leaves)
    gone = len(listed.leaves) - 11  # ten windows, and the newest
    assert own.checked == listed.leaves[gone - 1]
    with pytest.raises(ProofError):
        skip_forgotten(play.alice.view, play.alice.chain, listed.leaves[1:])
    numbers = anchors_to_check(play.alice.view, own)
    proofs = [play.ledger.at_anchor(ALICE, number) for number in numbers]
    play.alice.own = check_own(play.alice.view, own, proofs)
    assert skip_forgotten(play.alice.view, play.alice.chain, ()) == play.alice.chain
