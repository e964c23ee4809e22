"""A report as a page, an object and a table, whatever stands in the demands."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from msgspec import structs

from doorless_server.demands.entries import Item, Line, Refused
from doorless_server.demands.report.as_csv import as_csv
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.as_json import as_json
from doorless_server.demands.report.microsoft import microsoft
from doorless_server.demands.report.model import Report
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.signal import signal
from made_up_ledger import IMPRINT, answered, at, came, ledger

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>&\"'\u202e=SUM(1)"


def hostile_report() -> Report:
    opened = structs.replace(
        came("a"),
        instrument="=HYPERLINK(1)",
        country="<b>",
        redacted=(Line(HOSTILE, HOSTILE), Line("-2+3", "@cmd"), Line("lines", "one\ntwo")),
    )
    item = Item("basic", HOSTILE, "OVERBROAD", note=HOSTILE)
    answer = structs.replace(answered("a"), items=(item,), bundle_sha256=HOSTILE)
    may = at("2026-05-01")
    told = ledger(
        (may, opened),
        (may, answer),
        (may, came("b")),
        (may, Refused("b", "sha-of-b", HOSTILE)),
    )
    return signal(told, None, at("2026-06-01"), IMPRINT)


class Tags(HTMLParser):
    """Every tag that a browser would see, and whether they are nested as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def close(self) -> None:
        super().close()
        assert self._open == []


def test_what_a_demand_says_is_text_and_never_markup() -> None:
    page = as_html(hostile_report())
    tags = Tags()
    tags.feed(page.removeprefix("<!doctype html>"))
    tags.close()
    assert not {"script", "img", "link", "iframe", "form", "b"} & tags.seen
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert not {"src", "href"} & tags.attributes
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_nothing_is_fetched() -> None:
    page = as_html(hostile_report())
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_a_page_has_a_sheet_of_its_own_for_each_demand_and_a_mark_on_each() -> None:
    page = as_html(hostile_report())
    assert page.count('<section class="page">') == 2
    assert "break-before: page" in page
    assert '<p class="mark">SIMULATION / ÜBUNG</p>' in page
    assert "position: fixed" in page  # on paper: on every sheet
    assert '@top-center { content: "SIMULATION / ÜBUNG"' in page


def test_no_cell_of_the_table_is_a_formula() -> None:
    table = list(csv.reader(io.StringIO(as_csv(hostile_report()))))
    assert table[0] == ["section", "table", "row", "column", "value"]
    assert {len(line) for line in table} == {5}
    for line in table:
        for cell in line:
            assert not cell.startswith(("=", "+", "-", "@"))
    assert ["", "Header", "1", "Mark", "SIMULATION / ÜBUNG"] in table


def test_the_object_has_its_header_and_its_rows_by_column() -> None:
    report = microsoft((), Period.parse("2026-H1"), at("2026-07-01"), IMPRINT)
    told = json.loads(as_json(report))
    assert told["format"] == "microsoft"
    assert told["simulation"] is True
    assert told["header"]["Period"] == "2026-H1"
    (row,) = told["sections"][0]["tables"][0]["rows"]
    assert (row["Country"], row["Requests"], row["% content"]) == ("All", 0, "0.0")


@pytest.mark.parametrize("form", [as_html, as_json, as_csv])
def test_every_form_has_the_whole_header(form: object) -> None:
    report = microsoft((), Period.parse("2026-H1"), at("2026-07-01"), IMPRINT)
    text = form(report)  # type: ignore[operator]
    for name, value in report.header:
        assert name in text
        assert str(value) in text
