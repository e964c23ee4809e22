"""The proof in a first contact: good enough to answer today, connected with our head later."""

from dataclasses import replace

import pytest

from doorless_protocol.errors import (
    ForgedError,
    MalformedError,
    MisconductError,
    ProofError,
    StaleLogError,
    UnconnectedError,
    UnwitnessedError,
)
from doorless_protocol.keys import SigningKey
from doorless_protocol.log import staple as rules
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.head import accept_head
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import compact
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.staple import MAX_AGE, Vouched, Waiting, connect, vouch
from doorless_protocol.log.verdict import verify
from logstage import ALICE, Stage, stage


@pytest.fixture
def play() -> Stage:
    play = stage(versions=2)
    play.epoch()
    return play


def proof_of_alice(play: Stage) -> bytes:
    return compact(play.ledger.lookup(ALICE, 0, 1))


def vouched(play: Stage, data: bytes | None = None, after: int = 0, **more: object) -> Vouched:
    keys = [play.alice.signing.verifying]
    return vouch(play.config, ALICE, data or proof_of_alice(play), keys, play.now + after, **more)


def test_it_fits_a_first_contact_and_names_who_writes(play: Stage) -> None:
    assert len(proof_of_alice(play)) <= 11 * 1024
    found = vouched(play)
    assert found.pin.head == play.alice.chain.head
    assert found.pin.label == ALICE
    assert found.pin.settled is False
    assert found.waiting.size == play.ledger.size
    assert Waiting.decode(found.waiting.encode()) == found.waiting


def test_it_is_a_day_old_at_most(play: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    vouched(play, after=MAX_AGE)
    for after in (MAX_AGE + 1, -121):
        with pytest.raises(StaleLogError):
            vouched(play, after=after)
    ahead = play.now + play.config.max_ahead
    rules.check_fresh(play.config, 1000 * ahead + 999, play.now)
    with pytest.raises(StaleLogError):
        rules.check_fresh(play.config, 1000 * (ahead + 1), play.now)
    monkeypatch.setattr(rules, "check_fresh", lambda *_: None)
    vouched(play, after=MAX_AGE + 1)


def test_every_edge_of_it_is_refused(play: Stage) -> None:
    data = proof_of_alice(play)
    for wrong in (data[:-1], data + b"\0"):
        with pytest.raises(MalformedError):
            vouched(play, wrong)
    stranger = SigningKey.draw(play.random.randbytes)
    with pytest.raises(ProofError):
        vouch(play.config, ALICE, data, [stranger.verifying], play.now)
    other = replace(play.config, ed25519=stranger.verifying.encoded[:32])
    with pytest.raises(ForgedError):
        vouch(other, ALICE, data, [play.alice.signing.verifying], play.now)
    with pytest.raises(ProofError):
        vouch(play.config, type(ALICE)("mallory"), data, [play.alice.signing.verifying], play.now)


def test_a_proof_of_absence_vouches_for_nobody() -> None:
    play = stage(versions=0)
    with pytest.raises(ProofError, match="nobody"):
        vouched(play, play.ledger.lookup(ALICE, 0, 0).encode())


def test_it_needs_the_quorum_itself(play: Stage) -> None:
    witness = Cosigner.from_seed("w.test", Algorithm.COSIGNATURE, bytes(32))
    policy = Policy.parse(f"witness w {witness.vkey.encode()}\nquorum w\n")
    set_up = stage(versions=1, policy=policy)
    data = set_up.ledger.lookup(ALICE, 0, 0).encode()
    with pytest.raises(UnwitnessedError):
        vouch(set_up.config, ALICE, data, [set_up.alice.signing.verifying], set_up.now)


def test_what_does_not_fit_what_we_held_convicts(play: Stage) -> None:
    play.bob_looks()
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    with pytest.raises(MisconductError) as raised:
        vouched(play, known=play.bob.pins[ALICE])
    assert raised.value.kind == "E4"


def test_at_an_anchor_it_needs_no_second_look() -> None:
    play = stage(versions=1)
    play.anchor()
    play.bob.catch_up(play.ledger, play.now)
    found = vouched(play, play.ledger.lookup(ALICE, 0, 0).encode(), view=play.bob.view)
    assert found.pin.settled is True
    assert (found.pin.since, found.pin.vouched) == (None, False)
    play.epoch()
    found = vouched(play, play.ledger.lookup(ALICE, 0, 0).encode())
    assert (found.pin.since, found.pin.settled) == (None, False)


def test_at_the_anchor_that_it_came_with_it_waits_for_the_next() -> None:
    play = stage(versions=1)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    anchor = play.anchor().leaf.epoch
    found = vouched(play, play.ledger.lookup(ALICE, 0, 0).encode())
    assert (found.pin.since, found.pin.settled, found.pin.vouched) == (anchor, False, True)


def test_a_closed_name_that_somebody_else_took_waits(play: Stage) -> None:
    """It is created again, and no first version: who had it before is not known."""
    eve = SigningKey.draw(play.random.randbytes)
    closed = play.ghost(kind=RecordKind.CLOSE)
    play.ledger.show(ALICE, closed)
    play.epoch()
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.CREATE, closed))
    play.epoch()
    data = play.ledger.lookup(ALICE, 0, 0).encode()
    found = vouch(play.config, ALICE, data, [eve.verifying], play.now)
    assert (found.pin.version, found.pin.since) == (4, play.ledger.size - 1)


