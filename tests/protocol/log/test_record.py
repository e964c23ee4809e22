from dataclasses import replace

import pytest

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.keys import SIGNATURE_SIZE, Purpose, SigningKey, account_id
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.record import MAX_RECORD, MAX_VERSION, Record, RecordKind

KEY, OTHER = (SigningKey.from_seed(bytes((seed,)) * 64) for seed in (1, 2))
ALICE = parse_label("alice")
HEAD, MANIFEST = b"h" * 32, b"m" * 32
FIRST = Record.sign(KEY, RecordKind.CREATE, ALICE, 1, bytes(32), 1_800_000_000_000, 1, MANIFEST)
SECOND = Record.sign(KEY, RecordKind.UPDATE, ALICE, 2, HEAD, 1_800_000_000_001, 2, MANIFEST)


def test_a_record_has_the_bytes_of_its_table() -> None:
    expected = (
        b"KTR1\x02\x00\x05alice"
        + (2).to_bytes(8, "big")
        + HEAD
        + (1_800_000_000_001).to_bytes(8, "big")
        + account_id(KEY.verifying)
        + (2).to_bytes(8, "big")
        + MANIFEST
        + bytes(4)
    )
    assert SECOND.encode() == expected + SECOND.signature
    assert len(SECOND.encode()) == 131 + 5 + SIGNATURE_SIZE
    KEY.verifying.verify(Purpose.LOG_RECORD, expected, SECOND.signature)


@pytest.mark.parametrize("record", [FIRST, SECOND])
def test_a_record_comes_back(record: Record) -> None:
    assert Record.decode(record.encode()) == record
    record.check_signature(KEY.verifying)


def test_the_longest_label_makes_the_largest_record() -> None:
    label = parse_label(account_id(KEY.verifying).hex())
    record = Record.sign(KEY, RecordKind.CREATE, label, 1, bytes(32), 0, 1, MANIFEST)
    assert len(record.encode()) == MAX_RECORD == 3568


def test_the_last_version_that_there_is_has_a_record() -> None:
    last = Record.sign(KEY, RecordKind.UPDATE, ALICE, MAX_VERSION, HEAD, 0, 1, MANIFEST)
    assert Record.decode(last.encode()).version == MAX_VERSION


def test_only_the_account_that_it_names_signs_a_record() -> None:
    with pytest.raises(ForgedError, match="another account"):
        SECOND.check_signature(OTHER.verifying)
    named = replace(SECOND, account=account_id(OTHER.verifying))
    with pytest.raises(ForgedError):
        named.check_signature(OTHER.verifying)


def test_every_field_is_signed() -> None:
    changed = [
        replace(SECOND, kind=RecordKind.RESET),
        replace(SECOND, label=parse_label("alicf")),
        replace(SECOND, version=3),
        replace(SECOND, previous=MANIFEST),
        replace(SECOND, time_ms=SECOND.time_ms + 1),
        replace(SECOND, manifest_version=3),
        replace(SECOND, manifest_hash=HEAD),
    ]
    for record in changed:
        with pytest.raises(ForgedError):
            Record.decode(record.encode()).check_signature(KEY.verifying)


SIGNED = SECOND.encode()[:-SIGNATURE_SIZE]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, b"KTR2"),
        (4, b"\0"),
        (4, b"\6"),
        (5, b"\0\0"),
        (5, b"\0\4"),
        (5, b"\0\6"),
        (5, b"\0\x41"),
        (7, b"Alice"),
        (7, b"\xc3\xa9ice"),
        (12, bytes(8)),
        (12, (1).to_bytes(8, "big")),  # with a head before it
        (12, (MAX_VERSION + 1).to_bytes(8, "big")),
        (12, (2**63).to_bytes(8, "big")),
        (20, bytes(32)),
        (52, (MAX_NUMBER + 1).to_bytes(8, "big")),
        (92, bytes(8)),
        (92, (MAX_NUMBER + 1).to_bytes(8, "big")),
        (132, b"\0\0\0\1"),
    ],
)
def test_what_has_another_form_is_no_record(at: int, value: bytes) -> None:
    changed = SIGNED[:at] + value + SIGNED[at + len(value) :] + SECOND.signature
    with pytest.raises(MalformedError):
        Record.decode(changed)


@pytest.mark.parametrize("data", [b"", SECOND.encode()[:-1], SECOND.encode() + b"\0"])
def test_a_byte_more_or_fewer_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Record.decode(data)


@pytest.mark.parametrize("kind", [kind for kind in RecordKind if kind is not RecordKind.CREATE])
def test_a_label_begins_by_being_created(kind: RecordKind) -> None:
    with pytest.raises(MalformedError, match="create"):
        Record.sign(KEY, kind, ALICE, 1, bytes(32), 0, 1, MANIFEST)
