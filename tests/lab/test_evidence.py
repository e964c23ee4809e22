"""A search for markers is evidence only beside one that finds them all."""

import base64
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from doorless_lab.evidence import Memory, Places, draw_markers, in_the_clear, leak_scan, scan_bytes
from doorless_lab.judges import content
from doorless_lab.scenario import Outcome

MARKERS = draw_markers(Random(7).randbytes)


def test_what_holds_nothing_is_prevented_because_the_same_search_found_the_control() -> None:
    evidence = leak_scan(MARKERS, {"sealed": Random(1).randbytes(5_000)})
    assert dict(evidence.facts) == {
        "markers": 24,
        "found": 0,
        "bytes": 5_000,
        "places": 1,
        "control": 24,
        "memory": 0,
    }
    verdict = content()({evidence.name: evidence})
    assert (verdict.outcome, verdict.number) == (Outcome.PREVENTED, 0)
    assert verdict.because.en == "0 of 24 markers were in 5,000 bytes."
    assert verdict.because.de == "0 von 24 Marken standen in 5.000 Bytes."


def test_what_is_there_is_counted_once_whatever_it_is_disguised_as(tmp_path: Path) -> None:
    first, second, third, *_ = MARKERS
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_bytes(b"x" + zlib.compress(first.value) + first.value)
    file = tmp_path / "row"
    file.write_bytes(base64.b64encode(b"." + second.value))
    held: Places = {
        "folder": tmp_path / "deep",
        "file": file,
        "bytes": third.text.encode("utf-16-le"),
    }
    evidence = leak_scan(MARKERS, held)
    assert evidence.facts["found"] == scan_bytes(MARKERS, held) == 3
    verdict = content()({evidence.name: evidence})
    assert (verdict.outcome, verdict.number) == (Outcome.EXPOSED, 3)


def test_the_control_product_is_found_whole() -> None:
    evidence = leak_scan(MARKERS, in_the_clear(MARKERS))
    assert evidence.facts["found"] == evidence.facts["control"] == 24


@pytest.mark.parametrize("control", [{"control": b"nothing"}, in_the_clear(MARKERS[:23])])
def test_a_search_whose_control_was_not_found_convicts_and_acquits_nobody(
    control: dict[str, bytes],
) -> None:
    evidence = leak_scan(MARKERS, {"sealed": b"....."}, control=control)
    with pytest.raises(KeyError, match="did not find its control"):
        content()({evidence.name: evidence})


def test_neither_does_a_search_of_nothing() -> None:
    evidence = leak_scan(MARKERS, {"sealed": b""})
    with pytest.raises(KeyError):
        content()({evidence.name: evidence})


@contextmanager
def remembering(text: str) -> Iterator[int]:
    """A process that has it in memory; its id."""
    waits = [sys.executable, "-S", "-c", "import sys; print(flush=True); sys.stdin.read()"]
    environment = {**os.environ, "REMEMBERED": text}
    with subprocess.Popen(
        waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child.pid
        child.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us read a memory")
def test_memory_counts_where_what_was_planted_in_it_is_found() -> None:
    common, planted, other = draw_markers(Random(8).randbytes, 3)
    with remembering(planted.text) as pid:
        searched = leak_scan(MARKERS, {}, memory=Memory((pid,), common, planted))
        unproven = leak_scan(MARKERS, {}, memory=Memory((pid,), common, other))
    assert (searched.facts["found"], searched.facts["control"]) == (0, 24)
    assert searched.facts["memory"] == searched.facts["bytes"] != 0
    assert unproven.facts["memory"] == unproven.facts["bytes"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us read a memory")
def test_what_is_in_memory_is_found_there() -> None:
    common, planted, *markers = draw_markers(Random(9).randbytes, 4)
    with remembering(f"{planted.text}, {common.text} {markers[0].text}") as pid:
        found = leak_scan(markers, {}, memory=Memory((pid,), common, planted)).facts["found"]
    assert found == 1
