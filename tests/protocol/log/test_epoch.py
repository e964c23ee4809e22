from dataclasses import replace

import pytest

from doorless_protocol import merkle
from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log import epoch
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.epoch import (
    LEAF_SIZE,
    MAX_DELTAS,
    Delta,
    EpochLeaf,
    check_anchor_link,
    check_deltas,
    check_step,
    decode_deltas,
    delta_root,
    encode_deltas,
    next_leaf,
)
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import EMPTY_ROOT

CONFIG = LogKeys.from_seed("r/keys", bytes(96)).config(window=600)
START = 1_800_000_000_000  # where a window begins
MS = 1000


def delta(at: int) -> Delta:
    return Delta(Index(at.to_bytes(32, "big")), b"c" * 32)


def grown(*seconds: int) -> list[EpochLeaf]:
    """Epochs at these times, each with a change more in the map."""
    leaves: list[EpochLeaf] = []
    for at, second in enumerate(seconds):
        anchors = [leaf for leaf in leaves if leaf.is_anchor]
        previous, anchor = (leaves or [None])[-1], (anchors or [None])[-1]
        made = (START + second * MS, b"%032d" % at, at + 1, [delta(at)], CONFIG)
        leaves.append(next_leaf(previous, anchor, *made))
    return leaves


LEAVES = grown(5, 10, 599, 600, 601, 1900)


def test_the_first_epoch_of_each_window_is_an_anchor_and_names_the_one_before() -> None:
    assert [leaf.anchor_no for leaf in LEAVES] == [1, 0, 0, 2, 0, 3]
    assert [leaf.prev_anchor_epoch for leaf in LEAVES] == [0, 0, 0, 0, 3, 3]
    assert LEAVES[0].prev_anchor_hash == bytes(32)
    assert LEAVES[3].prev_anchor_hash == LEAVES[2].prev_anchor_hash == LEAVES[0].hash
    assert LEAVES[5].prev_anchor_hash == LEAVES[4].prev_anchor_hash == LEAVES[3].hash
    assert LEAVES[0].hash == merkle.leaf_hash(LEAVES[0].encode())


def test_a_leaf_has_the_bytes_of_its_table() -> None:
    leaf = LEAVES[3]
    expected = (
        b"KTE1"
        + (3).to_bytes(8, "big")
        + (START + 600 * MS).to_bytes(8, "big")
        + leaf.map_root
        + (4).to_bytes(8, "big")
        + delta_root([delta(3)])
        + (1).to_bytes(4, "big")
        + (2).to_bytes(4, "big")
        + bytes(8)
        + LEAVES[0].hash
        + CONFIG.hash
    )
    assert leaf.encode() == expected
    assert len(expected) == LEAF_SIZE == 172
    for each in LEAVES:
        assert EpochLeaf.decode(each.encode()) == each


def test_every_step_of_an_honest_log_is_taken() -> None:
    previous = anchor = None
    for leaf in LEAVES:
        check_step(previous, anchor, leaf, CONFIG)
        if anchor is not None:
            check_anchor_link(anchor, leaf)
        previous, anchor = leaf, leaf if leaf.is_anchor else anchor


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 5},
        {"time_ms": LEAVES[3].time_ms},
        {"anchor_no": 3},
        {"prev_anchor_epoch": 0},
        {"prev_anchor_hash": LEAVES[0].hash},
        {"config_hash": bytes(32)},
        {"time_ms": START + 1900 * MS},  # late enough to be an anchor
    ],
)
def test_a_step_that_no_honest_log_makes_is_refused(change) -> None:
    with pytest.raises(ProofError):
        check_step(LEAVES[3], LEAVES[3], replace(LEAVES[4], **change), CONFIG)


def test_an_anchor_is_neither_skipped_nor_made_early() -> None:
    with pytest.raises(ProofError, match="stand where"):
        check_step(LEAVES[2], LEAVES[0], replace(LEAVES[3], anchor_no=0), CONFIG)
    early = replace(LEAVES[1], anchor_no=2)
    with pytest.raises(ProofError, match="stand where"):
        check_step(LEAVES[0], LEAVES[0], early, CONFIG)
    with pytest.raises(ProofError, match="another anchor"):
        check_anchor_link(LEAVES[0], LEAVES[5])
    with pytest.raises(ProofError, match="another anchor"):
        check_anchor_link(LEAVES[2], LEAVES[3])
    with pytest.raises(ProofError, match="behind anchor"):
        check_anchor_link(LEAVES[3], replace(LEAVES[5], anchor_no=4))
    with pytest.raises(ProofError, match="no later"):
        check_anchor_link(LEAVES[3], replace(LEAVES[5], time_ms=LEAVES[3].time_ms))


