"""What every scenario of the catalogue has, whatever is in it."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date

import pytest

from doorless_lab.catalogue import catalogue
from doorless_lab.scenario import Level, Outcome, Product, Scenario
from doorless_lab.words import LANGUAGES, Words

STAGE = """
    A1 disclose-stored   A2 prospective-intercept   A3 sender-ident   A5 gag-canary
    A6 jurisdiction      A8 capability-notice
    B1 mitm-first        B3 ghost-device            B5 split-view     B8 pq-downgrade
    C1 tamper            C2 traffic-analysis        C3 hndl
    D1 seized-unlocked   D2 seized-locked           D3 state-theft-heal
    E1 escrow            E2 escrow-breach           E3 weak-rng       E4 client-scan
    E5 malicious-update
"""
"""The scenarios that this stage of the lab has, in the order of the catalogue."""

ORDERS = "A"
"""The group about demands of the law: what it shows of it has a date."""

HONEST = frozenset({Outcome.EXPOSED, Outcome.LIMITED})
"""Verdicts about the product after which its limit has to be said."""

EACH = pytest.mark.parametrize("scenario", catalogue(), ids=lambda one: one.id)


def test_there_are_the_21_scenarios_of_this_stage_and_no_other() -> None:
    named = [word for one in catalogue() for word in (one.id, one.slug)]
    assert named == STAGE.split()
    assert len(catalogue()) == 21


@EACH
def test_it_is_played_against_the_product_itself(scenario: Scenario) -> None:
    assert Product.E2EE in scenario.products


@EACH
def test_no_two_of_its_verdicts_have_one_name(scenario: Scenario) -> None:
    """By which reports, mutations and whoever reads them tell them apart."""
    for language in LANGUAGES:
        names = {(one.product, one.what.text(language)) for one in scenario.cells}
        assert len(names) == len(scenario.cells)


@EACH
def test_it_names_what_happened_and_when(scenario: Scenario) -> None:
    assert scenario.precedents
    for one in scenario.precedents:
        assert re.match(r"(19|20)\d\d\b", one.when), one.when


@EACH
def test_somebody_in_it_has_powers(scenario: Scenario) -> None:
    assert scenario.powers


@EACH
def test_it_has_an_exercise_of_each_level(scenario: Scenario) -> None:
    assert [one.level for one in scenario.exercises] == list(Level)


@EACH
def test_where_the_product_does_not_prevent_it_a_limit_is_stated(scenario: Scenario) -> None:
    ours = {one.expected for one in scenario.cells if one.product is Product.E2EE}
    assert scenario.limit or not ours & HONEST


@EACH
def test_legal_facts_have_a_day(scenario: Scenario) -> None:
    assert scenario.law_as_of or scenario.group != ORDERS
    if scenario.law_as_of:
        assert date.fromisoformat(scenario.law_as_of).isoformat() == scenario.law_as_of


@EACH
def test_its_texts_are_translated(scenario: Scenario) -> None:
    """No sentence reads the same in both languages: somebody would have copied it."""
    copied = [each.en for each in words_in(scenario) if each.de == each.en and " " in each.en]
    assert [text for text in copied if re.search("[a-z]", text)] == []


def words_in(value: object) -> Iterator[Words]:
    """Every text in a value of values."""
    if isinstance(value, Words):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from words_in(getattr(value, each.name))
    elif isinstance(value, dict):
        yield from words_in(tuple(value.values()))
    elif isinstance(value, tuple):
        for one in value:
            yield from words_in(one)
