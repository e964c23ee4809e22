"""A stolen session heals as fast as we say, and the thief who shows it is as strong as can be."""

import statistics

import pytest

from doorless_lab.healing.trial import SCHEDULES, Conversation, Schedule, trials
from doorless_protocol.primitives import DecapsulationKey
from doorless_protocol.ratchet import double, hop

ALTERNATING, ALTERNATING_LOSSY, RANDOM, RANDOM_LOSSY, BURSTS = SCHEDULES


def content(schedule: Schedule, thefts: int, **how: bool) -> list[int]:
    return [each.content for each in trials(schedule, thefts, seed=1, **how)]


def test_in_turns_six_messages_heal_from_a_thief_with_a_quantum_computer() -> None:
    healed = content(ALTERNATING, 60)
    assert len(healed) == 60
    assert max(healed) <= 6
    assert statistics.mean(healed) <= 5.5


def test_headers_heal_one_turn_of_each_later() -> None:
    """By the turn secret: a turn begun under a fresh epoch leads to header keys he lacks."""
    healed = trials(ALTERNATING, 60, seed=1)
    assert max(each.headers - each.content for each in healed) <= 2


@pytest.mark.parametrize("schedule", [ALTERNATING_LOSSY, RANDOM_LOSSY])
def test_with_a_fifth_lost_thirteen_messages_heal_on_average(schedule) -> None:
    assert statistics.mean(content(schedule, 200)) <= 13


def test_bursts_of_five_heal_in_six_bursts() -> None:
    assert max(content(BURSTS, 30)) <= 30


def test_a_thief_without_a_quantum_computer_loses_in_three_messages() -> None:
    assert max(content(ALTERNATING, 30, quantum=False)) <= 3


def test_in_chunks_the_same_ratchet_takes_tens_of_times_longer() -> None:
    whole, chunks = content(ALTERNATING, 8), content(ALTERNATING, 3, chunks=True)
    assert statistics.mean(chunks) > 30 * statistics.mean(whole)


def test_a_thief_who_reads_less_than_he_could_spoils_the_figure(monkeypatch) -> None:
    """He is held to the one epoch that decides: neither weaker nor stronger than that."""
    real = Conversation.out_of_reach
    for off_by in (-1, 1):
        with monkeypatch.context() as patch:
            patch.setattr(Conversation, "out_of_reach", lambda self, by=off_by: real(self) + by)
            with pytest.raises(RuntimeError, match="the thief"):
                trials(ALTERNATING, 5, seed=1)


def without_the_secret(self, epoch, shared, ek, ct):
    return AGREE(self, epoch, b"", ek, ct)


def with_a_seed_of_zeros(self, random):
    key = DecapsulationKey(bytes(64))
    field = self.auth.field(hop.EK, self.epoch, key.public())
    return hop.Offering(self.epoch, self.auth, field, key), field, None


AGREE = hop.Auth.agree
BROKEN = [(hop.Auth, "agree", without_the_secret), (hop.Drawing, "send", with_a_seed_of_zeros)]


@pytest.mark.parametrize(("owner", "name", "broken"), BROKEN)
def test_a_hop_that_adds_no_secret_is_read_on_and_on(owner, name, broken, monkeypatch) -> None:
    monkeypatch.setattr(owner, name, broken)
    with pytest.raises(RuntimeError, match="the thief reads label"):
        trials(ALTERNATING, 5, seed=1)


def test_headers_that_mix_no_turn_secret_never_heal(monkeypatch) -> None:
    turn = double._turn
    monkeypatch.setattr(double, "_turn", lambda root, shared, _: turn(root, shared, b""))
    with pytest.raises(RuntimeError, match="not locked out"):
        trials(ALTERNATING, 1, seed=1)
