"""Whether a demand has to be answered at all is decided by checks, none of which sees data."""

from typing import Any

import pytest
from msgspec.structs import replace

from demand_desk import LEFT_OUT, NOW, US, demand
from doorless_server.demands.checks import Check, Facts, check, failed
from doorless_server.demands.entity import Operator

STORED = {"categories": ["basic", "content_stored"], "prospective": LEFT_OUT}
US_LAW = {
    "instrument": "US_WARRANT",
    "authority__country": "US",
    "jurisdiction__issuer": "US",
    **STORED,
}


def outcome(name: str, us: Operator = US, now: int = NOW, **changes: Any) -> Check:
    checks = check(demand(**changes), Facts(us, now))
    return next(one for one in checks if one.name == name)


def test_the_example_passes_every_check_but_what_a_person_has_to_judge() -> None:
    made = check(demand(), Facts(US, NOW))
    assert failed(made) == ()
    assert [one.name for one in made if one.passed is None] == ["in_time"]
    assert all(one.note.de and one.note.en for one in made)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("authentic", {"authority__callback_verified": False}),
        ("authentic", {"verification__result": "none"}),
        ("authentic", {"verification__result": "refuted"}),
        ("competent", {"authority__kind": "intelligence"}),
        ("competent", {"authority__country": "US"}),
        ("addressee", {"jurisdiction__addressee_entity": "another.example"}),
        ("specific", {"targets": [{"type": "everyone"}]}),
        ("instrument_covers", {"categories": ["content_live"]}),
        (
            "instrument_covers",
            {"categories": ["content_stored"], "prospective": LEFT_OUT,
             "issuing_judge_or_validator": ""},
        ),
        ("in_time", {"issued_at": demand().issued_at.replace(year=2027)}),  # type: ignore[union-attr]
        ("jurisdiction", US_LAW),
    ],
)  # fmt: skip
def test_what_fails_a_check_fails_that_check_alone(name: str, changes: dict[str, Any]) -> None:
    made = check(demand(**changes), Facts(US, NOW))
    assert name in [one.name for one in failed(made)]


def test_an_order_that_passed_its_end_is_not_in_force() -> None:
    ended = {"categories": ["traffic_live"], "instrument": "US_PRTT", "authority__country": "US"}
    start = demand().prospective.start  # type: ignore[union-attr]
    span = {"start": start, "end": start.replace(day=22)}
    assert outcome("in_time", now=NOW, prospective=span, **ended).passed
    assert outcome("in_time", now=NOW + 9 * 86_400, prospective=span, **ended).passed is False
    long = {"start": start, "end": start.replace(month=12)}
    assert outcome("in_time", prospective=long, **ended).passed is False


def test_a_deadline_that_passed_is_left_to_a_person() -> None:
    assert outcome("in_time", now=NOW + 20 * 86_400, **STORED).passed is None
    assert outcome("in_time", **STORED).passed


def test_nobody_knows_our_country_unless_we_say_it() -> None:
    assert outcome("jurisdiction", replace(US, country=None)).passed is None


def test_a_treatys_instrument_crosses_a_border_and_no_other_one_does() -> None:
    agreed = {**US_LAW, "instrument": "CLOUD_EA"}
    agreed |= {"authority__country": "GB", "jurisdiction__issuer": "GB"}
    assert outcome("jurisdiction", replace(US, country="US"), **agreed).passed
    assert outcome("jurisdiction", replace(US, country="FR"), **agreed).passed is False
    assert outcome("jurisdiction", replace(US, country="FR")).passed  # an EPOC within the Union
    assert outcome("jurisdiction", replace(US, country="US"), **US_LAW).passed


def test_we_are_known_by_each_of_our_names() -> None:
    us = Operator("Example Relay GmbH", also=("relay.example",))
    assert outcome("addressee", us).passed
    assert outcome("addressee", us, jurisdiction__addressee_entity="EXAMPLE RELAY GMBH").passed
