"""What is asked about sealed files: capabilities, and frames that fit."""

import pytest

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    blob_address,
    read_capability,
)
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    MAX_FRAME_BYTES,
    Answer,
    Call,
    decode_call,
    decode_from_relay,
    encode,
)

ONE = b"\x01" * 32


def test_what_reads_does_not_write_and_an_address_does_neither() -> None:
    read = read_capability(ONE)
    address = blob_address(read)
    assert len({ONE, read, address}) == 3
    assert blob_address(ONE) != address != read_capability(read)


def test_the_largest_piece_fits_a_frame_both_ways() -> None:
    piece = bytes(MAX_PIECE_BYTES)
    put = encode(Call(2**32 - 1, BlobPut(ONE, 2**32 - 1, 2**32 - 1, piece)))
    got = encode(Answer(2**32 - 1, BlobPiece(piece)))
    assert max(len(put), len(got)) <= MAX_FRAME_BYTES
    assert isinstance(decode_call(put).request, BlobPut)
    assert decode_from_relay(got) == Answer(2**32 - 1, BlobPiece(piece))


@pytest.mark.parametrize(
    "request_",
    [
        BlobPut(ONE, 1, 0, b""),
        BlobPut(ONE, 1, 0, bytes(MAX_PIECE_BYTES + 1)),
        BlobPut(ONE[:31], 1, 0, b"a"),
        BlobPut(ONE, 2**32, 0, b"a"),
        BlobGet(ONE, -1),
    ],
)
def test_what_is_out_of_bounds_is_malformed(request_: BlobPut | BlobGet) -> None:
    with pytest.raises(MalformedError):
        decode_call(encode(Call(1, request_)))


def test_an_answer_out_of_bounds_is_malformed() -> None:
    for answered in (BlobPiece(bytes(MAX_PIECE_BYTES + 1)), BlobHeld(2**32)):
        with pytest.raises(MalformedError):
            decode_from_relay(encode(Answer(1, answered)))
