"""Every entry, proof and bundle of the demand log has one form, and nothing else is taken."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.demand_log.entries import (
    Band,
    Outcome,
    PeriodEntry,
    Renewal,
    Reveal,
    decode_entry,
)
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind
from doorless_protocol.demand_log.proof import SlotProof
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.errors import MalformedError
from public_demands import DEMAND, FIRST, PublicLog

LOG = PublicLog()
LOG.period(FIRST, DEMAND.encode())
LOG.reveal(FIRST, 0, Outcome.NOTHING_HELD)
LOG.add(Renewal(FIRST, 1, 5))
LOG.add(Band(FIRST, FIRST, 0, 0, 99))
PROOF = SlotProof(LOG.placed(1), LOG.opened(FIRST, 0))
BUNDLE = DemandEvidence(Kind.OPENED, LOG.rules, (LOG.placed(1), LOG.placed(2)))
ROOTS = DemandEvidence(Kind.TWO_ROOTS, LOG.rules, notes=(LOG.note(), LOG.note()))

FORMS: list[tuple[Callable[[bytes], object], bytes]] = [
    *((decode_entry, entry.encode()) for entry in LOG.entries),
    (SlotProof.decode, PROOF.encode()),
    (DemandEvidence.decode, BUNDLE.encode()),
    (DemandEvidence.decode, ROOTS.encode()),
    (Rules.decode, LOG.rules.encode()),
]


@pytest.mark.parametrize(("decode", "encoded"), FORMS)
def test_what_is_encoded_is_decoded_to_the_same(
    decode: Callable[[bytes], object], encoded: bytes
) -> None:
    taken = decode(encoded)
    assert taken.encode() == encoded  # type: ignore[attr-defined]
    for other in (encoded + b"\0", encoded[:-1], b"", encoded[:3]):
        with pytest.raises(MalformedError):
            decode(other)


@given(st.data())
def test_a_changed_byte_is_refused_or_something_else(data: st.DataObject) -> None:
    decode, encoded = data.draw(st.sampled_from(FORMS))
    at, change = data.draw(st.integers(0, len(encoded) - 1)), data.draw(st.integers(1, 255))
    edited = encoded[:at] + bytes((encoded[at] ^ change,)) + encoded[at + 1 :]
    try:
        taken = decode(edited)
    except MalformedError:
        return
    assert taken.encode() == edited  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Band(2, 1, 0, 0, 1),
        lambda: Band(1, 2, 0, 2, 1),
        lambda: Band(1, 2, 7, 0, 1),
        lambda: decode_entry(PeriodEntry(1, 0, bytes(32)).encode()),
        lambda: decode_entry(PeriodEntry(1, 1025, bytes(32)).encode()),
        lambda: decode_entry(Reveal(Outcome.CONTENT, LOG.opened(FIRST, 1)).encode()),
        lambda: replace(LOG.rules, period=9),
        lambda: replace(LOG.rules, slots=0),
        lambda: replace(LOG.rules, horizon=1),
        lambda: replace(LOG.rules, first=2**32),
    ],
)
def test_what_no_log_says_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(MalformedError):
        make()


def test_every_period_is_as_long_whatever_it_holds() -> None:
    log = PublicLog()
    empty, full = (
        log.entries[log.period(FIRST + at, *[DEMAND.encode()] * at * 4)] for at in range(2)
    )
    assert len(empty.encode()) == len(full.encode()) == 42
