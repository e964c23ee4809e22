import hashlib
import hmac

import pytest

from doorless_protocol.errors import ProofError
from doorless_protocol.log.chain import NO_HEAD, Opened, Step, commitment, next_head, walk
from doorless_protocol.log.label import Index, parse_label

INDEX = Index(bytes(range(32)))
ALICE = parse_label("alice")
OPENING = b"o" * 16


def test_a_commitment_is_that_of_keytrans() -> None:
    key = bytes.fromhex("d821f8790d97709796b4d7903357c3f5")
    committed = OPENING + b"\x05alice" + b"\x00\x00\x00\x07" + b"\x00\x00\x00\x06record"
    expected = hmac.new(key, committed, hashlib.sha256).digest()
    assert commitment(OPENING, ALICE, 7, b"record") == expected
    assert Opened(OPENING, b"record").commitment(ALICE, 7) == expected


def test_a_commitment_binds_all_of_its_parts() -> None:
    made = {
        commitment(opening, parse_label(label), version, record)
        for opening in (OPENING, b"p" * 16)
        for label in ("alice", "alicf")
        for version in (1, 2)
        for record in (b"", b"r", b"rr")
    }
    assert len(made) == 24


def test_a_head_hashes_index_version_epoch_past_and_commitment() -> None:
    expected = hashlib.sha256(
        b"kt-head/v1"
        + INDEX
        + (3).to_bytes(8, "big")
        + (9).to_bytes(8, "big")
        + b"p" * 32
        + b"c" * 32
    ).digest()
    assert next_head(INDEX, 3, 9, b"p" * 32, b"c" * 32) == expected


def test_a_walk_gives_the_head_after_each_version() -> None:
    steps = [Step(4, b"a" * 32), Step(9, b"b" * 32)]
    first = next_head(INDEX, 1, 4, NO_HEAD, b"a" * 32)
    second = next_head(INDEX, 2, 9, first, b"b" * 32)
    assert walk(INDEX, 0, NO_HEAD, steps) == (first, second)
    assert walk(INDEX, 1, first, steps[1:]) == (second,)
    assert walk(INDEX, 0, NO_HEAD, []) == ()


def test_the_epoch_of_a_version_cannot_be_told_differently_later() -> None:
    """Else a log could show an old version for a while and deny it afterwards."""
    [told] = walk(INDEX, 0, NO_HEAD, [Step(4, b"a" * 32)])
    [denied] = walk(INDEX, 0, NO_HEAD, [Step(6, b"a" * 32)])
    assert told != denied


@pytest.mark.parametrize("second", [3, 4])
def test_two_versions_never_come_in_one_epoch(second: int) -> None:
    with pytest.raises(ProofError, match="epoch"):
        walk(INDEX, 0, NO_HEAD, [Step(4, b"a" * 32), Step(second, b"b" * 32)])
