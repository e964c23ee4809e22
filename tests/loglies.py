"""Lies that a key log can tell, each of which one rule of a client stops.

Each is a play: it returns if the lie is believed.
"""

from dataclasses import replace

from doorless_protocol.keys import SigningKey
from doorless_protocol.log import verdict
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.displaced import DisplacedError, accuse, dispute
from doorless_protocol.log.evidence import Kind, Notes
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.lookup import look_up
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.own_anchors import check_own
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.proofs import AnchorList
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.staple import vouch
from logstage import ALICE, DAY, Stage, stage


def a_frozen_log(play: Stage) -> None:
    accept_head(play.bob.view, play.ledger.head(1), play.now + DAY)


def a_shorter_log(play: Stage) -> None:
    play.epoch()
    play.bob.catch_up(play.ledger, play.now)
    accept_head(play.bob.view, play.ledger.head(size=2), play.now)


def an_epoch_out_of_its_place(play: Stage) -> None:
    play.bob_checks()
    epoch = play.ledger.fork().publish(play.now + 10)
    play.now += 10
    play.ledger.put(replace(epoch, leaf=replace(epoch.leaf, epoch=epoch.leaf.epoch + 1)))
    accept_head(play.bob.view, play.ledger.head(play.bob.view.size), play.now)


def no_more_anchors(play: Stage) -> None:
    play.anchor()
    last = play.ledger.epochs.pop()
    ledger = play.ledger.fork()
    ledger.put(replace(last, leaf=replace(last.leaf, anchor_no=0)))
    accept_head(play.bob.view, ledger.head(1), play.now)


def an_anchor_a_minute(play: Stage) -> None:
    number = play.anchor().leaf.anchor_no
    last = play.epoch(60)
    play.ledger.epochs.pop()
    ledger = play.ledger.fork()
    ledger.put(replace(last, leaf=replace(last.leaf, anchor_no=number + 1)))
    head, listed = ledger.anchors(1, 1)
    accept_anchors(play.bob.view, head, listed, play.now)


def an_anchor_left_out(play: Stage) -> None:
    play.anchor()
    play.anchor()
    head, listed = play.ledger.anchors(1, 1)
    accept_anchors(play.bob.view, head, AnchorList(listed.leaves[1:], listed.inclusion), play.now)


def an_old_version(play: Stage) -> None:
    play.bob_looks()
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    play.bob_looks()


def an_unsigned_record(play: Stage) -> None:
    play.bob_looks()
    record = play.alice.record(RecordKind.UPDATE, play.now, b"\xee" * 32).encode()
    forged = Opened(bytes(16), record[:-3309] + bytes(3309))
    chain = play.alice.chain
    play.ledger.show(ALICE, play.ledger.make(ALICE, 3, chain.head, forged, play.ledger.size))
    play.epoch()
    play.bob_looks()


def a_reset_left_out(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    reset = play.ghost(eve, RecordKind.RESET)
    play.ledger.show(ALICE, reset)
    play.epoch()
    play.ledger.show(ALICE, play.ghost(eve, after=reset))
    play.epoch()
    proof = play.ledger.lookup(ALICE, 0, play.bob.view.size)
    proof = replace(proof, entries=(proof.entries[0].newest(),))
    look_up(play.bob.view, proof, 0, ALICE, None, [eve.verifying], play.now)


def changed_keys_that_no_witness_saw(play: Stage) -> None:
    witness = Cosigner.from_seed("w.test", Algorithm.COSIGNATURE, bytes(32))
    lonely = stage(policy=Policy.parse(f"witness w {witness.vkey.encode()}\nquorum w\n"))
    lonely.bob_looks()


def our_version_gone(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def a_device_nobody_told_us_of(play: Stage) -> None:
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def an_update_that_is_dropped(play: Stage) -> None:
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.ledger.waiting.clear()
    play.epoch(11)
    play.alice.look_at_self(play.ledger, play.now)


def an_update_stamped_before_it_was_asked_for(play: Stage) -> None:
    play.epoch()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    [(label, version, previous, opened)] = play.ledger.waiting
    play.ledger.waiting.clear()
    early = play.alice.view.epoch
    play.ledger.show(ALICE, play.ledger.make(label, version, previous, opened, stamp=early))
    play.epoch()
    play.alice.look_at_self(play.ledger, play.now)


def a_promise_for_next_year(play: Stage) -> None:
    play.ledger.promised = 365 * DAY
    play.alice.publish(play.ledger, play.random.randbytes, play.now)


def another_version_at_an_anchor(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.epoch()
    play.alice_checks()


def the_anchor_at_which_it_lied_left_out(play: Stage) -> None:
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    play.anchor()
    play.ledger.show_truth(ALICE)
    play.anchor()
    play.alice.catch_up(play.ledger, play.now)
    play.alice.look_at_self(play.ledger, play.now)
    check_own(play.alice.view, play.alice.chain, [play.ledger.at_anchor(ALICE, 3)])


def a_first_contact_of_last_week(play: Stage) -> None:
    data = play.ledger.lookup(ALICE).encode()
    vouch(play.config, ALICE, data, [play.alice.signing.verifying], play.now + 7 * DAY)


def a_first_contact_from_another_truth(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    play.bob.catch_up(play.ledger, play.now)
    data, keys = other.lookup(ALICE).encode(), [play.alice.signing.verifying]
    vouch(play.config, ALICE, data, keys, play.now, view=play.bob.view)


def evidence_against_keys_that_nobody_pinned(play: Stage) -> None:
    other = play.ledger.fork()
    play.epoch()
    other.publish(play.now + 1)
    notes = Notes(play.ledger.note(), other.note())
    verdict.verify(accusation(Kind.TWO_ROOTS, play.config, notes).evidence, {bytes(32).hex()})


def a_dispute_of_a_stranger(play: Stage) -> None:
    eve = SigningKey.draw(play.random.randbytes)
    play.ledger.show(ALICE, play.ghost(eve, RecordKind.RESET))
    play.epoch()
    try:
        play.alice.look_at_self(play.ledger, play.now)
    except DisplacedError as displaced:
        said: Record = dispute(displaced, eve, 1)
        accuse(play.config, displaced, play.alice.signing.verifying, said)
