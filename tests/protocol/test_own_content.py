"""Notices between own devices: one encoding, bounded, and nothing else is taken."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import own_content
from doorless_protocol.content import MAX_NOTICE_BYTES, OwnDevices
from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import ENTRY_SIZE, MAX_DEVICES, SIGNED_HEAD_SIZE
from doorless_protocol.own_content import (
    MAX_SAID,
    Ask,
    Chosen,
    Forgotten,
    Names,
    Newest,
    Person,
    Piece,
    Read,
    Said,
)

ID, DIGEST = bytes(16), bytes(32)
PERSON = Person(
    account=DIGEST,
    handle="bob",
    relay="relay.example",
    pin=b"",
    name="Bob",
    standing="contact",
    decided="verified",
    head=bytes(SIGNED_HEAD_SIZE),
    entries=bytes(MAX_DEVICES * ENTRY_SIZE),
    token=ID,
    added=1,
)
NOTICES = [
    Newest(bytes(24_880)),
    Names(((ID, "laptop"),)),
    Chosen("Alice", ID, True, False, True),
    PERSON,
    Forgotten(DIGEST),
    Read(DIGEST, ID),
    Ask(DIGEST, 2**53 - 1),
    Piece(DIGEST, 0, 1, 2, (Said(ID, True, ID, 1, 2, "hello", 3),)),
]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: type(notice).__name__)
def test_a_notice_is_read_as_it_was_written(notice: own_content.Notice) -> None:
    body = own_content.encode(notice)
    assert own_content.decode(body) == notice
    assert len(body.notice) <= MAX_NOTICE_BYTES


@pytest.mark.parametrize(
    "notice",
    [
        msgspec.structs.replace(PERSON, standing="request"),
        msgspec.structs.replace(PERSON, decided="changed"),
        msgspec.structs.replace(PERSON, head=b""),
        msgspec.structs.replace(PERSON, name="é" * 65),
        Names(((ID, "é" * 33),)),
        Names(((ID, "x"),) * (MAX_DEVICES + 1)),
        Piece(DIGEST, 2, 1, 2, ()),
        Piece(DIGEST, 0, 2, 1, ()),
        Piece(DIGEST, 0, 1, 1, (Said(ID, True, ID, 1, 2, "x", 3),) * (MAX_SAID + 1)),
        Piece(DIGEST, 0, 1, 1, (Said(ID, True, ID, 1, 2, "x", 7),)),
    ],
)
def test_what_cannot_be_is_refused(notice: own_content.Notice) -> None:
    with pytest.raises(MalformedError):
        own_content.decode(own_content.encode(notice))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for encoded in (data, own_content.encode(NOTICES[-1]).notice + data):
        try:
            own_content.decode(OwnDevices(encoded))
        except MalformedError:
            continue
