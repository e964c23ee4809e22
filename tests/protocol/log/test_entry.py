from dataclasses import replace

import pytest

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import NO_HEAD, Opened, Step
from doorless_protocol.log.entry import MAX_OPENED, MAX_STEPS, Chain, EntryProof
from doorless_protocol.log.label import Label, located, parse_label
from doorless_protocol.log.map import Leaf, Path
from doorless_protocol.log.record import MAX_VERSION, Record
from small_log import SmallLog

ALICE, BOB, CAROL, NOBODY = (parse_label(name) for name in ("alice", "bob", "carol", "nobody"))


def world() -> SmallLog:
    log = SmallLog()
    log.publish(ALICE, BOB)
    log.publish(CAROL)
    log.publish(ALICE)
    log.publish()
    log.publish(ALICE, CAROL)
    return log


LOG = world()
ROOT = LOG.leaves[-1].map_root
ENTRY = LOG.entry(ALICE)


@pytest.mark.parametrize(
    ("label", "known"), [(ALICE, 0), (ALICE, 1), (ALICE, 3), (BOB, 0), (CAROL, 1)]
)
def test_what_a_label_has_is_proved_with_how_it_came(label: Label, known: int) -> None:
    proof = LOG.entry(label, known)
    assert EntryProof.decode(proof.encode()) == proof
    entry = proof.check(LOG.config, label, ROOT)
    held = LOG.versions[label]
    assert entry is not None
    assert (entry.version, entry.head) == (len(held.steps), held.heads[-1])
    assert (entry.index, entry.steps) == (
        located(proof.location),
        tuple(held.steps[entry.before :]),
    )
    assert entry.heads == tuple(held.heads[entry.before + 1 :])
    assert [r and r.encode() for r in entry.records] == [
        o.record for o in held.opened[entry.before :]
    ]


def test_what_is_not_there_is_proved_absent_and_only_so() -> None:
    proof = LOG.entry(NOBODY)
    assert EntryProof.decode(proof.encode()) == proof
    assert proof.check(LOG.config, NOBODY, ROOT) is None
    assert SmallLog().entry(NOBODY).check(LOG.config, NOBODY, SmallLog().map.root) is None
    empty = EntryProof(proof.location, Path(()), None)
    assert EntryProof.decode(empty.encode()) == empty
    for wrong in (
        empty,
        replace(proof, path=replace(proof.path, other=None)),
        replace(ENTRY, chain=None),
        replace(proof, path=LOG.entry(ALICE).path),
    ):
        with pytest.raises(ProofError):
            wrong.check(LOG.config, NOBODY, ROOT)


def test_a_proof_serves_one_label_one_map_and_one_log() -> None:
    with pytest.raises(ProofError):
        ENTRY.check(LOG.config, BOB, ROOT)
    with pytest.raises(ProofError):
        ENTRY.check(LOG.config, ALICE, LOG.leaves[-2].map_root)
    with pytest.raises(ProofError):
        replace(LOG.entry(BOB), location=ENTRY.location).check(LOG.config, ALICE, ROOT)


def chain(**change: object) -> EntryProof:
    assert ENTRY.chain is not None
    return replace(ENTRY, chain=replace(ENTRY.chain, **change))


def test_no_part_of_a_chain_may_be_changed_left_out_or_reordered() -> None:
    held = ENTRY.chain
    assert held is not None
    later = (replace(held.steps[0], epoch=1), *held.steps[1:])
    other = (replace(held.steps[0], commitment=bytes(32)), *held.steps[1:])
    swapped = (held.opened[1], held.opened[0], held.opened[2])
    for wrong in (
        chain(steps=later),
        chain(steps=other),
        chain(steps=held.steps[::-1]),
        chain(steps=held.steps[:-1], opened=held.opened[:-1]),
        chain(steps=held.steps[1:], opened=held.opened[1:]),
        chain(version=held.version + 1),
        chain(previous=b"x" * 32),
        chain(opened=swapped),
        chain(opened=(Opened(b"x" * 16, held.opened[0].record), *held.opened[1:])),
    ):
        with pytest.raises(ProofError):
            wrong.check(LOG.config, ALICE, ROOT)


