"""Notices between own devices: one encoding, bounded, and nothing else is taken."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import own_content
from doorless_protocol.content import (
    MAX_FILE_NAME_BYTES,
    MAX_NOTICE_BYTES,
    MAX_QUOTED_CHARS,
    MAX_TEXT_BYTES,
    File,
    OwnDevices,
    Quote,
)
from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import ENTRY_SIZE, MAX_DEVICES, SIGNED_HEAD_SIZE
from doorless_protocol.own_content import (
    MAX_SAID,
    Arranged,
    Ask,
    Beside,
    Chosen,
    Edited,
    Forgotten,
    Hidden,
    Lasts,
    Names,
    Newest,
    Person,
    Piece,
    Pinned,
    Reacted,
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
BESIDE = Beside(
    quote=Quote(DIGEST, ID, "what?"),
    file=File("a.png", 7, DIGEST, DIGEST, DIGEST),
    lasts=60,
    left=30,
    forwarded=True,
    pinned=True,
    deleted=False,
    edited=Edited(2, 1, ID),
    reacted=(Reacted(True, "☕", 1, ID), Reacted(False, "", 2, ID)),
)


def beside(**changes: object) -> Piece:
    """A piece of history with one message that has these beside its words."""
    changed = msgspec.structs.replace(BESIDE, **changes)
    return Piece(DIGEST, 0, 1, 1, (Said(ID, True, ID, 1, 2, "x", 3, changed),))


NOTICES = [
    Newest(bytes(24_880)),
    Names(((ID, "laptop"),)),
    Chosen("Alice", ID, True, False, True),
    PERSON,
    Forgotten(DIGEST),
    Read(DIGEST, ID),
    Ask(DIGEST, 2**53 - 1),
    Piece(DIGEST, 0, 1, 2, (Said(ID, True, ID, 1, 2, "hello", 3),)),
    Piece(DIGEST, 0, 1, 2, (Said(ID, False, ID, 1, 2, "", 2, BESIDE),)),
    Arranged(DIGEST, True, 2**53 - 1, False, True, "Bob from work", 1),
    Pinned(DIGEST, True, ID, False),
    Hidden(DIGEST, False, ID),
    Lasts(DIGEST, 3600, 2**52, ID),
    Lasts(DIGEST, 0, 0, b""),
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
        Piece(DIGEST, 0, 1, 1, (Said(ID, True, ID, 1, 2, "é" * MAX_TEXT_BYTES, 3),)),
        beside(quote=Quote(DIGEST, ID, "x" * (MAX_QUOTED_CHARS + 1))),
        beside(file=File("é" * MAX_FILE_NAME_BYTES, 0, *(DIGEST,) * 3)),
        beside(edited=Edited(0, 1, ID)),
        beside(edited=Edited(65, 1, ID)),
        beside(reacted=(Reacted(True, "x", 1, ID),) * 3),
        beside(reacted=(Reacted(True, "x" * 33, 1, ID),)),
        Arranged(DIGEST, True, 0, False, False, "é" * 65, 1),
        Hidden(DIGEST, True, ID[1:]),
        Pinned(DIGEST[1:], True, ID, True),
        Lasts(DIGEST, -1, 1, ID),
        Lasts(DIGEST, 60, 1, bytes(17)),
        Lasts(DIGEST, 60, 2**52 + 1, ID),
        Lasts(DIGEST, 4, 1, ID),
        beside(lasts=2**32 - 1),
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
