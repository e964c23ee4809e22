"""The matrix of instruments is the one of the specification, complete in both languages."""

import re
from pathlib import Path

import pytest

from doorless_server.demands.instruments import all_instruments, law_as_of, missing
from doorless_server.demands.texts import EMPTY

SPEC = Path(__file__).parents[3] / "docs/spec/19-demands.md"
CATEGORIES = ("basic", "id", "traffic", "traffic_live", "content_stored", "content_live")
ROWS = re.findall(r"^\| ([A-Z]{2,5}_?[A-Z0-9_]*) \| (.+) \|$", SPEC.read_text(), re.MULTILINE)


def test_every_instrument_stands_in_the_specification() -> None:
    assert [code for code, _ in ROWS] == list(all_instruments())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", law_as_of())


@pytest.mark.parametrize(("code", "row"), ROWS, ids=[code for code, _ in ROWS])
def test_an_instrument_compels_what_the_specification_says(code: str, row: str) -> None:
    instrument = all_instruments()[code]
    for category, cell in zip((*CATEGORIES, "capability"), row.split(" | "), strict=True):
        reach = instrument.reach(category)  # type: ignore[arg-type]
        word = {"no": "-"}.get(reach.power, reach.power)
        assert cell == (reach.en.removeprefix("the ") if reach.only else word).replace(
            "name, address and length of service only", "name, address, length of service"
        ).replace("toll billing records only", "toll billing only").replace(
            "session times and durations only", "session times only"
        ).replace("first originator of a message only", "the first originator only")


def test_every_text_is_there_in_both_languages() -> None:
    for instrument in all_instruments().values():
        for name in ("name", "threshold", "deadline", "secrecy"):
            text = getattr(instrument, name)
            assert text.de
            assert text.en
        assert set(instrument.unchecked) <= {"name", "threshold", "deadline", "secrecy"}
        assert instrument.issuers


def test_content_of_an_epoc_takes_a_judge_and_an_offence() -> None:
    epoc = all_instruments()["EU_EPOC"]
    assert missing(epoc, "content_stored", judge="", penalty_years=5) != EMPTY
    assert missing(epoc, "content_stored", judge="somebody", penalty_years=2) != EMPTY
    assert missing(epoc, "content_stored", judge="somebody", penalty_years=3) == EMPTY
    assert missing(epoc, "basic", judge="", penalty_years=0) == EMPTY
