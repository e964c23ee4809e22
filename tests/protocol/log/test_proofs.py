from dataclasses import replace

import pytest

from doorless_protocol.envelope import MAX_LOG_PROOF
from doorless_protocol.errors import ForgedError, MalformedError, ProofError
from doorless_protocol.log import proofs
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.note import MAX_NOTE, Algorithm, Note, Signature
from doorless_protocol.log.proofs import (
    MAX_ANCHORS,
    MAX_COMPACT,
    MAX_LABELS,
    MAX_RECORDS,
    AnchorList,
    AnchorProof,
    HeadProof,
    LookupProof,
    compact,
    decode_records,
    encode_records,
)
from doorless_protocol.log.record import MAX_RECORD
from doorless_protocol.log.tree import inclusion_path
from small_log import SmallLog

ALICE, BOB = parse_label("alice"), parse_label("bob")


def world() -> SmallLog:
    log = SmallLog()
    log.publish(ALICE)
    log.publish(BOB)
    log.publish(ALICE)
    log.publish(seconds=700)
    log.publish(ALICE, seconds=701)
    return log


LOG = world()
HEAD = LOG.head(2)


@pytest.mark.parametrize("old_size", range(6))
def test_a_head_is_proved_and_continues_what_was_before(old_size: int) -> None:
    proof = LOG.head(old_size)
    assert HeadProof.decode(proof.encode()) == proof
    checkpoint = proof.check(LOG.config)
    assert (checkpoint.size, checkpoint.root) == (5, LOG.roots[-1])
    assert proof.latest_anchor == LOG.leaves[3]
    if old_size:
        proof.check_consistency(LOG.roots[old_size - 1])
        with pytest.raises(ProofError):
            proof.check_consistency(bytes(32))
    else:
        with pytest.raises(ProofError):
            proof.check_consistency(LOG.roots[0])


def test_a_head_that_is_an_anchor_needs_none_beside_it() -> None:
    log = SmallLog()
    log.publish(ALICE)
    proof = log.head()
    assert proof.anchor is None
    assert proof.latest_anchor == log.leaves[0]
    assert HeadProof.decode(proof.encode()) == proof
    assert proof.check(log.config).size == 1


def test_no_part_of_a_head_may_be_another() -> None:
    other = SmallLog(window=601)
    for _ in range(5):
        other.publish(BOB)
    for wrong in (
        replace(HEAD, leaf=LOG.leaves[-2]),
        replace(HEAD, leaf=replace(HEAD.leaf, time_ms=HEAD.leaf.time_ms + 1)),
        replace(HEAD, leaf=other.leaves[-1]),
        replace(HEAD, anchor=None),
        replace(HEAD, anchor=LOG.leaves[0]),
        replace(HEAD, anchor=LOG.leaves[2]),
        replace(HEAD, inclusion=HEAD.inclusion[1:]),
        replace(HEAD, inclusion=(*HEAD.inclusion, bytes(32))),
        replace(HEAD, note=other.head().note),
    ):
        with pytest.raises(ProofError):
            wrong.check(LOG.config)
    with pytest.raises(ForgedError):
        replace(HEAD, note=Note(HEAD.note.text, HEAD.note.signatures[:1])).check(LOG.config)
    with pytest.raises(ProofError, match="not the last"):
        HEAD.check(other.config)


def test_an_anchor_of_another_configuration_is_refused() -> None:
    """A log that changes its rules does so in an epoch, and its anchors before tell of the old."""
    log = SmallLog()
    log.publish(ALICE)
    log.config = log.keys.config(window=600, max_ahead=60)
    log.publish(BOB)
    with pytest.raises(ProofError, match="another configuration"):
        log.head().check(log.config)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(HEAD, old_size=0),
        replace(HEAD, old_size=2**63),
        replace(HEAD, inclusion=(bytes(32),) * 64),
        replace(HEAD, consistency=(bytes(32),) * 64),
    ],
)
def test_bounds_of_a_head(wrong: HeadProof) -> None:
    with pytest.raises(MalformedError):
        HeadProof.decode(wrong.encode())


def test_another_form_of_a_head_is_refused() -> None:
    data = HEAD.encode()
    flag = 2 + len(HEAD.note.encode()) + 172
    for wrong in (
        *(b"", data[:-1], data + b"\0", data[:flag] + b"\2" + data[flag + 1 :]),
        *(data[:flag] + b"\0" + data[flag + 1 :], (MAX_NOTE + 1).to_bytes(2, "big") + data[2:]),
    ):
        with pytest.raises(MalformedError):
            HeadProof.decode(wrong)


def test_an_answer_has_one_to_eight_labels() -> None:
    entries = LOG.entry(ALICE), LOG.entry(BOB)
    answer = LookupProof(HEAD, entries)
    data = answer.encode()
    assert LookupProof.decode(data) == answer
    for wrong in (
        *(b"", data[:-1], data + b"\0"),
        LookupProof(HEAD, ()).encode(),
        LookupProof(HEAD, entries[:1] * (MAX_LABELS + 1)).encode(),
    ):
        with pytest.raises(MalformedError):
            LookupProof.decode(wrong)


