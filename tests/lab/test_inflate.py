"""Compressed streams are found wherever they begin, and are bounded whatever they hold."""

import random
import zlib
from time import process_time

import pytest

from doorless_lab.inflate import LIMIT, Inflater

NOISE = random.Random(11).randbytes
TEXT = b"meet at nine, behind the old mill; bring the ledger and tell nobody. " * 3


def contents(*pieces: bytes, step: int = 1) -> dict[int, bytes]:
    """What each stream holds, by where it begins."""
    found: dict[int, bytes] = {}

    def take(content: bytes, offset: int) -> None:
        found[offset] = found.get(offset, b"") + content

    inflater = Inflater(take, least=16, overlap=0, step=step)
    for piece in pieces:
        inflater.feed(piece)
    inflater.close()
    return found


def compressed(bits: int, flush: int = zlib.Z_FINISH) -> bytes:
    stream = zlib.compressobj(wbits=bits)
    return stream.compress(TEXT) + stream.flush(flush)


@pytest.mark.parametrize("bits", [15, 9, 31, -15])
@pytest.mark.parametrize("level_flush", [zlib.Z_FINISH, zlib.Z_SYNC_FLUSH])
@pytest.mark.parametrize("before", [0, 1, 2, 63, 64, 65, 300])
def test_a_stream_is_found_after_any_noise(bits: int, level_flush: int, before: int) -> None:
    data = NOISE(before) + compressed(bits, level_flush) + b"\xff" * 100
    assert contents(data)[before].startswith(TEXT)


@pytest.mark.parametrize("bits", [15, 31, -15])
@pytest.mark.parametrize("cut", [1, 2, 40, 60, 95])
def test_a_stream_may_begin_in_one_piece_and_end_in_another(bits: int, cut: int) -> None:
    data = NOISE(50) + compressed(bits)
    assert contents(data[:cut], data[cut:])[50] == TEXT


def test_what_a_damaged_stream_held_before_the_damage_is_seen() -> None:
    stream = compressed(15)
    whole = zlib.decompressobj().decompress(stream[:60])
    assert contents(stream[:60] + b"\xff" * 2000)[0].startswith(whole)


def test_raw_streams_can_be_looked_for_at_steps() -> None:
    data = bytes(48) + compressed(-15)
    assert contents(data, step=16)[48] == TEXT
    assert TEXT not in contents(b"\0" + data, step=16).values()
    assert contents(b"\0" * 5, b"\0" * 11 + data, step=16)[64] == TEXT


def test_a_bomb_is_left_at_the_limit() -> None:
    bomb = zlib.compress(bytes(4 * LIMIT))
    assert len(contents(bomb)[0]) < LIMIT + 2**20


def test_a_long_run_of_one_value_costs_no_more_than_its_length() -> None:
    def cost(size: int) -> float:
        start = process_time()
        contents(b"c" * size)
        return process_time() - start

    assert cost(2**19) < 16 * cost(2**17)
