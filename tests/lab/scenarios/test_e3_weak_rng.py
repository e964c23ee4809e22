"""E3: rigged randomness."""

import pytest

from doorless_lab.products.mandated.dual_ec import DualEc, design, recover
from doorless_lab.products.mandated.p256 import BASE, ORDER, PRIME, Point, lift, multiply
from doorless_lab.products.mandated.weak_rng import hedge, monobit, runs
from doorless_lab.runner import seeded
from scenario_runs import check_powers, check_steps, check_verdicts


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("E3")


def test_the_powers_are_those_named() -> None:
    check_powers("E3")


def test_a_class_can_follow_it() -> None:
    check_steps("E3")


@pytest.mark.parametrize(
    ("scalar", "x"),
    [  # NIST's routine test vectors of P-256
        (2, 0x7CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC47669978),
        (3, 0x5ECBE4D1A6330A44C8F7EF951D4BF165E6C6B721EFADA985FB41661BC6E7FD6C),
        (20, 0x83A01A9378395BAB9BCD6A0AD03CC56D56E6B19250465A94A234DC4C6B28DA9A),
    ],
)
def test_the_curve_is_p_256(scalar: int, x: int) -> None:
    assert multiply(scalar, BASE).x == x


def test_a_point_has_its_order_and_is_found_by_its_x() -> None:
    assert multiply(ORDER - 1, BASE) == Point(BASE.x, PRIME - BASE.y)
    with pytest.raises(ValueError, match="infinity"):
        multiply(ORDER, BASE)
    found = lift(BASE.x)
    assert found is not None
    assert found.y in (BASE.y, PRIME - BASE.y)
    assert sum(lift(x) is None for x in range(40)) > 5


def test_the_trapdoor_finds_the_state() -> None:
    random = seeded(b"door")
    points, door = design(8, random)
    generator = DualEc(points, random(32))
    seen, follows = generator(33), generator(64)
    state = next(recover(points, door, seen))
    assert DualEc.following(points, state, 2)(64) == follows


def test_a_hedge_is_as_good_as_its_best_source() -> None:
    assert hedge(bytes, seeded(b"a"))(32) != hedge(bytes, seeded(b"b"))(32)
    assert hedge(bytes, bytes)(32) == hedge(bytes, bytes)(32)


def test_the_statistical_tests_see_what_is_not_random() -> None:
    assert monobit(b"\x01" * 2500) < 1e-6
    assert runs(b"\x55" * 2500) < 1e-6
    assert min(monobit(seeded(b"x")(2500)), runs(seeded(b"x")(2500))) > 1e-6