def test_what_came_a_moment_ago_waits_as_a_reset_does(play: Stage) -> None:
    """The newest record alone is there: it may follow a reset."""
    found = vouched(play)
    standing = found.pin.standing
    assert standing is not None
    assert standing.version == 2
    assert found.pin.since == play.alice.chain.links[-1].epoch
    assert found.pin.vouched is True


def test_its_head_is_connected_at_the_next_look(play: Stage) -> None:
    waiting = vouched(play).waiting
    behind = play.bob.view
    assert not connect(behind, waiting, play.ledger.head(waiting.size))
    assert not connect(behind, waiting, play.ledger.head(waiting.size, behind.size))
    play.bob.catch_up(play.ledger, play.now)
    assert connect(play.bob.view, waiting, play.ledger.head(waiting.size))
    play.epoch()
    assert connect(play.bob.view, waiting, play.ledger.head(waiting.size))
    play.bob.catch_up(play.ledger, play.now)
    proof = play.ledger.head(waiting.size)
    assert connect(play.bob.view, waiting, proof)
    play.epoch()
    raced = play.ledger.head(waiting.size)
    assert not connect(play.bob.view, waiting, raced)
    with pytest.raises(ProofError):
        connect(play.bob.view, waiting, play.ledger.head(1, play.bob.view.size))
    with pytest.raises(UnconnectedError):
        connect(play.bob.view, waiting, replace(proof, consistency=proof.consistency[:-1]))


def test_a_head_of_another_log_convicts_or_challenges(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    keys = [play.alice.signing.verifying]
    waiting = vouch(play.config, ALICE, compact(other.lookup(ALICE)), keys, play.now).waiting
    play.bob.catch_up(play.ledger, play.now)
    with pytest.raises(MisconductError) as raised:
        connect(play.bob.view, waiting, play.ledger.head())
    assert raised.value.kind == "E1"
    with pytest.raises(MisconductError):
        vouch(
            play.config,
            ALICE,
            compact(other.lookup(ALICE)),
            keys,
            play.now,
            view=play.bob.view,
        )
    play.epoch()
    view = accept_head(play.bob.view, play.ledger.head(play.bob.view.size), play.now)
    with pytest.raises(UnconnectedError) as challenged:
        connect(view, waiting, play.ledger.head(waiting.size))
    assert verify(challenged.value.challenge, {play.config.hash.hex()}).is_challenge
