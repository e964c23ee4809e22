"""A record says what was asked, in one form and one size, and names nobody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.demand_log.record import (
    DUMMY,
    MAX_ACCOUNTS,
    NO_END,
    RECORD_SIZE,
    Authority,
    SlotRecord,
    decode_record,
    document_commitment,
)
from doorless_protocol.demand_log.slot import commitment
from doorless_protocol.errors import MalformedError
from public_demands import DEMAND

UINT32 = st.integers(0, MAX_ACCOUNTS)
RECORDS = st.builds(
    SlotRecord,
    UINT32,
    st.sampled_from(Authority),
    st.from_regex(r"[A-Z]{2}", fullmatch=True),
    st.from_regex(r"[!-~]{1,64}", fullmatch=True),
    st.integers(0, NO_END),
    st.tuples(UINT32, UINT32).map(lambda pair: (min(pair), max(pair))),
    st.binary(min_size=32, max_size=32),
)


@given(RECORDS)
def test_every_record_has_one_form_of_one_size(record: SlotRecord) -> None:
    encoded = record.encode()
    assert len(encoded) == RECORD_SIZE
    assert decode_record(encoded) == record


def test_a_dummy_is_no_demand() -> None:
    assert decode_record(DUMMY) is None
    with pytest.raises(MalformedError):
        SlotRecord.decode(DUMMY)


@given(st.integers(0, RECORD_SIZE - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_record(at: int, change: int) -> None:
    encoded = bytearray(DEMAND.encode())
    encoded[at] ^= change
    try:
        other = SlotRecord.decode(bytes(encoded))
    except MalformedError:
        return
    assert other != DEMAND
    assert other.encode() == bytes(encoded)


@pytest.mark.parametrize(
    "change",
    [
        {"received_day": -1},
        {"received_day": 2**32},
        {"country": "de"},
        {"country": "DEU"},
        {"instrument": ""},
        {"instrument": "a b"},
        {"instrument": "a" * 65},
        {"gag_until": NO_END + 1},
        {"accounts": (2, 1)},
        {"accounts": (0, MAX_ACCOUNTS + 1)},
        {"document": bytes(31)},
    ],
)
def test_what_no_record_says_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        replace(DEMAND, **change)  # type: ignore[arg-type]


def test_a_document_is_committed_to_under_a_blind() -> None:
    document = b"[authority]\nname = 'X'\n"
    committed = document_commitment(bytes(32), document)
    assert committed != document_commitment(b"\1" + bytes(31), document)
    assert committed != document_commitment(bytes(32), document + b" ")
    with pytest.raises(ValueError, match="blind"):
        document_commitment(b"", document)


def test_a_commitment_takes_whole_records_alone() -> None:
    assert commitment(bytes(32), DUMMY) != commitment(b"\1" + bytes(31), DUMMY)
    with pytest.raises(ValueError, match="slot"):
        commitment(bytes(31), DUMMY)
    with pytest.raises(ValueError, match="slot"):
        commitment(bytes(32), DUMMY + b"\0")
