"""What convicts, and that nothing else does: each kind with the twin that proves nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorless_lab.keylog.people import Owner
from doorless_protocol.errors import (
    DoorlessError,
    MalformedError,
    MisconductError,
    ProofError,
    UnconnectedError,
    UnpinnedError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.accuse import accusation, challenge
from doorless_protocol.log.chain import Step
from doorless_protocol.log.epoch import Delta
from doorless_protocol.log.evidence import (
    Change,
    Evidence,
    Kind,
    Leaves,
    Notes,
    Promise,
    Sightings,
    Transition,
)
from doorless_protocol.log.label import Label
from doorless_protocol.log.map import Leaf, Path
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import Sighting, Trail
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.tree import inclusion_path
from doorless_protocol.log.verdict import is_proven, verify
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def leaf_of(play: Stage, epoch: int) -> SignedLeaf:
    ledger = play.ledger
    path = inclusion_path(ledger.tree, epoch, ledger.size)
    return SignedLeaf(ledger.note(), ledger.epochs[epoch].leaf, path)


def sighting(play: Stage, epoch: int) -> Sighting:
    """Alice as an epoch shows her, with every version laid open."""
    ledger, index = play.ledger, play.ledger.index(ALICE)
    head = ledger.epochs[epoch].heads.get(index)
    steps = tuple(each.step for each in ledger.history(head)) if head else ()
    trail = Trail(0, bytes(32), steps) if steps else None
    return Sighting(leaf_of(play, epoch), index, ledger.path(index, epoch), trail)


def proves(play: Stage, kind: Kind, body: object) -> str:
    found = accusation(kind, play.config, body)
    proven = verify(found.evidence, {play.config.hash.hex()})
    assert (proven.kind, proven.is_challenge) == (kind, False)
    assert (proven.origin, proven.config_hash) == (play.config.origin, play.config.hash)
    return proven.what


def proves_nothing(play: Stage, kind: Kind, body: object) -> None:
    with pytest.raises((ProofError, MalformedError)):
        accusation(kind, play.config, body)


def test_two_roots_of_one_size(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    one, two = play.ledger.note(), other.note()
    proves(play, Kind.TWO_ROOTS, Notes(one, two))
    proves_nothing(play, Kind.TWO_ROOTS, Notes(one, one))
    proves_nothing(play, Kind.TWO_ROOTS, Notes(one, other.note(2)))
    found = challenge(play.config, one, other.note(2))
    assert isinstance(found, UnconnectedError)
    assert verify(found.challenge, {play.config.hash.hex()}).is_challenge
    assert not is_proven(found.challenge, play.config)
    with pytest.raises(ProofError):
        challenge(play.config, one, two)


def test_two_leaves_of_one_epoch_and_two_anchors_of_one_number(play: Stage) -> None:
    twin = stage(versions=2)
    twin.ledger = play.ledger.fork()
    twin.ledger.publish(play.now + 1)
    play.anchor()
    twin.now = play.now + 5
    twin.epoch()
    newest = play.ledger.size - 1
    anchors = Leaves(leaf_of(play, newest), leaf_of(twin, newest + 1))
    leaves = Leaves(leaf_of(play, newest), leaf_of(twin, newest))
    same = Leaves(leaf_of(play, 0), leaf_of(twin, 0))
    proves(play, Kind.TWO_ANCHORS, anchors)
    proves(play, Kind.TWO_LEAVES, leaves)
    proves_nothing(play, Kind.TWO_ANCHORS, leaves)
    proves_nothing(play, Kind.TWO_LEAVES, anchors)
    proves_nothing(play, Kind.TWO_ANCHORS, same)
    proves_nothing(play, Kind.TWO_LEAVES, same)
    ours = [leaf_of(play, 1), leaf_of(play, 2)]  # neither is an anchor
    proves_nothing(play, Kind.TWO_ANCHORS, Leaves(*ours))


@pytest.mark.parametrize("lie", ["ghost", "old", "absent"])
def test_one_label_with_two_histories(play: Stage, lie: str) -> None:
    shown = {"ghost": play.ghost(), "old": play.alice.chain.links[0].head, "absent": None}
    play.ledger.show(ALICE, shown[lie])
    play.epoch()
    play.ledger.show_truth(ALICE)
    play.epoch()
    proves(play, Kind.CONTRADICTION, Sightings(sighting(play, 3), sighting(play, 4)))
    proves_nothing(play, Kind.CONTRADICTION, Sightings(sighting(play, 2), sighting(play, 4)))
    proves_nothing(play, Kind.CONTRADICTION, Sightings(sighting(play, 3), sighting(play, 3)))
    other = replace(sighting(play, 4), index=b"\1" * 32)
    proves_nothing(play, Kind.CONTRADICTION, Sightings(sighting(play, 3), other))


def test_a_stamp_that_was_altered_is_no_evidence(play: Stage) -> None:
    """A false accuser changes when a version entered: its head is then another one."""
    play.epoch()
    seen = sighting(play, 3)
    assert seen.trail is not None
    first, second = seen.trail.steps
    forged = replace(seen, trail=replace(seen.trail, steps=(first, Step(1, second.commitment))))
    proves_nothing(play, Kind.CONTRADICTION, Sightings(sighting(play, 1), forged))


def test_a_head_that_does_not_follow_from_the_deltas(play: Stage) -> None:
    def body(epoch: int, deltas: tuple[Delta, ...] | None = None) -> Transition:
        before, index = sighting(play, epoch - 1), play.ledger.index(ALICE)
        made = play.ledger.epochs[epoch]
        changes = made.deltas if deltas is None else deltas
        path = play.ledger.path(index, epoch)
        return Transition(before, leaf_of(play, epoch), path, made.heads.get(index), changes)

    play.ledger.show(ALICE, play.ghost())
    play.epoch()  # 3: another head, and no delta says so
    play.ledger.show_truth(ALICE)
    play.epoch()  # 4
    play.ledger.show(ALICE, None)
    play.epoch()  # 5: gone, and nobody else is there
    play.ledger.show_truth(ALICE)
    carol = Owner.named(play.ledger, Label("carol"), play.random.randbytes, play.now)
    carol.publish(play.ledger, play.random.randbytes, play.now)
    play.epoch()  # 6: back, and Carol came
    play.epoch()  # 7: nobody changed
    play.ledger.show(ALICE, None)
    play.epoch()  # 8: gone, and Carol is there
    for epoch in (3, 4, 5, 6, 8):
        proves(play, Kind.BAD_TRANSITION, body(epoch))
    for epoch in (1, 2, 7):  # created, updated, as before
        proves_nothing(play, Kind.BAD_TRANSITION, body(epoch))
    there = body(2)
    assert there.head is not None
    other = Leaf(there.before.index, there.head)  # as if another key stood where she would
    hidden = replace(there, head=None, path=Path(there.path.steps, other))
    proves_nothing(play, Kind.BAD_TRANSITION, hidden)
    proves_nothing(play, Kind.BAD_TRANSITION, body(3, play.ledger.epochs[2].deltas))
    proves_nothing(play, Kind.BAD_TRANSITION, replace(body(3), after=leaf_of(play, 4)))


def test_a_promise_that_was_not_kept(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    [taken] = play.ledger.waiting
    play.ledger.waiting.clear()
    update = play.alice.chain.update
    assert update is not None
    assert update.receipt is not None
    play.epoch(10)  # 3: due, not later
    play.epoch()  # 4: later
    play.ledger.waiting.append(taken)
    play.epoch()  # 5: late, and there
    proves(play, Kind.BROKEN_PROMISE, Promise(update.receipt, sighting(play, 4)))
    for epoch in (3, 5):
        proves_nothing(play, Kind.BROKEN_PROMISE, Promise(update.receipt, sighting(play, epoch)))
    forged = replace(update.receipt, due_ms=0)
    with pytest.raises(DoorlessError):
        accusation(Kind.BROKEN_PROMISE, play.config, Promise(forged, sighting(play, 4)))


def changed(play: Stage, signer: SigningKey, kind: RecordKind) -> Change:
    play.ledger.show(ALICE, play.ghost(signer, kind))
    play.epoch()
    seen = sighting(play, play.ledger.size - 1)
    history = play.ledger.history(play.ledger.epochs[-1].heads[seen.index])
    key = play.alice.signing.verifying
    return Change(seen, 3, history[1].opened, history[2].opened, key, b"")


def test_a_change_that_the_account_did_not_sign(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    body = changed(play, eve, RecordKind.UPDATE)
    proves(play, Kind.UNAUTHORISED, body)
    proves_nothing(play, Kind.UNAUTHORISED, replace(body, key=eve.verifying))
    stranger = SigningKey.draw(play.random.randbytes)
    proves_nothing(play, Kind.UNAUTHORISED, replace(body, key=stranger.verifying))
    proves_nothing(play, Kind.UNAUTHORISED, replace(body, dispute=b"needed by none"))
    proves_nothing(play, Kind.UNAUTHORISED, replace(body, version=2))
    proves_nothing(play, Kind.UNAUTHORISED, replace(body, record=body.before))


def test_a_change_that_the_account_signed_convicts_nobody(play: Stage) -> None:
    body = changed(play, play.alice.signing, RecordKind.UPDATE)
    proves_nothing(play, Kind.UNAUTHORISED, body)


def test_a_label_that_its_account_closed_is_free_for_anybody(play: Stage) -> None:
    closed = play.ghost(kind=RecordKind.CLOSE)
    play.ledger.show(ALICE, closed)
    play.epoch()
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.CREATE, closed))
    play.epoch()
    seen = sighting(play, play.ledger.size - 1)
    history = play.ledger.history(play.ledger.epochs[-1].heads[seen.index])
    key = play.alice.signing.verifying
    body = Change(seen, 4, history[2].opened, history[3].opened, key, b"")
    proves_nothing(play, Kind.UNAUTHORISED, body)


def test_a_reset_without_the_owners_word_convicts_nobody(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    proves_nothing(play, Kind.UNAUTHORISED, changed(play, eve, RecordKind.RESET))


def a_bundle(play: Stage) -> bytes:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    found = accusation(Kind.TWO_ROOTS, play.config, Notes(play.ledger.note(), other.note()))
    assert isinstance(found, MisconductError)
    return found.evidence


def test_a_bundle_rests_on_pinned_keys_alone(play: Stage) -> None:
    data = a_bundle(play)
    vkeys = {key.encode() for key in play.config.vkeys}
    for pins in (vkeys, {play.config.hash.hex()}, vkeys | {"another"}):
        assert verify(data, pins).origin == play.config.origin
    for pins in (set(), {"another"}, {bytes(32).hex()}, {sorted(vkeys)[0]}):
        with pytest.raises(UnpinnedError):
            verify(data, pins)


def test_a_log_that_uses_other_keys_convicts_itself_and_not_ours(play: Stage) -> None:
    other = stage(seed=9, versions=2)
    with pytest.raises(UnpinnedError):
        verify(a_bundle(other), {play.config.hash.hex()})


@pytest.mark.parametrize(
    "alter",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"",
        lambda data: b"KTEV\x02" + data[5:],
        lambda data: data[:5] + b"E0" + data[7:],
        lambda data: data[:5] + b"E4" + data[7:],
        lambda data: data + data,
        lambda data: data + bytes(8 << 20),
    ],
)
def test_a_bundle_has_one_form(play: Stage, alter: Callable[[bytes], bytes]) -> None:
    data = a_bundle(play)
    assert Evidence.decode(data).encode() == data
    with pytest.raises(MalformedError):
        verify(alter(data), {play.config.hash.hex()})


def test_no_byte_of_a_bundle_may_be_another(play: Stage) -> None:
    """Of either signature, either root, the configuration: all of it counts."""
    data = a_bundle(play)
    for at in range(0, len(data), 41):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(DoorlessError):
            verify(altered, {play.config.hash.hex()})


def test_a_body_of_another_kind_is_a_mistake_of_ours(play: Stage) -> None:
    notes = Notes(play.ledger.note(), play.ledger.note())
    with pytest.raises(ValueError, match="not the body"):
        Evidence(Kind.CONTRADICTION, play.config, notes).encode()
