"""A backup opens for the words of its account, whole, or not at all."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_protocol import backup
from doorless_protocol.backup import (
    HEADER_SIZE,
    PART,
    SMALLEST,
    Keys,
    Writer,
    open_sealed,
    padded_size,
    seal,
)
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.file_primitives import STREAM_OVERHEAD, Stream
from doorless_protocol.primitives import (
    XWING_PRIVATE_SIZE,
    XWingPrivate,
    hkdf,
    hkdf_expand,
    hpke_open,
)

SEED, OTHER = bytes(range(32)), bytes(32)
KEYS = Keys.of(SEED)
WRITER = KEYS.writer
SEALED_PART = PART + STREAM_OVERHEAD
PREFIX = HEADER_SIZE + 32 + 24


def sealed(*records: bytes) -> bytes:
    return b"".join(seal(records, WRITER, random.Random(7).randbytes))


def opened(data: bytes, keys: Keys = KEYS, *, by: int = 70_000) -> list[bytes]:
    return list(open_sealed((data[at : at + by] for at in range(0, len(data), by)), keys))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=90_000), max_size=6), st.integers(1, 200_000))
def test_what_was_sealed_is_opened_in_chunks_of_any_size(records: list[bytes], by: int) -> None:
    data = sealed(*records)
    assert opened(data, by=max(by, 500)) == records
    assert (len(data) - PREFIX) % SEALED_PART == 0


def test_its_size_is_one_of_few_whatever_is_in_it() -> None:
    sizes = {len(sealed(*[b"x" * 1000] * count)) for count in (0, 1, 40, 250)}
    assert len(sizes) == 1
    assert [padded_size(size) for size in (1, SMALLEST, SMALLEST + 1, 2**20, 2**20 + 1)] == [
        *(SMALLEST, SMALLEST, 2 * SMALLEST, 2**20, 2**21)
    ]


def test_two_backups_of_the_same_records_have_nothing_in_common() -> None:
    one, two = (b"".join(seal([b"same"], WRITER, random.Random(n).randbytes)) for n in (1, 2))
    assert not any(one[at : at + 32] in two for at in range(8, 4000, 32))


def test_no_other_words_open_it() -> None:
    with pytest.raises(ForgedError):
        opened(sealed(b"a"), Keys.of(OTHER))


def test_who_writes_backups_opens_none_and_who_was_not_given_the_secret_writes_none() -> None:
    assert KEYS.private not in WRITER.encode()
    stranger = Writer(WRITER.public, bytes(32))  # knows the public half alone
    data = b"".join(seal([b"planted"], stranger, random.Random(7).randbytes))
    with pytest.raises(ForgedError, match="not written by a device of this account"):
        opened(data)


@pytest.mark.parametrize("at", [0, 8, HEADER_SIZE - 1, HEADER_SIZE, PREFIX - 1, PREFIX, -1])
def test_no_altered_byte_passes(at: int) -> None:
    data = bytearray(sealed(b"a" * 1000))
    data[at] ^= 1
    with pytest.raises(DoorlessError):
        opened(bytes(data))


def test_none_is_cut_short_lengthened_or_put_in_another_order() -> None:
    data = sealed(b"a" * 100_000, b"b" * 100_000)
    head, parts = (
        data[:PREFIX],
        [data[at : at + SEALED_PART] for at in range(PREFIX, len(data), SEALED_PART)],
    )
    assert len(parts) == 4
    for other in (
        *(parts[:count] for count in range(4)),
        [*parts, parts[-1]],
        [parts[1], parts[0], *parts[2:]],
        [*parts[:3], parts[3][:-1]],
        [*parts, b"x"],
    ):
        with pytest.raises(ForgedError):
            opened(head + b"".join(other))
    for size in (0, 7, PREFIX - 1):
        with pytest.raises(ForgedError):
            opened(data[:size])


def test_a_size_that_would_tell_of_what_is_in_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backup, "padded_size", lambda size: -(-size // PART) * PART)
    data = sealed(b"a" * 100_000)
    monkeypatch.undo()
    with pytest.raises(ForgedError, match="no size of a backup"):
        opened(data)


def test_nothing_hides_behind_the_last_record(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = backup._filled

    def hiding(records: list[bytes]) -> object:
        *chunks, last = whole(records)
        yield from chunks
        yield last[:-1] + b"\x01"

    monkeypatch.setattr(backup, "_filled", hiding)
    with pytest.raises(ForgedError, match="behind its last record"):
        opened(sealed(b"a"))


def test_a_record_that_is_too_long_is_neither_written_nor_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for record in (b"", b"x" * (backup.MAX_RECORD + 1)):
        with pytest.raises(ValueError, match="a record of"):
            sealed(record)
    monkeypatch.setattr(backup, "MAX_RECORD", 2**20)
    data = sealed(b"x" * (256 * 1024 + 1))
    monkeypatch.undo()
    with pytest.raises(MalformedError):
        opened(data)


def test_another_version_is_said_to_be_one() -> None:
    data = sealed(b"a")
    with pytest.raises(MalformedError, match="newer version"):
        opened(data[:7] + b"\x02" + data[8:])


def test_a_writer_has_one_encoding() -> None:
    assert Writer.decode(WRITER.encode()) == WRITER
    assert WRITER.secret.hex() not in repr(WRITER)
    for data in (b"", WRITER.encode()[:-1], bytes(len(WRITER.encode()))):
        with pytest.raises(MalformedError):
            Writer.decode(data)


def test_what_opens_it_follows_from_the_words_as_written_down() -> None:
    private = XWingPrivate(hkdf_expand(SEED, b"doorless/1 backup key", XWING_PRIVATE_SIZE))
    assert Keys(private, hkdf_expand(SEED, b"doorless/1 backup writer", 32)) == Keys.of(SEED)
    data = sealed(b"a")
    header, commitment = data[:HEADER_SIZE], data[HEADER_SIZE : HEADER_SIZE + 32]
    file_key = hpke_open(KEYS.private, b"doorless/1 backup", header[8:])
    both = hkdf(KEYS.secret, file_key, b"doorless/1 backup" + header, 64)
    assert both[32:] == commitment
    stream = Stream(both[:32], data[HEADER_SIZE + 32 : PREFIX])
    first = stream.open(data[PREFIX : PREFIX + SEALED_PART], final=False)
    assert first == b"\0\0\0\x01a" + bytes(PART - 5)


def test_the_longest_record_fits() -> None:
    longest = b"x" * (256 * 1024)
    assert opened(sealed(longest)) == [longest]


def test_chunks_may_end_where_parts_do_and_be_empty() -> None:
    data = sealed(b"a" * 1000)
    chunks = [data[:PREFIX], b""]
    for at in range(PREFIX, len(data), SEALED_PART):
        chunks += [data[at : at + SEALED_PART], b""]
    assert list(open_sealed(chunks, KEYS)) == [b"a" * 1000]
