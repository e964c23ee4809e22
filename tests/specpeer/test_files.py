"""Files, sealed by the one implementation and opened by the other; and every byte accounted for."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beside_ours import ours_says, theirs_says
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.world import World
from doorless_lab.world_files import offer
from doorless_protocol.attachment import Seal, open_sealed, padded_size, seal
from doorless_protocol.blob_frames import BlobPut
from doorless_protocol.frames import Answered
from specpeer import files as theirs
from specpeer.crypto import sha3_256

SIZES = (0, 1, 65_536, 65_537, 200_001)


def ours(file: bytes, key: bytes, header: bytes) -> tuple[bytes, bytes]:
    drawn, sealed = iter((key, header)), b""
    steps = seal([file], len(file), lambda _: next(drawn))
    while True:
        try:
            sealed += next(steps)
        except StopIteration as end:
            return sealed, end.value.digest


@pytest.mark.parametrize("size", SIZES)
def test_a_file_has_the_same_bytes(size: int) -> None:
    random = Random(size).randbytes
    file, key, header = random(size), random(32), random(24)
    sealed, digest = ours(file, key, header)
    assert b"".join(theirs.seal(key, header, file)) == sealed
    assert theirs.open_file(key, size, digest, sealed) == file


@given(st.integers(0, 2**31))
def test_a_size_is_filled_up_alike(size: int) -> None:
    assert padded_size(size) == theirs.padded(size)


def test_what_is_altered_is_refused_alike() -> None:
    random = Random(4).randbytes
    file, key, header = random(70_001), random(32), random(24)
    sealed, digest = ours(file, key, header)
    for at in (0, 31, 32, 55, 56, 65_608, 65_609, len(sealed) - 1):
        altered = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        for data in (altered, sealed[:at], sealed + sealed[:at]):
            for named in (digest, sha3_256(data)):
                for size in (70_001, 70_000, 65_536, 0):
                    verdicts = (
                        ours_says(
                            lambda data=data, named=named, size=size: b"".join(
                                open_sealed([data], Seal(key, size, named))
                            )
                        ),
                        theirs_says(
                            lambda data=data, named=named, size=size: theirs.open_file(
                                key, size, named, data
                            )
                        ),
                    )
                    assert verdicts[0] == verdicts[1]


def test_every_byte_of_an_upload_follows_from_what_was_drawn_and_the_file() -> None:
    """N02: no room in it for anything else."""
    world = World()
    alice, _ = world.friends("alice", "bob")
    pieces: list[BlobPut] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, BlobPut):
            pieces.append(ask.request)
        return answered

    alice.change_answer = watch
    drawn: list[bytes] = []
    random = world.random

    def recording(size: int) -> bytes:
        drawn.append(random(size))
        return drawn[-1]

    world.random = recording  # type: ignore[method-assign]
    alice.reopen()
    drawn.clear()
    file = Random(9).randbytes(70_001)
    offer(alice, "bob", file)
    _name, key, header, write, _id = drawn[:5]
    world.settle()
    sealed = b"".join(theirs.seal(key, header, file))
    said = [
        BlobPut(write, len(sealed), at, sealed[at : at + 65_536])
        for at in range(0, len(sealed), 65_536)
    ]
    assert pieces == said
    (row,) = alice.store.extras.find()
    assert theirs.read_capability(write) in row.file
    assert sha3_256(sealed) in row.file
