"""A6: one mailbox, two countries, six legal routes."""

import json

import pytest

from doorless_lab.plays.routes import ROUTES
from doorless_lab.scenario import Evidence, Outcome, Product, Seat
from doorless_lab.scenarios.a6_jurisdiction import geography, the_same_everywhere
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played

BOTH = (Product.E2EE, Product.CLOUD)


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("A6")


def test_the_powers_are_those_named() -> None:
    check_powers("A6")


def test_a_class_can_follow_it() -> None:
    check_steps("A6")


@pytest.mark.parametrize("product", BOTH)
@pytest.mark.parametrize(
    ("route", "dublin", "redmond"),
    [("R1", 0, 1), ("R2", 1, 1), ("R3", 1, 1), ("R4", 1, 0), ("R5", 0, 1), ("R6", 0, 0)],
)
def test_the_law_decides_by_route_and_place_and_never_by_product(
    product: Product, route: str, dublin: int, redmond: int
) -> None:
    assert fact("A6", route, "dublin", product) == dublin
    assert fact("A6", route, "redmond", product) == redmond
    reached = 24 if product is Product.CLOUD and (dublin or redmond) else 0
    assert fact("A6", route, "read", product) == reached


def test_what_is_handed_over_is_the_same_wherever_it_lies() -> None:
    """Byte for byte: one hash of the envelopes in all productions of both places."""
    table = json.loads(played("A6").evidence["matrix"].data)
    hashes = {hashed for row in table.values() for hashed in row.values()}
    assert len(hashes) == 1
    assert fact("A6", "matrix", "envelopes") >= 3  # Alice did not collect three messages


def changed(name: str, **facts: int) -> dict[str, Evidence]:
    held = dict(played("A6").evidence)
    held[name] = Evidence(name, held[name].caption, {**held[name].facts, **facts})
    return held


def test_one_message_read_or_another_envelope_somewhere_is_no_prevention() -> None:
    assert the_same_everywhere(changed("leak scan", found=1)).outcome is Outcome.EXPOSED
    assert the_same_everywhere(changed("matrix", different=2)).outcome is Outcome.EXPOSED
    assert the_same_everywhere(changed("matrix", envelopes=0)).outcome is Outcome.EXPOSED


def test_a_search_without_its_control_is_no_verdict() -> None:
    with pytest.raises(KeyError):
        the_same_everywhere(changed("leak scan", control=0))


def test_where_the_law_reaches_everything_or_nothing_geography_is_no_limit() -> None:
    assert geography(changed("matrix", produced=12)).outcome is Outcome.EXPOSED
    assert geography(changed("matrix", produced=0)).outcome is Outcome.PREVENTED


def test_each_route_shows_through_whose_hands_it_goes_and_how_long_that_takes() -> None:
    shown = {
        step.evidence[0].name: [one.text.en for one in step.views[Seat.AGENCY]]
        for step in played("A6").steps
        if step.evidence and step.evidence[0].name in {route.id for route in ROUTES}
    }
    assert set(shown) == {route.id for route in ROUTES}
    assert shown["R3"][:2] == [
        "Path: prosecutor (US) → Department of Justice (US) → Department of Justice (IE)"
        " → court (IE) → operator",
        "Takes: months",
    ]
    for route in ROUTES:
        path, within = shown[route.id][:2]
        assert path.removeprefix("Path: ").split(" → ") == [one.en for one in route.path]
        assert path.endswith("operator")
        assert within == f"Takes: {route.within.en}"
