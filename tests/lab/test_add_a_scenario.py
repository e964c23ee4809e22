"""What docs/howto/add-a-scenario.md has somebody write is a scenario that holds."""

import asyncio
import re
from pathlib import Path

import pytest

from doorless_lab.runner import Conditions, play
from doorless_lab.scenario import Product, Scenario

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "add-a-scenario.md"


@pytest.fixture(scope="module")
def written() -> Scenario:
    """The page's pieces, in the order in which it says that they stand in the file."""
    begins, said_of_it, plays = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    found: dict[str, Scenario] = {}
    exec(begins + plays + said_of_it, found)
    return found["SCENARIO"]


def test_it_plays_and_its_verdict_is_the_one_that_it_names(written: Scenario) -> None:
    played = asyncio.run(play(written, Product.E2EE, Conditions()))
    (judged,) = played.judged
    assert judged.agrees
    assert played.armed == written.powers
