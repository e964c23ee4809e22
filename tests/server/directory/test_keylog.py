"""The log answers what it was told, with proofs that a client's own code takes."""

import sqlite3
from typing import Any

import pytest

from doorless_protocol.errors import ForgedError
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.epoch import EpochLeaf, decode_deltas, delta_root
from doorless_protocol.log.proofs import AnchorProof, HeadProof, decode_records
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.tree import verify_consistency
from doorless_server.directory.auditors import Auditors, token_hash
from doorless_server.directory.base import NoSuchEpochError
from doorless_server.store.base import StaleError, UnavailableError

DAY = 86_400


def count(db: sqlite3.Connection, table: str) -> int:
    (found,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found)


def test_a_label_that_nobody_has_is_proven_absent(bench: Any, ada: Any, ben: Any) -> None:
    assert bench.look_up(ada.label) is None
    bench.put(ben)
    assert bench.look_up(ada.label) is None


def test_a_record_is_proven_as_soon_as_its_epoch_is_published(bench: Any, ada: Any) -> None:
    change = ada.change()
    bench.log.stage(change)
    assert bench.look_up(ada.label) is None
    bench.log.confirm(change, bench.now)
    assert bench.look_up(ada.label) is None
    bench.epoch()
    entry = bench.look_up(ada.label)
    assert (entry.version, entry.records) == (1, (change.record,))
    change.record.check_signature(ada.verifying)


def test_who_knows_a_version_is_shown_what_came_after_it(bench: Any, ada: Any) -> None:
    changes = [bench.put(ada) for _ in range(4)]
    entry = bench.look_up(ada.label, known=2)
    assert (entry.version, len(entry.steps)) == (4, 2)
    assert entry.records == tuple(change.record for change in changes[2:])
    assert len(bench.look_up(ada.label, known=4).steps) == 1
    unknown = bench.look_up(ada.label, known=0)
    assert (len(unknown.steps), unknown.records) == (4, (None, None, None, changes[3].record))


def test_records_that_an_answer_has_no_room_for_are_read_in_pages(bench: Any, ada: Any) -> None:
    changes = [bench.put(ada) for _ in range(14)]
    assert [each for each in bench.look_up(ada.label, known=1).records[:5] if each] == []
    read: list[bytes] = []
    while page := decode_records(bench.answers.records(ada.label, len(read))):
        read += [opened.record for opened in page]
    assert read == [change.record.encode() for change in changes]


def test_every_checkpoint_continues_those_before_it(bench: Any, ada: Any, ben: Any) -> None:
    roots = {}
    for owner in (ada, ben, ada, ben, ada):
        bench.put(owner)
        checkpoint = bench.head().check(bench.config)
        for size, root in roots.items():
            proof = bench.head(size)
            assert proof.old_size == size
            verify_consistency(size, root, checkpoint.size, checkpoint.root, proof.consistency)
        roots[checkpoint.size] = checkpoint.root
    assert bench.head(10**6).old_size == 0


def test_a_receipt_is_signed_and_the_same_for_the_same_change(bench: Any, ada: Any) -> None:
    change = ada.change()
    bench.log.stage(change)
    receipt = bench.log.confirm(change, bench.now)
    Receipt.decode(receipt).verify(bench.config)
    bench.reopen()
    bench.log.stage(change)
    assert bench.log.confirm(change, bench.now + 5) == receipt
    bench.epoch()
    bench.log.stage(change)
    again = Receipt.decode(bench.log.confirm(change, bench.now))
    again.verify(bench.config)
    assert again.commitment == change.commitment
    assert not bench.log.has_waiting()


def test_what_was_dropped_was_never_there(bench: Any, ada: Any) -> None:
    bench.log.stage(ada.change())
    bench.log.drop(ada.label)
    ada.manifest_version = 0
    assert not bench.log.has_waiting()
    assert count(bench.log.db, "labels") == count(bench.log.db, "pending") == 0
    bench.put(ada)
    bench.log.drop(ada.label)
    assert bench.look_up(ada.label).version == 1


