"""C3: recorded today, opened in 2040."""

from random import Random

import pytest

from doorless_lab.adversary import Adversary
from doorless_lab.harvest import ClassicalTalk, Pair, ProductTalk, impersonated, texts
from doorless_lab.powers import Quantum, StoreNow
from doorless_lab.scenario import Product, Seat
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("C3")


def test_the_powers_are_those_named() -> None:
    check_powers("C3")


def test_a_class_can_follow_it() -> None:
    check_steps("C3")


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("harvest x3dh", Product.LEGACY),
        ("harvest pqxdh", Product.LEGACY),
        ("harvest product", Product.E2EE),
        ("lattice", Product.E2EE),
    ],
)
def test_where_both_halves_are_broken_the_same_attack_reads_everything(
    name: str, product: Product
) -> None:
    assert fact("C3", name, "control", product) == fact("C3", name, "messages", product)


def test_whoever_breaks_nothing_reads_nothing_of_any_build() -> None:
    dice = Random(3)
    pair, said = Pair(dice.randbytes), texts(dice.randbytes, 8)
    nothing = Quantum(pair.oracle())
    for talk in (ClassicalTalk.of(pair, said, kem=False), ProductTalk.of(pair, said)):
        tap = Adversary(Seat.MALLORY, StoreNow(talk.recording), nothing)
        assert talk.read_by(tap) == 0
    assert impersonated(pair, Adversary(Seat.MALLORY, nothing)) == (0, 0)


def test_the_impostor_with_both_keys_is_alice_to_everybody() -> None:
    """The control of the honest limit: what keeps the replies shut is the ML-KEM key."""
    pair = Pair(Random(4).randbytes)
    machine = Quantum(pair.oracle(curves=True))
    assert impersonated(pair, Adversary(Seat.MALLORY, machine)) == (1, 0)
    both = Quantum(pair.oracle(curves=True, lattices=True))
    assert impersonated(pair, Adversary(Seat.MALLORY, both)) == (1, 1)


def test_longer_conversations_are_lost_alike() -> None:
    longer = {"messages": 48}
    assert fact("C3", "harvest x3dh", "read", Product.LEGACY, longer) == 48
    assert fact("C3", "harvest product", "read", settings=longer) == 0


def test_the_theft_is_tried_at_as_many_moments_as_asked() -> None:
    assert played("C3").evidence["theft product"].facts["thefts"] == 8
    assert fact("C3", "theft product", "thefts", settings={"thefts": 3}) == 3
