"""D3: sessions are copied, and heal."""

import pytest

from doorless_lab.adversary import Adversary
from doorless_lab.doors.theft import (
    Followed,
    Spied,
    alone,
    bursts,
    continued,
    followed,
    in_turns,
)
from doorless_lab.scenario import Seat
from scenario_runs import check_powers, check_steps, check_verdicts, fact


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("D3")


def test_the_powers_are_those_named() -> None:
    check_powers("D3")


def test_a_class_can_follow_it() -> None:
    check_steps("D3")


def test_longer_bursts_heal_later() -> None:
    assert fact("D3", "bursts", "healed") <= 18
    five = {"burst": 5, "thefts": 3}
    assert 18 < fact("D3", "bursts", "healed", settings=five) <= 30


@pytest.mark.parametrize(
    ("read", "senders", "healed"),
    [
        ([True, False, False, False], [0, 1, 0, 1], 3),
        ([True, True, True, True], [0, 1, 0, 1], 0),
        ([True, False, False, True], [0, 1, 0, 1], 0),  # sees again what he had lost
        ([True, True, False, False], [0, 0, 0, 0], 0),  # the other side never spoke
    ],
)
def test_healed_is_counted_to_the_slower_side(read, senders, healed) -> None:
    assert Followed(tuple(read), tuple(senders)).healed == healed


def test_a_thief_at_any_moment_is_locked_out_in_six() -> None:
    for begun in range(20, 26):
        talk = Spied(f"moment {begun}".encode())
        talk.talk(in_turns, begun)
        thief = Adversary(Seat.MALLORY, *talk.loot(quantum=True))
        talk.talk(continued(in_turns, begun), 14)
        assert 0 < followed(thief, begun).healed <= 6


def test_patterns_are_what_they_say() -> None:
    assert [in_turns(at) for at in range(4)] == [0, 1, 0, 1]
    assert [bursts(2)(at) for at in range(6)] == [0, 0, 1, 1, 0, 0]
    assert {alone(at) for at in range(4)} == {0}