@pytest.mark.parametrize(
    ("at", "change"),
    [
        (0, {"anchor_no": 0}),
        (0, {"anchor_no": 2}),
        (0, {"prev_anchor_hash": b"x" * 32}),
        (0, {"prev_anchor_epoch": 1}),
        (1, {"anchor_no": 1}),
        (1, {"prev_anchor_hash": bytes(32)}),
        (1, {"prev_anchor_epoch": 1}),
        (1, {"prev_anchor_epoch": 2}),
        (1, {"map_count": 0}),
        (1, {"map_root": EMPTY_ROOT}),
        (1, {"delta_count": 0}),
        (1, {"delta_count": 3}),
        (1, {"delta_root": merkle.root([])}),
        (1, {"delta_count": MAX_DELTAS + 1, "map_count": MAX_DELTAS + 1}),
        (1, {"epoch": MAX_NUMBER + 1}),
        (1, {"epoch": 2**63}),
        (1, {"time_ms": MAX_NUMBER + 1}),
        (1, {"map_count": MAX_NUMBER + 1}),
    ],
)
def test_a_leaf_that_contradicts_itself_is_refused(at: int, change) -> None:
    with pytest.raises(MalformedError):
        EpochLeaf.decode(replace(LEAVES[at], **change).encode())


@pytest.mark.parametrize(
    "data",
    [b"", LEAVES[0].encode()[:-1], LEAVES[0].encode() + b"\0", b"KTE2" + LEAVES[0].encode()[4:]],
)
def test_another_form_of_a_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        EpochLeaf.decode(data)


def test_a_leaf_needs_a_later_time_and_no_more_changes_than_fit() -> None:
    made = (b"r" * 32, 9, [delta(1)], CONFIG)
    with pytest.raises(ValueError, match="an epoch at"):
        next_leaf(LEAVES[5], LEAVES[5], LEAVES[5].time_ms, *made)
    with pytest.raises(ValueError, match="changes"):
        next_leaf(None, None, START, b"r" * 32, 9, [delta(1)] * (MAX_DELTAS + 1), CONFIG)


def test_an_epoch_without_changes_is_a_heartbeat() -> None:
    first = next_leaf(None, None, START, EMPTY_ROOT, 0, [], CONFIG)
    assert EpochLeaf.decode(first.encode()) == first
    check_deltas(first, [])


def test_changes_are_sorted_whole_and_bounded() -> None:
    deltas = (delta(1), delta(2), delta(9))
    data = encode_deltas(deltas)
    assert data == b"".join(d.index + d.commitment for d in deltas)
    assert decode_deltas(data) == deltas
    for wrong in (
        data[:-1],
        data + b"\0",
        encode_deltas((delta(2), delta(1))),
        encode_deltas((delta(1), delta(1))),
        bytes(64 * (MAX_DELTAS + 1)),
    ):
        with pytest.raises(MalformedError):
            decode_deltas(wrong)


def test_an_epoch_has_the_changes_that_its_leaf_says() -> None:
    check_deltas(LEAVES[3], [delta(3)])
    for wrong in ([], [delta(4)], [delta(3), delta(4)]):
        with pytest.raises(ProofError):
            check_deltas(LEAVES[3], wrong)


def test_an_epoch_has_at_most_so_many_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    deltas = tuple(delta(at) for at in range(4))
    monkeypatch.setattr(epoch, "MAX_DELTAS", 4)
    assert decode_deltas(encode_deltas(deltas)) == deltas
    assert next_leaf(None, None, START, b"r" * 32, 4, deltas, CONFIG).delta_count == 4
    monkeypatch.setattr(epoch, "MAX_DELTAS", 3)
    with pytest.raises(MalformedError):
        decode_deltas(encode_deltas(deltas))
