"""The printed answer: marked on every page, in two languages, and nothing of a demand is markup."""

import re
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from demand_desk import LEFT_OUT, NOW, US, demand, fields
from doorless_server.demands import inventory
from doorless_server.demands.checks import Facts, check
from doorless_server.demands.disclosure import Disclosure, Found
from doorless_server.demands.items import Case
from doorless_server.demands.page import MARK, render
from doorless_server.demands.response import Circumstances, GagClock, answer
from doorless_server.store import schema

HOSTILE = "</td></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{}"


class Elements(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def held(tmp_path: Path) -> inventory.Inventory:
    schema.open_writer(tmp_path / "relay.db").close()
    return inventory.of(tmp_path)


def page(held: inventory.Inventory, **changes: Any) -> str:
    asked = demand(**changes)
    case = Case(asked, check(asked, Facts(US, NOW)), held)
    nobody = Disclosure((Found(0, None), Found(1, None)))
    around = Circumstances(US, NOW, GagClock(gag=False, expires=None, renewals=0), None)
    return render(asked, answer(case, nobody, around), nobody)


def test_every_printed_page_says_that_it_is_an_exercise(held: inventory.Inventory) -> None:
    """A fixed element and a margin's text: browsers repeat both on each page."""
    shown = page(held)
    assert re.search(r"@page \{ @top-center \{ content: \"SIMULATION / ÜBUNG\"", shown)
    assert f'<div class="across" aria-hidden="true">{MARK}</div>' in shown
    assert re.search(r"\.across \{ position: fixed;", shown)
    assert shown.count(MARK) == 4  # both of these, the head of the page, and the title


def test_what_is_no_exercise_has_no_mark(held: inventory.Inventory) -> None:
    assert MARK not in page(held, simulation=False)


def test_nothing_runs_and_nothing_is_fetched(held: inventory.Inventory) -> None:
    shown = Elements(page(held))
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(shown.tags)
    assert not [name for name, _ in shown.attributes if name.startswith(("on", "src", "href"))]
    assert any(value and "default-src 'none'" in value for _, value in shown.attributes)
    assert "url(" not in page(held)


def test_a_long_turnaround_is_told_in_days(held: inventory.Inventory) -> None:
    received = datetime.fromtimestamp(NOW, UTC) - timedelta(minutes=91_803)
    text = Elements(page(held, received_at=received)).text
    assert "63 Tage 18 Stunden" in text
    assert "63 days 18 hours" in text


def _texts() -> list[str]:
    """Every field of the record that takes any text at all."""
    tables = {name: inner for name, inner in fields().items() if isinstance(inner, dict)}
    fixed = {"demand_id", "instrument", "channel", "country", "kind", "result", "issuer"}
    fixed |= {"addressee_entity", "data_location", "type"}
    found = [n for n, v in fields().items() if isinstance(v, str) and n not in fixed]
    found += [
        f"{table}__{name}"
        for table, inner in tables.items()
        for name, value in inner.items()
        if isinstance(value, str) and name not in fixed
    ]
    return found


@pytest.mark.parametrize("field", _texts())
def test_markup_in_any_field_stays_text(held: inventory.Inventory, field: str) -> None:
    shown = page(held, **{field: HOSTILE})
    assert "<script" not in shown
    assert Elements(shown).tags == Elements(page(held, **{field: "harmless"})).tags


def test_markup_in_a_target_stays_text(held: inventory.Inventory) -> None:
    shown = page(held, targets=[{"type": "phone", "value": HOSTILE}])
    assert escape(HOSTILE) in shown
    assert "<script" not in shown


def test_both_languages_are_complete_and_marked(held: inventory.Inventory) -> None:
    shown = page(held)
    assert shown.count('lang="de">') == shown.count('lang="en">') + 1  # the page itself
    assert 'lang="de"></span>' not in shown
    assert 'lang="en"></span>' not in shown


def test_every_line_of_the_answer_is_on_the_page(held: inventory.Inventory) -> None:
    shown = page(held, categories=["basic", "content_stored"], prospective=LEFT_OUT)
    for reason in ("NO_SUCH_ACCOUNT", "NOT_HELD_NEVER_COLLECTED", "NOT_HELD_DELETED"):
        assert reason in shown
    assert "N01" in shown
    assert held.schema_hash in shown
