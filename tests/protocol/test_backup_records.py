"""Records of a backup have one form, and none of them could hold a key."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.backup_records import (
    KINDS,
    About,
    Before,
    Chosen,
    Felt,
    Record,
    Reply,
    decode,
    encode,
)
from doorless_protocol.errors import MalformedError

ABOUT = About(bytes(32), "alice", "relay.example", True, b"", 1_800_000_000)
EXAMPLES: list[Record] = [
    ABOUT,
    Chosen({"name": "Alice", "typing": True, "lasts": 60}),
    Before(1_800_000_000_000, bytes(16), "as it was"),
    Felt(bytes(32), "👍", 1_800_000_000_000, bytes(16)),
    Reply("thanks", "x" * 1_000),
]


@pytest.mark.parametrize("record", EXAMPLES)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert decode(encode(record)) == record


def test_a_kind_of_a_later_version_is_left_out() -> None:
    assert decode(msgspec.msgpack.encode(["poll", 1, 2])) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"about": 1}),
        msgspec.msgpack.encode([]),
        msgspec.msgpack.encode([1, 2]),
        msgspec.msgpack.encode(["about"]),
        encode(ABOUT) + b"\x00",
        msgspec.msgpack.encode(["about", bytes(31), "alice", "relay", True, b"", 1]),
        msgspec.msgpack.encode(["about", bytes(32), "alice", "relay", True, b"", -1]),
        msgspec.msgpack.encode(["chosen", {"x" * 33: True}]),
        msgspec.msgpack.encode(["chosen", {"name": [1]}]),
        msgspec.msgpack.encode(["felt", bytes(32), "x" * 33, 1, bytes(16)]),
        msgspec.msgpack.encode(["reply", "thanks", "x" * 1_001]),
    ],
)
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(data)


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_record_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except MalformedError:
        return


def test_every_kind_is_known_by_its_name() -> None:
    assert {kind.__struct_config__.tag for kind in Record.__args__} == KINDS
