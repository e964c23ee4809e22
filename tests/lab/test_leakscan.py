"""The leak scanner sees a marker in every disguise, wherever it lies, and nothing else."""

import base64
import gzip
import os
import random
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_lab.leakscan import (
    DISGUISES,
    LEAST,
    Marker,
    Report,
    Scanner,
    control,
    disguises,
    draw_marker,
    planted,
)

NOISE = random.Random(7).randbytes
MARKER = draw_marker("secret", NOISE)
SCANNER = Scanner([MARKER])

FORMS = {
    "raw": "raw",
    "reversed": "reversed",
    "hex": "hex",
    "HEX": "hex",
    **{f"base64{kind}+{place}": "base64" for kind in ("", "url") for place in range(3)},
    **{f"{kind}+{place}": "base32" for kind in ("base32", "BASE32") for place in range(5)},
    "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
    "zlib": "deflate",
    "gzip": "deflate",
    "raw deflate": "deflate",
    "hex in zlib": "deflate",
}


def test_the_control_is_found_in_every_disguise() -> None:
    report = control(os.urandom)
    assert set(report.by_disguise()) == set(DISGUISES)
    assert all(report.by_disguise().values())


def test_every_form_is_known_to_this_test() -> None:
    assert set(disguises(MARKER)) == set(FORMS)


@pytest.mark.parametrize("form", FORMS)
@given(before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_a_marker_is_found_in_any_surroundings(form: str, before: bytes, after: bytes) -> None:
    report = SCANNER.scan(before + disguises(MARKER)[form] + after, "here")
    assert report.by_disguise()[FORMS[form]] >= 1
    assert {finding.marker for finding in report.findings} == {"secret"}


@pytest.mark.parametrize("encode", [zlib.compress, gzip.compress])
def test_a_marker_deep_in_a_long_stream_is_found(encode: object) -> None:
    text = NOISE(200_000) + MARKER.value + NOISE(200_000)
    assert callable(encode)
    report = SCANNER.scan(NOISE(100) + encode(text), "here")
    assert report.by_disguise()["deflate"] == 1


@given(before=st.integers(0, 2), text=st.text(max_size=9))
def test_a_marker_inside_an_encoded_sentence_is_found(before: int, text: str) -> None:
    sentence = text.encode() + bytes(before) + MARKER.value + b" at nine"
    assert SCANNER.scan(base64.b64encode(sentence), "here").by_disguise()["base64"] == 1
    assert SCANNER.scan(base64.b32encode(sentence), "here").by_disguise()["base32"] == 1


@given(cuts=st.lists(st.integers(0, 400), max_size=6))
def test_pieces_find_what_the_whole_finds(cuts: list[int]) -> None:
    data = NOISE(90) + MARKER.value + NOISE(30) + zlib.compress(b"x" * 40 + MARKER.value)
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:stop] for start, stop in pairwise(bounds)]
    whole = SCANNER.scan(data, "here")
    assert whole.by_disguise()["raw"] == 1
    assert SCANNER.scan_stream(pieces, "here").findings == whole.findings


@given(cut=st.integers(1, 25), gap=st.binary(min_size=1, max_size=20))
def test_a_marker_that_a_page_cuts_in_two_is_found(cut: int, gap: bytes) -> None:
    data = MARKER.value[:cut] + gap + MARKER.value[cut:]
    assert SCANNER.scan(data, "here").by_disguise()["raw"] == 1


@given(data=st.binary(max_size=3000))
def test_noise_holds_no_marker(data: bytes) -> None:
    report = SCANNER.scan(data, "here")
    assert report == Report((), len(data), 1)


def test_half_of_the_encoded_forms_of_another_marker_are_not_ours() -> None:
    other = draw_marker("other", NOISE)
    assert SCANNER.scan(b"".join(disguises(other).values()), "here").total == 0


def test_a_report_says_what_where_and_how_often() -> None:
    key = Marker("key", NOISE(32))
    data = b"." * 10 + key.value + b"." * 10 + key.value + MARKER.value
    report = Scanner([MARKER, key]).scan(data, "log")
    found = [(f.marker, f.disguise, f.place, f.count, f.offset) for f in report.findings]
    assert found == [("key", "raw", "log", 2, 10), ("secret", "raw", "log", 1, 84)]
    assert (report.total, report.by_place(), report.scanned) == (3, {"log": 3}, len(data))


def test_a_folder_is_scanned_to_its_depth_without_following_links(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    (folder / "deep").mkdir(parents=True)
    (folder / "clean").write_bytes(NOISE(5000))
    (folder / "deep" / "dirty").write_bytes(NOISE(5000) + MARKER.value[::-1])
    (tmp_path / "outside").write_bytes(MARKER.value)
    (folder / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(folder / "pipe")
    report = SCANNER.scan_folder(folder)
    assert report.by_place() == {"deep/dirty": 1}
    assert (report.places, report.scanned) == (2, 5000 + 5026)


def test_a_planted_file_is_found_and_then_gone(tmp_path: Path) -> None:
    with planted(tmp_path, MARKER) as path:
        assert SCANNER.scan_folder(tmp_path).by_place() == {path.name: 1}
    assert SCANNER.scan_folder(tmp_path) == Report()


def test_a_marker_that_could_be_there_by_accident_is_refused() -> None:
    with pytest.raises(ValueError, match="by accident"):
        Marker("short", bytes(LEAST - 1))


def test_a_marker_does_not_show_in_its_representation() -> None:
    assert MARKER.text not in repr(MARKER)
    assert MARKER.text not in repr(SCANNER.scan(MARKER.value, "here"))


def test_markers_are_drawn_from_128_bits() -> None:
    assert draw_marker("zero", bytes).text == "a" * 26
    assert draw_marker("last", lambda size: b"\xff" * size).text == "7" * 25 + "h"
    assert len({draw_marker("", NOISE).value for _ in range(100)}) == 100


def test_words_of_a_person_are_searched_for_in_one_piece() -> None:
    words = b"the relay cannot read this"
    halves = words[:13] + b"..." + words[13:]
    assert Scanner([Marker("text", words)]).scan(halves, "here").total == 1
    assert Scanner([Marker("text", words, whole=True)]).scan(halves, "here").total == 0
    assert Scanner([Marker("text", words, whole=True)]).scan(b"..." + words, "here").total == 1
