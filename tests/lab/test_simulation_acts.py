"""Reactions, edits, deletions and timers survive what a network and a crash can do.

More of them: DOORLESS_ACTS=200 pytest tests/lab/test_simulation_acts.py
"""

import os
from collections.abc import Iterable

import pytest

from doorless_client.core.sayings import Sayings
from doorless_client.store.records import Contact, Entry
from doorless_lab.simulation.acting import ActingSimulation
from doorless_lab.simulation.promises import PromiseError

SEEDS = range(int(os.environ.get("DOORLESS_ACTS", "2")))


@pytest.mark.parametrize("seed", SEEDS)
def test_both_ends_agree_whatever_the_network_does(seed: int) -> None:
    play([seed])


def play(seeds: Iterable[int]) -> None:
    for seed in seeds:
        with ActingSimulation(seed, people=2) as simulation:
            simulation.run_acts(60)
            simulation.make_whole()


def in_two_steps(self: Sayings, contact: Contact, row: Entry) -> bool:
    """It was so once: who crashed in between was left with a message that waits for ever."""
    with self._state.change():
        if not self._take_back(contact, row):
            return False
    with self._state.change():
        self._end(contact, row)
    return True


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("doorless_client.core.sayings.Sayings._hide_unsaid", in_two_steps),
        ("doorless_client.core.timers.holds_over", lambda said, id, held: True),
    ],
    ids=["taken back in two steps", "the timer that came last counts"],
)
def test_what_was_wrong_once_is_caught(
    name: str, bug: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name, bug)
    with pytest.raises(PromiseError):
        play((6, 14, 28, *range(20)))
