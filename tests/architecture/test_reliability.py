"""The page of reliability is what its marks, figures and anchors give, and lacks nothing."""

from pathlib import Path
from typing import Any

import pytest

import reliability
from claims import claims, promises
from figures import FELL, HELD, Figure, merged, read, worse, write


def test_the_page_is_what_the_figures_give() -> None:
    """Run `PYTHONPATH=tests python -m reliability` after adding a test or keeping a figure."""
    assert reliability.PAGE.read_text(encoding="utf-8") == reliability.page()


def test_every_promise_and_attack_of_the_page_has_a_test_and_a_figure() -> None:
    """A goal that is missed stays on the page, and is no reason to leave the figure out."""
    assert [lack for lack in reliability.missing() if not lack.endswith(" missed")] == []


def test_the_promises_of_the_specification_are_on_the_page() -> None:
    assert list(promises()) == [f"P{n}" for n in range(1, 9)]
    assert set(promises()) <= set(reliability.ids())


def test_every_figure_of_others_has_a_row_and_a_source() -> None:
    for anchor in reliability.anchors():
        assert anchor.id in reliability.ids()
        assert anchor.source


def test_every_claim_is_of_a_test_that_is_there() -> None:
    found = {claim.test: claim for claim in claims()}
    here = "tests/attacks/test_S01_slowloris.py::test_who_stalls_is_closed_in_time"
    assert found[here].twin
    assert found[here].id == "S01"


def test_words_that_have_a_name_are_read_by_it(tmp_path: Path) -> None:
    words = 'WORDS = "in words"\n@pytest.mark.claim("P1", WORDS)\ndef test_it(): ...\n'
    (tmp_path / "test_x.py").write_text(words)
    (claim,) = claims(tmp_path)
    assert (claim.id, claim.words, claim.twin) == ("P1", "in words", False)


@pytest.mark.parametrize(
    ("target", "figure", "met"),
    [("<= 5", 5, True), ("<= 5", 5.1, False), (">= 5", 4, False), ("== 0", 0, True), ("", 9, True)],
)
def test_a_goal_is_met_or_missed(target: str, figure: float, met: bool) -> None:
    assert Figure("S01", "p99", figure, "ms", target).met is met


def test_of_two_measurements_the_worse_is_kept() -> None:
    fast, slow = (Figure("S01", "p99", figure, "ms", "<= 9") for figure in (1, 2))
    assert worse(worse(None, slow), fast) == worse(fast, slow) == slow
    few, many = (Figure("S10", "points", figure, "", ">= 9") for figure in (1, 2))
    assert worse(few, many) == worse(many, few) == few


def test_a_part_that_ran_again_takes_the_place_of_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "crash.jsonl"
    one, other = (Figure("S10", what, 1, test=what, date="2026-01-01") for what in ("a", "b"))
    write(path, [one, other])
    again = Figure("S10", "a", 2, test="a")
    kept = merged(path, [again], ["a"])
    assert kept == [again, other]
    write(path, kept)
    about, figures = read(path)
    assert about.command == "make crash"
    assert [each.figure for each in figures] == [2, 1]
    assert figures[1].date == "2026-01-01"


def row_of(page: str, of: str) -> str:
    (row,) = [line for line in page.splitlines() if f'<a id="{of}">' in line]
    return row


def test_a_row_says_what_was_reached_and_what_was_missed(tmp_path: Path) -> None:
    verdicts = [Figure("S07", HELD, 2, test="x"), Figure("S07", FELL, 1, test="x")]
    verdicts += [Figure("S07", HELD, 3, test="y")]
    slow = Figure("S07", "slowest", 1_251.5, "ms", "<= 250")
    write(tmp_path / "reliability.jsonl", [*verdicts, slow])
    deep = Figure("S07", "taken", 2_000, "", "<= 2000")
    write(tmp_path / "depth.jsonl", [deep])
    row = row_of(reliability.page(tmp_path), "S07")
    assert "held in 5 runs; fell in 1 without its defence" in row
    assert "slowest: **1,252 ms** (goal ≤ 250) **missed**" in row
    assert "taken: **2,000** (goal ≤ 2,000) `make depth`" in row
    assert "S07: slowest missed" in reliability.missing(tmp_path)
    assert "S08: no figure" in reliability.missing(tmp_path)


def test_a_command_of_its_own_takes_the_place_of_an_ordinary_run(tmp_path: Path) -> None:
    write(tmp_path / "reliability.jsonl", [Figure("S10", "points", 30)])
    write(tmp_path / "crash.jsonl", [Figure("S10", "points", 900)])
    row = row_of(reliability.page(tmp_path), "S10")
    assert "points: **900** `make crash`" in row
    assert "**30**" not in row


def test_rows_of_benchmarks_in_the_same_folder_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "relay.jsonl").write_text(
        '{"name": "relay"}\n{"benchmark": "relay", "work": "x"}\n'
    )
    assert reliability.kept(tmp_path) == {}


def test_a_test_says_what_it_measured(record: Any, request: pytest.FixtureRequest) -> None:
    record("S01", "p99", 22, "ms", "<= 250")
    said = {"id": "S01", "what": "p99", "figure": 22, "unit": "ms", "target": "<= 250"}
    assert request.node.user_properties == [("figure", said)]
    request.node.user_properties.clear()