def test_a_change_is_one_requests_until_it_is_decided(bench: Any, ada: Any) -> None:
    """Else the one that fails would drop what the other one was promised."""
    change = ada.change()
    bench.log.stage(change)
    with pytest.raises(UnavailableError):
        bench.log.stage(change)
    bench.log.drop(ada.label)
    bench.log.stage(change)
    bench.log.confirm(change, bench.now)
    bench.epoch()
    assert bench.look_up(ada.label).version == 1


def test_of_one_label_one_change_waits(bench: Any, ada: Any) -> None:
    change = ada.change()
    bench.log.stage(change)
    with pytest.raises(UnavailableError):
        bench.log.stage(ada.change())
    bench.log.confirm(change, bench.now)
    with pytest.raises(UnavailableError):
        bench.log.stage(ada.change())


def test_a_change_names_the_head_before_it(bench: Any, ada: Any) -> None:
    bench.put(ada)
    ada.head = bytes(31) + b"\1"
    with pytest.raises(StaleError):
        bench.log.stage(ada.change())
    ada.version, ada.head = 0, NO_HEAD
    with pytest.raises(StaleError):
        bench.log.stage(ada.change())


def test_a_label_is_changed_by_whose_it_is(bench: Any, ada: Any, ben: Any) -> None:
    bench.put(ada)
    ben.label, ben.version, ben.head = ada.label, ada.version, ada.head
    with pytest.raises(ForgedError):
        bench.log.stage(ben.change())
    assert count(bench.log.db, "pending") == 0


def test_who_was_reset_may_object(bench: Any, ada: Any) -> None:
    bench.put(ada)
    bench.put(ada, RecordKind.RESET)
    change = bench.put(ada, RecordKind.DISPUTE)
    assert bench.look_up(ada.label, known=2).records == (change.record,)
    ada_again = ada.change(RecordKind.DISPUTE)
    with pytest.raises(ForgedError):
        bench.log.stage(ada_again)


def test_of_a_closed_label_nothing_opens_but_that_it_closed(bench: Any, ada: Any, ben: Any) -> None:
    bench.put(ada)
    bench.put(ada)
    bench.submit(ada, RecordKind.CLOSE)
    bench.log.build(bench.now)
    assert bench.look_up(ada.label).version == 2  # not published: as it was
    assert bench.look_up(ada.label).records[-1] is not None
    bench.epoch()
    entry = bench.look_up(ada.label)
    assert [record and record.kind for record in entry.records] == [None, None, RecordKind.CLOSE]
    assert count(bench.log.db, "records") == 1
    assert bench.answers.look_up(ada.label, 0, 0).named is None
    ben.label, ben.version, ben.head = ada.label, entry.version, entry.head
    bench.put(ben, RecordKind.CREATE)
    assert bench.look_up(ada.label, known=3).records[-1].account != entry.records[-1].account


def test_an_epoch_is_an_anchor_when_a_day_began(bench: Any, ada: Any) -> None:
    bench.put(ada)
    for days in range(3):
        bench.epoch(DAY)
        leaf = bench.head().leaf
        assert (leaf.is_anchor, leaf.anchor_no) == (True, days + 2)
        bench.epoch()
        assert not bench.head().leaf.is_anchor


def test_an_anchor_goes_on_proving_what_it_said(bench: Any, ada: Any, ben: Any) -> None:
    bench.put(ada)
    bench.epoch(DAY)
    bench.put(ben)
    bench.put(ada)
    while bench.log.forget(bench.now):
        pass
    proof = AnchorProof.decode(bench.answers.at_anchor(ada.label, 2, 0))
    assert proof.entry.check(bench.config, ada.label, proof.leaf.map_root).version == 1
    absent = AnchorProof.decode(bench.answers.at_anchor(ben.label, 2, 0))
    assert absent.entry.check(bench.config, ben.label, absent.leaf.map_root) is None
    assert bench.look_up(ada.label).version == 2
    with pytest.raises(NoSuchEpochError):
        bench.answers.at_anchor(ada.label, 3, 0)


