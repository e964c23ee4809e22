import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.content import (
    ACTS,
    LASTS_AT_LEAST,
    LASTS_AT_MOST,
    MAX_EMOJI_BYTES,
    MAX_FILE_NAME_BYTES,
    MAX_NAME_BYTES,
    MAX_QUOTED_CHARS,
    MAX_RECEIPTS,
    MAX_TEXT_BYTES,
    NO_PREVIOUS,
    SAID_BY_A_PERSON,
    Content,
    Control,
    Delete,
    Edit,
    File,
    Profile,
    Quote,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
    Unknown,
    check_lasts,
)
from doorless_protocol.errors import MalformedError

ids = st.binary(min_size=16, max_size=16)
digests = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**53 - 1)
lasting = st.just(0) | st.integers(LASTS_AT_LEAST, LASTS_AT_MOST)
quotes = st.builds(Quote, digests, ids, st.text(max_size=MAX_QUOTED_CHARS))
files = st.builds(File, st.text(min_size=1, max_size=60), numbers, digests, digests, digests)
bodies = st.one_of(
    st.builds(
        Text,
        st.text(max_size=300),
        st.none() | quotes,
        st.none() | files,
        lasting,
        st.booleans(),
    ),
    st.builds(React, digests, ids, st.text(max_size=8)),
    st.builds(Edit, ids, st.text(min_size=1, max_size=300)),
    st.builds(Delete, ids),
    st.builds(Timer, lasting, st.integers(1, 2**53 - 1)),
    st.builds(Receipt, st.lists(ids, min_size=1, max_size=MAX_RECEIPTS).map(tuple), st.booleans()),
    st.builds(Typing, st.booleans()),
    st.builds(Profile, st.text(max_size=30), ids, st.binary(max_size=200)),
    st.just(Control()),
)


def saying(body, **fields) -> Content:
    defaults = {
        "id": bytes(16),
        "counter": 0,
        "previous": NO_PREVIOUS,
        "conversation": bytes(32),
        "time": 1_800_000_000_000,
    }
    return Content.saying(body, **(defaults | fields))


HELLO = saying(Text("hello"))
KEYS = (bytes(32),) * 3  # key, blob and digest of a file
packed = msgspec.msgpack.encode


@given(bodies, ids, numbers, digests, digests, numbers)
def test_what_was_said_is_heard(body, id, counter, previous, conversation, time) -> None:
    content = Content.saying(
        body, id=id, counter=counter, previous=previous, conversation=conversation, time=time
    )
    heard = Content.decode(content.encode())
    assert heard == content
    assert heard.say() == body
    assert heard.encode() == content.encode()


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_our_own_words(data) -> None:
    try:
        content = Content.decode(data)
    except MalformedError:
        return
    assert content.encode() == data


@given(st.integers(0, len(HELLO.encode()) - 1), st.integers(0, 255))
def test_an_altered_byte_gives_another_content_or_none(at, value) -> None:
    encoded = HELLO.encode()
    altered = encoded[:at] + bytes((value,)) + encoded[at + 1 :]
    try:
        content = Content.decode(altered)
        content.say()
    except MalformedError:
        return
    assert content.encode() == altered
    assert (content == HELLO) == (altered == encoded)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        HELLO.encode()[:-1],
        HELLO.encode() + b"\0",
        b"\xdc\x00\x09" + HELLO.encode()[1:],  # the list's length in two bytes
        b"\x99\xcc\x01" + HELLO.encode()[2:],  # version 1 in two bytes
        b"\x9a" + HELLO.encode()[1:] + b"\xc0",  # one element more
        msgspec.msgpack.encode({"version": 1}),
        b"\x91" * 3000,  # deeper than any decoder goes
    ],
)
def test_another_encoding_of_the_same_is_refused(wrong) -> None:
    with pytest.raises(MalformedError):
        Content.decode(wrong)