def test_a_label_is_proved_at_an_anchor() -> None:
    log = SmallLog()
    log.publish(ALICE)
    proof = AnchorProof(log.leaves[0], log.entry(ALICE, opened=0))
    assert AnchorProof.decode(proof.encode()) == proof
    entry = proof.entry.check(log.config, ALICE, proof.leaf.map_root)
    assert entry is not None
    assert entry.version == 1
    plain = AnchorProof(LOG.leaves[-1], proof.entry)
    for wrong in (b"", proof.encode() + b"\0", proof.encode()[:-1], plain.encode()):
        with pytest.raises(MalformedError):
            AnchorProof.decode(wrong)


def test_a_list_of_anchors_has_at_least_one_and_no_other_epochs() -> None:
    last = LOG.anchors[-1]
    listed = AnchorList(tuple(LOG.anchors), inclusion_path(LOG.tree, last.epoch, LOG.tree.size))
    data = listed.encode()
    assert AnchorList.decode(data) == listed
    for wrong in (
        *(b"", data[:-1], data + b"\0"),
        AnchorList((), ()).encode(),
        AnchorList((LOG.leaves[1],), ()).encode(),
        AnchorList((LOG.leaves[0],) * (MAX_ANCHORS + 1), ()).encode(),
        AnchorList((LOG.leaves[0],), (bytes(32),) * 64).encode(),
    ):
        with pytest.raises(MalformedError):
            AnchorList.decode(wrong)


def test_opened_records_come_back_in_their_number() -> None:
    opened = tuple(LOG.versions[ALICE].opened)
    assert decode_records(encode_records(opened)) == opened
    assert decode_records(encode_records(())) == ()
    for wrong in (
        *(b"", encode_records(opened)[:-1], encode_records(opened) + b"\0"),
        encode_records(opened[:1] * (MAX_RECORDS + 1)),
        encode_records((Opened(bytes(16), bytes(MAX_RECORD + 1)),)),
    ):
        with pytest.raises(MalformedError):
            decode_records(wrong)


def test_a_compact_proof_keeps_what_proves_its_sender() -> None:
    kinds = (Algorithm.COSIGNATURE, Algorithm.MLDSA44)
    one, other = (Cosigner.from_seed("w.example", kind, bytes(32)) for kind in kinds)
    checkpoint = HEAD.check(LOG.config)
    note = HEAD.note.with_signatures(each.cosign(checkpoint, 5) for each in (one, other))
    answer = LookupProof(replace(HEAD, note=note), (LOG.entry(ALICE), LOG.entry(BOB)))
    taken = LookupProof.decode(compact(answer))
    names = [(line.name, len(line.blob)) for line in taken.head.note.signatures]
    assert names == [("relay.example/keys", 64), ("relay.example/keys", 2428), ("w.example", 72)]
    assert (taken.head.old_size, taken.head.consistency) == (0, ())
    assert taken.head.check(LOG.config) == checkpoint
    [proof] = taken.entries
    entry = proof.check(LOG.config, ALICE, taken.head.leaf.map_root)
    assert entry is not None
    assert entry.version == 3
    assert [record is not None for record in entry.records] == [True]


def test_a_compact_proof_fits_with_the_deepest_map_that_a_billion_makes() -> None:
    """The longest label, 64 steps of a map, 26 hashes of a log and a name of 255 characters."""
    assert MAX_COMPACT == MAX_LOG_PROOF
    log = SmallLog()
    label = parse_label("ff" * 32)
    log.publish(label)
    head, entry = log.head(), log.entry(label)
    deep = replace(entry.path, steps=tuple((bit, bytes(32)) for bit in range(64, 0, -1)))
    line = Signature("w" * 255, b"idid", bytes(72))
    large = replace(
        head,
        anchor=head.leaf,
        inclusion=(bytes(32),) * 26,
        note=head.note.with_signatures([line]),
    )
    assert len(compact(LookupProof(large, (replace(entry, path=deep),)))) <= MAX_COMPACT


def test_a_proof_that_does_not_fit_is_not_sent() -> None:
    lines = [Signature("w" * 255, bytes((0, 0, 0, n)), bytes(72)) for n in range(14)]
    head = replace(HEAD, note=HEAD.note.with_signatures(lines), inclusion=(bytes(32),) * 63)
    with pytest.raises(ValueError, match="compact proof"):
        compact(LookupProof(head, (LOG.entry(ALICE),)))


def test_a_compact_proof_may_be_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = LookupProof(HEAD, (LOG.entry(ALICE),))
    size = len(compact(answer))
    monkeypatch.setattr(proofs, "MAX_COMPACT", size)
    assert len(compact(answer)) == size
    monkeypatch.setattr(proofs, "MAX_COMPACT", size - 1)
    with pytest.raises(ValueError, match="compact proof"):
        compact(answer)
