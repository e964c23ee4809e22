"""The page of figures is what its command writes, and says what it must."""

import json
from pathlib import Path

from benchmarks import figures, table


def kept(folder: Path, *rows: dict[str, object], reasons: str = "") -> Path:
    figures.save("relay", "python -m benchmarks.relay", rows, folder=folder)
    (folder / table.MISSED).write_text(reasons)
    return folder


def row(met: bool | None, **but: object) -> dict[str, object]:
    whole = {"benchmark": "relay", "work": "store, 2 KiB", "unit": "1/s", "ours": 1.0}
    compared = {"peer": 2.0, "peer_name": "an echo", "ratio": 0.5, "goal": 0.6, "met": met}
    return whole | compared | but


def test_the_page_of_figures_is_what_its_command_writes() -> None:
    """Run `python -m benchmarks.table` after keeping other figures."""
    assert table.PAGE.read_text() == table.page()


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    kept(tmp_path, row(True), row(None, ours=None))
    about, rows = figures.read(tmp_path / "relay.jsonl")
    assert rows == [row(True), row(None, ours=None)]
    assert (about.name, about.command) == ("relay", "python -m benchmarks.relay")


def test_a_missed_goal_is_shown_with_the_reason_that_is_said(tmp_path: Path) -> None:
    reason = {"benchmark": "relay", "work": "store", "because": "The disk is slow."}
    said = "[[missed]]\n" + "\n".join(f"{key} = {json.dumps(reason[key])}" for key in reason)
    page = table.page(kept(tmp_path, row(False), reasons=said))
    assert "**missed**" in page
    assert "- The disk is slow.\n" in page
    assert table.unexplained(tmp_path) == []


def test_a_reason_is_not_shown_when_the_goal_is_met(tmp_path: Path) -> None:
    said = '[[missed]]\nbenchmark = "relay"\nwork = "store"\nbecause = "The disk is slow."\n'
    page = table.page(kept(tmp_path, row(True), reasons=said))
    assert "The disk is slow" not in page
    assert "| met |" in page


def test_a_missed_goal_without_a_reason_is_noticed(tmp_path: Path) -> None:
    kept(tmp_path, row(False), row(True), row(None))
    assert table.unexplained(tmp_path) == [row(False)]