def test_a_kind_or_version_of_later_is_shown_and_not_dropped() -> None:
    later = msgspec.structs.replace(HELLO, kind=99, body=b"who knows")
    assert Content.decode(later.encode()).say() == Unknown(1, 99, b"who knows")
    newer = msgspec.structs.replace(HELLO, version=2)
    assert Content.decode(newer.encode()).say() == Unknown(2, 1, HELLO.body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (0, b""),
        (0, b"\x91\xc0"),
        (1, b""),
        (1, b"\x90"),
        (1, b"\x91\xa1a"),  # the words alone
        (1, b"\x95\xc4\x01a\xc0\xc0\x00\xc2"),  # bytes for text
        (1, b"\x95\xa1\xff\xc0\xc0\x00\xc2"),  # not UTF-8
        (1, b"\x95\xa3\xed\xa0\x80\xc0\xc0\x00\xc2"),  # half of a pair, as UTF-8 never has it
        (1, b"\x95\xa2\xc0\x80\xc0\xc0\x00\xc2"),  # an overlong form
        (1, b"\x96\xa1a\xc0\xc0\x00\xc2\xc0"),
        (1, b"\x95\xd9\x01a\xc0\xc0\x00\xc2"),  # a long form of a short length
        (2, b"\x92\x90\xc3"),  # a receipt for nothing
        (2, packed([[bytes(16)] * (MAX_RECEIPTS + 1), True])),
        (2, packed([[bytes(15)], True])),
        (2, packed([[bytes(16)], 1])),
        (3, b"\x91\x01"),
        (4, packed(["name", bytes(15), b""])),
        (4, packed(["n" * (MAX_NAME_BYTES + 1), bytes(16), b""])),
        (4, packed(["ü" * MAX_NAME_BYTES, bytes(16), b""])),
        (1, packed(["ü" * MAX_TEXT_BYTES, None, None, 0, False])),
        (1, packed(["a", None, None, 0, 0])),
        (1, packed(["a", None, None, LASTS_AT_LEAST - 1, False])),
        (1, packed(["a", None, None, LASTS_AT_MOST + 1, False])),
        (1, packed(["a", None, None, -1, False])),
        (1, packed(["a", [bytes(31), bytes(16), ""], None, 0, False])),
        (1, packed(["a", [bytes(32), bytes(15), ""], None, 0, False])),
        (1, packed(["a", [bytes(32), bytes(16), "ü" * (MAX_QUOTED_CHARS + 1)], None, 0, False])),
        (1, packed(["a", None, ["", 0, *KEYS], 0, False])),  # a file without a name
        (1, packed(["a", None, ["ü" * MAX_FILE_NAME_BYTES, 0, *KEYS], 0, False])),
        (1, packed(["a", None, ["a", 2**53, *KEYS], 0, False])),
        (1, packed(["a", None, ["a", -1, *KEYS], 0, False])),
        (1, packed(["a", None, ["a", 0, *KEYS[1:]], 0, False])),
        (8, packed([bytes(31), bytes(16), "a"])),
        (8, packed([bytes(32), bytes(17), "a"])),
        (8, packed([bytes(32), bytes(16), "ü" * MAX_EMOJI_BYTES])),
        (8, packed([bytes(32), bytes(16), None])),
        (9, packed([bytes(16), ""])),
        (9, packed([bytes(16), "ü" * MAX_TEXT_BYTES])),
        (9, packed([b"", "a"])),
        (10, packed([])),
        (10, packed([bytes(32)])),
        (11, packed([0, 0])),
        (11, packed([0, 2**53])),
        (11, packed([LASTS_AT_LEAST - 1, 1])),
        (11, packed([LASTS_AT_MOST + 1, 1])),
        (11, packed([-1, 1])),
        (11, packed([2**63, 1])),
        (11, packed([3600])),
    ],
)
def test_a_body_not_in_its_one_form_is_malformed(kind, body) -> None:
    with pytest.raises(MalformedError):
        msgspec.structs.replace(HELLO, kind=kind, body=body).say()


def test_lengths_are_counted_in_bytes_before_anything_is_sent() -> None:
    saying(Text("ü" * (MAX_TEXT_BYTES // 2)))
    with pytest.raises(ValueError, match="text of more than"):
        saying(Text("ü" * (MAX_TEXT_BYTES // 2) + "u"))
    with pytest.raises(ValueError, match="name of more than"):
        saying(Profile("ü" * MAX_NAME_BYTES, bytes(16), b""))
    with pytest.raises(ValueError, match="text of more than"):
        saying(Edit(bytes(16), "ü" * MAX_TEXT_BYTES))
    with pytest.raises(ValueError, match="emoji of more than"):
        saying(React(bytes(32), bytes(16), "ü" * MAX_EMOJI_BYTES))
    with pytest.raises(ValueError, match="file name of more than"):
        saying(Text("", file=File("ü" * MAX_FILE_NAME_BYTES, 0, *KEYS)))


def test_what_lasts_lasts_from_a_glance_to_four_weeks_or_stays() -> None:
    for seconds in (0, LASTS_AT_LEAST, 3600, LASTS_AT_MOST):
        check_lasts(seconds)
        saying(Timer(seconds, 1))
        saying(Text("a", lasts=seconds))
    for seconds in (1, LASTS_AT_LEAST - 1, LASTS_AT_MOST + 1, 2**32 - 1):
        with pytest.raises(ValueError, match="lasts"):
            check_lasts(seconds)
        with pytest.raises(ValueError, match="lasts"):
            saying(Timer(seconds, 1))
        with pytest.raises(ValueError, match="lasts"):
            saying(Text("a", lasts=seconds))


def test_what_is_done_with_a_message_is_said_by_a_person_as_a_text_is() -> None:
    assert {Text, Timer, *ACTS} == set(SAID_BY_A_PERSON)
    assert Timer not in ACTS


def test_the_digest_chains_exactly_what_was_said() -> None:
    second = saying(Text("again"), counter=1, previous=HELLO.digest())
    assert second.previous == Content.decode(HELLO.encode()).digest()
    assert HELLO.digest() != saying(Text("hullo")).digest()


def test_gossip_belongs_to_a_copy_and_to_no_chain() -> None:
    assert saying(Text("hello")).gossip == b""
    copy = HELLO.with_gossip(b"seen")
    assert (copy.gossip, copy.with_gossip(b"")) == (b"seen", HELLO)
    named = hashlib.sha256(b"doorless/1 content" + HELLO.encode()).digest()
    assert copy.digest() == HELLO.digest() == named