def test_records_may_be_left_closed() -> None:
    entry = LOG.entry(ALICE, opened=1).check(LOG.config, ALICE, ROOT)
    assert entry is not None
    assert [record is None for record in entry.records] == [True, True, False]


@pytest.mark.parametrize("change", ["label", "version", "previous", "form"])
def test_a_record_says_itself_where_it_stands(change: str) -> None:
    """A log commits to whatever it likes; but nothing else is taken for a record of this place."""
    log = SmallLog()
    log.publish(ALICE)
    good = Record.decode(log.record(ALICE))
    wrong = {
        "label": replace(good, label=BOB).encode(),
        "version": replace(good, version=3).encode(),
        "previous": replace(good, previous=b"x" * 32).encode(),
        "form": b"no record",
    }[change]
    log.publish_records({ALICE: wrong})
    with pytest.raises(MalformedError if change == "form" else ProofError):
        log.entry(ALICE).check(log.config, ALICE, log.leaves[-1].map_root)


def test_the_newest_step_stands_for_itself() -> None:
    newest = ENTRY.newest()
    assert newest.chain is not None
    assert len(newest.chain.steps) == 1
    entry = newest.check(LOG.config, ALICE, ROOT)
    assert entry is not None
    assert entry.head == LOG.versions[ALICE].heads[-1]
    assert newest.newest() == newest
    assert LOG.entry(NOBODY).newest() == LOG.entry(NOBODY)


def long_chain(steps: int, version: int, previous: bytes, opened: int = 0) -> EntryProof:
    opens = tuple(Opened(bytes(16), b"r") if at < opened else None for at in range(steps))
    made = Chain(version, previous, tuple(Step(at, bytes(32)) for at in range(steps)), opens)
    return EntryProof(bytes(80), Path(()), made)


@pytest.mark.parametrize(
    ("proof", "taken"),
    [
        (long_chain(1, 1, NO_HEAD), True),
        (long_chain(1, 2, b"x" * 32), True),
        (long_chain(MAX_STEPS, MAX_STEPS, NO_HEAD, MAX_OPENED), True),
        (long_chain(0, 0, NO_HEAD), False),
        (long_chain(0, 1, NO_HEAD), False),
        (long_chain(2, 1, NO_HEAD), False),
        (long_chain(1, 1, b"x" * 32), False),
        (long_chain(1, 2, NO_HEAD), False),
        (long_chain(1, 2**32, b"x" * 32), False),
        (long_chain(1, 2**63, b"x" * 32), False),
        (long_chain(MAX_STEPS + 1, MAX_STEPS + 1, NO_HEAD), False),
        (long_chain(9, 9, NO_HEAD, MAX_OPENED + 1), False),
    ],
)
def test_a_chain_has_bounds(proof: EntryProof, taken: bool) -> None:
    if taken:
        assert EntryProof.decode(proof.encode()) == proof
        return
    with pytest.raises(MalformedError):
        EntryProof.decode(proof.encode())


def test_another_form_is_refused() -> None:
    data = ENTRY.encode()
    steps = len(ENTRY.path.steps)
    flag = 81 + 33 * steps
    for wrong in (
        *(b"", data[:-1], data + b"\0", data[:80], data[:80] + b"\x41" + data[81:]),
        *(data[:flag] + bytes((kind,)) + data[flag + 1 :] for kind in (0, 3, 255)),
        data[:flag] + b"\0",
        data[: flag + 83] + b"\2" + data[flag + 84 :],
    ):
        with pytest.raises(MalformedError):
            EntryProof.decode(wrong)


def test_a_path_of_65_steps_is_refused_before_it_is_read() -> None:
    deep = EntryProof(
        bytes(80),
        Path(tuple((bit, bytes(32)) for bit in range(65)), Leaf(bytes(32), bytes(32))),
        None,
    )
    with pytest.raises(MalformedError, match="65"):
        EntryProof.decode(deep.encode())


def test_the_last_version_that_there_is_has_a_proof() -> None:
    last = long_chain(1, MAX_VERSION, b"x" * 32)
    assert EntryProof.decode(last.encode()) == last
