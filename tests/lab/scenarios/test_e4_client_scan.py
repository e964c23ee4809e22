"""E4: a scanner before the encryption."""

import pytest

from doorless_lab.doors.pictures import CAKE, CAT, SLOGAN, change, mirrored, photographed
from doorless_lab.products.mandated.scanner import (
    SIDE,
    PublishedList,
    Scanner,
    collide,
    distance,
    fingerprint,
    precision,
    refused,
)
from doorless_lab.runner import seeded
from doorless_protocol.errors import ProofError
from scenario_runs import check_powers, check_steps, check_verdicts


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("E4")


def test_the_powers_are_those_named() -> None:
    check_powers("E4")


def test_a_class_can_follow_it() -> None:
    check_steps("E4")


def test_of_1112_reports_one_is_right() -> None:
    assert 1 / precision(1e-6, 0.9, 1e-3) == pytest.approx(1112, abs=1)


@pytest.mark.parametrize("innocent", [CAT, SLOGAN])
def test_a_collision_has_the_cakes_number_and_its_own_looks(innocent) -> None:
    crafted = collide(innocent, fingerprint(CAKE))
    assert fingerprint(crafted) == fingerprint(CAKE)
    assert change(crafted, innocent) < change(crafted, CAKE)


def test_pictures_taken_anew_are_found_and_others_are_not() -> None:
    scanner = Scanner(frozenset({fingerprint(CAKE)}), 8)
    assert all(scanner.matches(photographed(CAKE, seeded(bytes([n])))) for n in range(50))
    assert not any(map(scanner.matches, (CAT, SLOGAN, mirrored(CAKE))))
    assert {len(each) for each in (CAKE, CAT, SLOGAN)} == {SIDE * SIDE}
    assert distance(0b1011, 0b0010) == 2


def test_a_published_list_shows_what_has_no_reason() -> None:
    published = PublishedList()
    published.add(1, "cake")
    assert refused([1, 2], published) == [2]
    assert refused([1, 2], None) == []
    published.add(2)
    assert published.unexplained() == [2]
    with pytest.raises(ProofError):
        published.check(3)
