"""Looking a label up: what is proven is pinned, and found again at the anchor behind it."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    ForgedError,
    MalformedError,
    MisconductError,
    MissingRecordsError,
    ProofError,
    UnwitnessedError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.lookup import anchor_due, look_up, settle
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import QUORUM_PATIENCE
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def keys(play: Stage) -> list[object]:
    return [play.alice.signing.verifying]


def look_up_bytes(play: Stage, data: bytes, pin: Pin | None) -> None:
    look_up(play.bob.view, LookupProof.decode(data), 0, ALICE, pin, keys(play), play.now)


def refused(play: Stage, proof: LookupProof, error: type[Exception]) -> None:
    """Bob does not take it, and nothing of his changes."""
    pin = play.bob.pins.get(ALICE)
    before = play.bob.view.encode(), pin and pin.encode()
    with pytest.raises((error, MalformedError)):
        look_up_bytes(play, proof.encode(), pin)
    assert (play.bob.view.encode(), pin and pin.encode()) == before


def test_what_is_proven_is_pinned_and_pending(play: Stage) -> None:
    play.bob_looks()
    pin = play.bob.pins[ALICE]
    assert (pin.version, pin.head) == (play.alice.chain.version, play.alice.chain.head)
    assert pin.is_pending
    assert not pin.waits
    assert anchor_due(play.bob.view, pin) is None
    assert Pin.decode(pin.encode()) == pin


def test_at_the_next_anchor_it_is_settled(play: Stage) -> None:
    play.bob_looks()
    play.alice_publishes()
    play.anchor()
    play.bob_checks()
    assert not play.bob.pins[ALICE].is_pending
    assert play.bob.pins[ALICE].version == 2
    play.bob_looks()
    assert play.bob.pins[ALICE].version == 3


def test_absence_is_proven_and_pinned() -> None:
    play = stage(versions=0)
    play.bob_looks()
    pin = play.bob.pins[ALICE]
    assert pin.standing is None
    assert Pin.decode(pin.encode()) == pin


def test_who_was_told_absent_is_shown_the_first_version_later() -> None:
    play = stage(versions=0)
    play.bob_looks()
    for _ in range(3):
        play.alice_publishes()
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    newest_alone = play.ledger.entry(ALICE, 0, play.ledger.size - 1, opened=1)
    proof = replace(proof, entries=(newest_alone,))
    pin, older = play.bob.pins[ALICE], play.ledger.records(ALICE, 0)
    looked = look_up(play.bob.view, proof, 0, ALICE, pin, keys(play), play.now, older)
    assert looked.pin.version == 3
    proof = replace(proof, entries=(newest_alone.newest(),))
    with pytest.raises(ProofError, match="leaves out"):
        look_up(play.bob.view, proof, 0, ALICE, pin, keys(play), play.now)


def test_every_edge_of_a_proof_is_refused(play: Stage) -> None:
    play.alice_publishes()
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    [entry] = proof.entries
    assert entry.chain is not None
    chain, path = entry.chain, entry.path
    other = play.ledger.entry(ALICE, 0, 1)
    for wrong in (
        replace(entry, path=replace(path, steps=((3, bytes(32)), *path.steps))),
        replace(entry, location=bytes(80)),
        replace(entry, location=entry.location[:-1] + bytes([entry.location[-1] ^ 1])),
        replace(entry, chain=None),
        replace(entry, chain=replace(chain, version=chain.version + 1)),
        replace(entry, chain=replace(chain, previous=b"\1" * 32)),
        replace(entry, chain=replace(chain, steps=chain.steps[::-1])),
        replace(entry, chain=other.chain, path=other.path),
    ):
        refused(play, replace(proof, entries=(wrong,)), ProofError)
    refused(play, replace(proof, entries=()), ProofError)
    with pytest.raises(ProofError, match="without number 1"):
        look_up(play.bob.view, proof, 1, ALICE, None, keys(play), play.now)
    refused(play, replace(proof, head=play.ledger.head(1, play.ledger.size - 1)), ProofError)
    data = proof.encode()
    for bad in (data + b"\0", data[:-1], b""):
        with pytest.raises(MalformedError):
            LookupProof.decode(bad)


def test_a_record_that_another_key_signed_is_refused(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.bob_looks()
    play.ledger.show(ALICE, play.ghost(eve))
    play.epoch()
    proof = play.ledger.lookup(ALICE, 2, play.bob.view.size)
    pin, view = play.bob.pins[ALICE], play.bob.view
    with pytest.raises(ForgedError):
        look_up(view, proof, 0, ALICE, pin, [*keys(play), eve.verifying], play.now)
    with pytest.raises(ProofError, match="lacks the key"):
        look_up(view, proof, 0, ALICE, pin, keys(play), play.now)


def test_records_that_had_no_room_are_asked_for(play: Stage) -> None:
    play.bob_looks()
    play.alice_publishes()
    play.alice_publishes()
    pin, view = play.bob.pins[ALICE], play.bob.view
    proof = play.ledger.lookup(ALICE, 2, view.size)
    sealed = play.ledger.entry(ALICE, 2, play.ledger.size - 1, opened=1)
    proof = replace(proof, entries=(sealed,))
    with pytest.raises(MissingRecordsError) as raised:
        look_up(view, proof, 0, ALICE, pin, keys(play), play.now)
    assert (raised.value.after, raised.value.until) == (2, 4)
    opened = play.ledger.records(ALICE, 2)
    looked = look_up(view, proof, 0, ALICE, pin, keys(play), play.now, opened)
    assert looked.pin.version == 4
    sealed = play.ledger.entry(ALICE, 2, play.ledger.size - 1, opened=0)
    proof, first = replace(proof, entries=(sealed,)), {3: opened[3]}  # as a page of them came
    with pytest.raises(MissingRecordsError) as raised:
        look_up(view, proof, 0, ALICE, pin, keys(play), play.now, first)
    assert raised.value.after == 3
    wrong = {number: replace(each, opening=bytes(16)) for number, each in opened.items()}
    with pytest.raises(ProofError):
        look_up(view, proof, 0, ALICE, pin, keys(play), play.now, wrong)


def test_a_chain_that_leaves_versions_out_is_refused(play: Stage) -> None:
    play.bob_looks()
    play.alice_publishes()
    play.alice_publishes()
    refused(play, play.ledger.lookup(ALICE, 3, play.bob.view.size), ProofError)


def test_a_label_that_went_back_convicts(play: Stage) -> None:
    play.bob_looks()
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    with pytest.raises(MisconductError) as raised:
        play.bob_looks()
    assert raised.value.kind == "E4"
    verify(raised.value.evidence, {play.config.hash.hex()})


def test_another_anchor_settles_nothing(play: Stage) -> None:
    play.bob_looks()
    with pytest.raises(ProofError):
        settle(play.bob.view, play.bob.pins[ALICE], play.ledger.at_anchor(ALICE, 1))
    play.anchor()
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    pin = play.bob.pins[ALICE]
    with pytest.raises(ProofError):
        settle(play.bob.view, pin, play.ledger.at_anchor(ALICE, 3, 2))
    stale = replace(play.ledger.at_anchor(ALICE, 2, 2), entry=play.ledger.entry(ALICE, 0, 1))
    with pytest.raises(ProofError):
        settle(play.bob.view, pin, stale)
    assert not settle(play.bob.view, pin, play.ledger.at_anchor(ALICE, 2, 2)).is_pending


def test_changed_keys_wait_for_the_witnesses_and_old_ones_do_not(play: Stage) -> None:
    play.bob_looks()
    silent = replace(play.bob.view, quorum_at=play.now - QUORUM_PATIENCE - 1)
    assert silent.is_unwitnessed(play.now)
    with pytest.raises(UnwitnessedError):
        silent.check_witnessed(play.now)
    replace(silent, quorum_at=play.now - QUORUM_PATIENCE).check_witnessed(play.now)


def test_what_changed_is_not_taken_without_the_witnesses() -> None:
    witness = Cosigner.from_seed("w.test", Algorithm.COSIGNATURE, bytes(32))
    policy = Policy.parse(f"witness w {witness.vkey.encode()}\nquorum w\n")
    play = stage(policy=policy)
    with pytest.raises(UnwitnessedError):
        play.bob_looks()
    play.bob.view = replace(play.bob.view, quorum_at=play.now)
    play.bob_looks()
    play.bob.view = replace(play.bob.view, quorum_at=0)
    play.bob_looks()
    play.alice_publishes()
    with pytest.raises(UnwitnessedError):
        play.bob_looks()
    assert play.bob.pins[ALICE].version == 1


def test_an_anchor_needs_no_second_look_whoever_cosigned_it() -> None:
    auditor = Cosigner.from_seed("audit.test", Algorithm.COSIGNATURE, bytes(32))
    text = f"witness audit.test {auditor.vkey.encode()}\ngroup auditors any audit.test\n"
    play = stage(policy=Policy.parse(text + "quorum none\n"))
    play.anchor()
    play.bob_looks()
    assert not play.bob.pins[ALICE].is_pending