def test_an_anchor_shows_steps_and_no_records(bench: Any, ada: Any) -> None:
    for _ in range(3):
        bench.put(ada)
    bench.epoch(DAY)
    for known, steps in ((0, 3), (1, 2), (3, 1), (9, 1)):
        chain = AnchorProof.decode(bench.answers.at_anchor(ada.label, 2, known)).entry.chain
        assert chain.opened == (None,) * steps


def test_an_anchors_map_is_forgotten_after_its_time(bench: Any, ada: Any, ben: Any) -> None:
    for owner in (ada, ben, ada, ben):
        bench.put(owner)
        bench.epoch(DAY)
    bench.epoch(bench.config.retention + DAY)
    while bench.log.forget(bench.now):
        pass
    newest = bench.head().leaf.anchor_no
    with pytest.raises(NoSuchEpochError):
        bench.answers.at_anchor(ada.label, newest - 1, 0)
    bench.answers.at_anchor(ada.label, newest, 0)
    assert count(bench.log.db, "nodes") == 3  # two leaves and what parts them
    assert bench.look_up(ada.label).version == bench.look_up(ben.label).version == 2


def test_anchors_are_listed_with_the_head_that_holds_them(bench: Any, ada: Any) -> None:
    for _ in range(3):
        bench.put(ada)
        bench.epoch(DAY)
    answer = bench.answers.anchors(1, 1)
    size = len(HeadProof.decode(bench.answers.head(1)).encode())
    proof = HeadProof.decode(answer[-size:])
    assert proof.old_size == 1
    with pytest.raises(NoSuchEpochError):
        bench.answers.anchors(4, 1)


def test_times_grow_whatever_the_clock_does(bench: Any) -> None:
    first = bench.head().leaf.time_ms
    bench.epoch(-5_000)
    assert bench.head().leaf.time_ms == first + 1
    bench.epoch(6_000)
    assert bench.head().leaf.time_ms > first + 1


def test_nothing_newer_is_built_while_an_epoch_is_not_published(
    bench: Any, ada: Any, ben: Any
) -> None:
    bench.submit(ada)
    checkpoint = bench.log.build(bench.now)
    bench.submit(ben)
    assert bench.log.build(bench.now + 100) == checkpoint
    assert bench.look_up(ada.label) is None
    bench.epoch()
    assert bench.look_up(ada.label) is not None
    assert bench.look_up(ben.label) is None
    bench.epoch()
    assert bench.look_up(ben.label) is not None


def test_an_auditor_reads_an_epoch_before_it_is_published(bench: Any, ada: Any) -> None:
    auditors, token = Auditors({"ann": token_hash(bytes(16))}), bytes(16)
    bench.submit(ada)
    epoch = bench.log.build(bench.now).size - 1
    body = bench.answers.deltas(auditors, token, epoch, 0, 9)
    leaf = EpochLeaf.decode(body[:172])
    assert (leaf.epoch, delta_root(decode_deltas(body[172:]))) == (epoch, leaf.delta_root)
    assert bench.answers.deltas(auditors, token, epoch, 1, 9) == body[:172]
    for stranger, wrong in ((bytes(15) + b"1", epoch), (token, epoch + 1)):
        with pytest.raises(NoSuchEpochError):
            bench.answers.deltas(auditors, stranger, wrong, 0, 9)


def test_no_label_is_in_the_database_but_in_its_own_record(bench: Any, ada: Any) -> None:
    owner = type(ada)("adalovelace1815", 1)  # too long to be met by chance in a signature
    bench.put(owner)
    bench.put(owner, RecordKind.CLOSE)
    bench.log.db.execute("VACUUM")
    stored = bench.log.db.serialize()
    record = bench.look_up(owner.label).records[-1].encode()
    assert stored.count(owner.label.encode()) == record.count(owner.label.encode()) > 0
