"""What may be published of a demand: nobody is named in it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_server.demands.redaction import TAKEN_OUT, redacted

DEMAND = """
demand_id = "MUSTER-7"
simulation = true
instrument = "US_SUBPOENA"
issued_at = 2026-03-01
legal_basis = "18 USC 2703(c)(2); Reg. (EU) 2023/1543"
case_reference = "16 GJ 0245"
issuing_judge_or_validator = "J. Beispiel"
categories = ["basic", "id"]
scope_text = \"\"\"
All records about Alice Muster (@alice, alice@mail.example, +49 30 901820) and the account ALICE,
from 2026-01-01 to 2026-02-01, see 16 GJ 0245, signed J. Beispiel; host 192.0.2.7.\"\"\"

[authority]
name = "District Court of Example"
country = "US"
kind = "court"
officer = "Officer Example"
callback_verified = true

[[targets]]
type = "username"
value = "alice"

[[targets]]
type = "email"
value = "alice@mail.example"

[secrecy]
gag = true
factors = ["flight"]
"""


def lines(text: str) -> dict[str, str]:
    return {line.field: line.text for line in redacted(tomllib.loads(text))}


def test_a_demand_is_published_field_by_field() -> None:
    shown = lines(DEMAND)
    assert shown["instrument"] == "US_SUBPOENA"
    assert shown["issued_at"] == "2026-03-01"
    assert shown["legal_basis"] == "18 USC 2703(c)(2); Reg. (EU) 2023/1543"
    assert shown["authority.name"] == "District Court of Example"
    assert shown["secrecy.gag"] == "yes"
    assert shown["targets.type"] == "email"
    assert shown["categories"] == "basic, id"


@pytest.mark.parametrize(
    "field",
    [
        "demand_id",
        "case_reference",
        "issuing_judge_or_validator",
        "authority.officer",
        "authority.callback_verified",
        "targets.value",
    ],
)
def test_what_names_somebody_is_named_by_its_field_alone(field: str) -> None:
    assert lines(DEMAND)[field] == TAKEN_OUT


def test_what_was_asked_for_stands_verbatim_but_for_those_whom_it_names() -> None:
    text = lines(DEMAND)["scope_text"]
    assert text == (
        f"All records about {TAKEN_OUT} Muster ({TAKEN_OUT}, {TAKEN_OUT}, {TAKEN_OUT}) and the"
        f" account {TAKEN_OUT},\nfrom 2026-01-01 to 2026-02-01, see {TAKEN_OUT}, signed"
        f" {TAKEN_OUT}; host {TAKEN_OUT}."
    )


@pytest.mark.parametrize(
    "named",
    [
        "@carol",
        "carol@example.org",
        "+491709018200",
        "(030) 901 820",
        "202-555-0123",
        "(202) 555-0123",
        "10.0.0.1",
        "2001:db8:0:1::7",
        "9f86d081884c7d659a2feaa0c55ad015",
        "48151623",
    ],
)
def test_what_looks_like_somebody_is_taken_out_although_no_field_names_it(named: str) -> None:
    text = lines(f'scope_text = "of {named} all there is"')["scope_text"]
    assert text == f"of {TAKEN_OUT} all there is"


@given(value=st.from_regex(r"[a-z][a-z0-9._-]{1,20}", fullmatch=True))
def test_a_target_is_found_wherever_it_stands_as_a_word(value: str) -> None:
    demand = {
        "scope_text": f"{value}; (@{value}), {value.upper()}: \u201e{value}\u201c",
        "targets": [{"type": "username", "value": value}],
    }
    shown = {line.field: line.text for line in redacted(demand)}
    assert (
        shown["scope_text"] == f"{TAKEN_OUT}; ({TAKEN_OUT}), {TAKEN_OUT}: \u201e{TAKEN_OUT}\u201c"
    )


def test_a_field_that_nobody_listed_is_not_published() -> None:
    assert lines('surprise = "the name of somebody"')["surprise"] == TAKEN_OUT


def test_empty_fields_are_left_out() -> None:
    assert lines('scope_text = ""') == {}
