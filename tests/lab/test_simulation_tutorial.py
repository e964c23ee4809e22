"""The examples of the tutorial run as they are printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/tutorial/simulator.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
TELLS = ["late", "7 ", "doorless-lab simulate --seed", "of 10"]
"""What each example must print, among other things."""


def test_every_example_is_looked_at() -> None:
    assert len(EXAMPLES) == len(TELLS)


@pytest.mark.parametrize(("example", "tells"), [*zip(EXAMPLES, TELLS, strict=True)], ids=TELLS)
def test_an_example_runs(example: str, tells: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})
    assert tells in capsys.readouterr().out


def test_the_first_one_has_ten_lines() -> None:
    assert len([line for line in EXAMPLES[0].splitlines() if line]) == 10
