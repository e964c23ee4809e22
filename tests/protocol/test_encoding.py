import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.encoding import (
    MAX_NUMBER,
    PROTOCOL,
    Reader,
    Writer,
    read_protocol,
    transcript_hash,
)
from doorless_protocol.errors import MalformedError

fields = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), max_size=6)


@given(st.integers(0, 2**32 - 1), st.binary(min_size=5, max_size=5), st.binary(max_size=300))
def test_what_was_written_is_read(number, fixed, varying) -> None:
    written = Writer().uint(number, 4).raw(fixed).prefixed(varying, 2).done()
    reader = Reader(written, "value")
    assert (reader.uint(4), reader.raw(5), reader.prefixed(2, at_most=300)) == (
        number,
        fixed,
        varying,
    )
    reader.end()


def test_integers_are_big_endian() -> None:
    assert Writer().uint(1, 4).done() == b"\0\0\0\1"


@given(st.binary(max_size=20), st.integers(0, 30))
def test_a_field_that_is_not_all_there_is_malformed(data, size) -> None:
    reader = Reader(data, "value")
    if size <= len(data):
        assert reader.raw(size) == data[:size]
    else:
        with pytest.raises(MalformedError, match=f"ends at byte {len(data)}"):
            reader.raw(size)


def test_a_byte_left_over_is_malformed() -> None:
    reader = Reader(b"ab", "value")
    reader.raw(1)
    with pytest.raises(MalformedError, match="1 bytes too many"):
        reader.end()


def test_a_field_longer_than_allowed_is_refused_before_it_is_read() -> None:
    with pytest.raises(MalformedError, match="at most 3"):
        Reader(b"\xff\xff", "value").prefixed(2, at_most=3)
    assert Reader(b"\0\3abc", "value").prefixed(2, at_most=3) == b"abc"


def test_a_number_is_one_that_every_store_holds() -> None:
    assert Reader(MAX_NUMBER.to_bytes(8, "big"), "value").number() == MAX_NUMBER
    with pytest.raises(MalformedError, match="number above"):
        Reader((MAX_NUMBER + 1).to_bytes(8, "big"), "value").number()


@pytest.mark.parametrize("start", [b"\0\1", b"\1\0", b"\2\1", b"\1\2", b"\1", b"", b"\xff\xff"])
def test_another_version_or_suite_is_not_read(start) -> None:
    read_protocol(Reader(PROTOCOL, "value"))
    with pytest.raises(MalformedError):
        read_protocol(Reader(start, "value"))


def test_our_own_numbers_out_of_range_are_our_own_mistakes() -> None:
    with pytest.raises(OverflowError):
        Writer().uint(256, 1)
    with pytest.raises(OverflowError):
        Writer().uint(-1, 4)


@given(fields, fields)
def test_two_transcripts_have_one_hash_only_if_they_are_the_same(ours, theirs) -> None:
    assert (transcript_hash(b"a", ours) == transcript_hash(b"a", theirs)) == (ours == theirs)


def test_a_byte_cannot_move_from_one_field_of_a_transcript_to_the_next() -> None:
    transcripts = [
        (b"label", [(b"ab", b"c")]),
        (b"label", [(b"a", b"bc")]),
        (b"label", [(b"a", b"b"), (b"", b"c")]),
        (b"labela", [(b"b", b"c")]),
        (b"label", []),
    ]
    assert len({transcript_hash(label, items) for label, items in transcripts}) == 5
