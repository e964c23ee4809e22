"""Statistical disclosure: who answers whom, from nothing but a relay's times and mailboxes.

The attack of Martiny et al., NDSS 2021: after each envelope to the target, the relay counts which
mailboxes get one within the time that an answer takes, and takes off what the same mailboxes get
in as much time at random. Whoever is left is who the target answers.

Everybody else only makes noise: USERS mailboxes that get an envelope at random times.
"""

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from random import Random
from statistics import NormalDist

USERS = 1_000
A_DAY = 50
"""Envelopes that each of them gets in a day."""

SENDER = 0
"""Who writes to the target, among the users."""


@dataclass(frozen=True)
class Talk:
    """When somebody wrote to the target, and when something left from there to the sender."""

    sent: tuple[float, ...]
    answered: tuple[float, ...]

    def is_answered(self, moment: float, window: tuple[float, float]) -> bool:
        least, most = window
        return any(least <= at - moment <= most for at in self.answered)


def suspect(talk: Talk, window: tuple[float, float], dice: Random) -> int:
    """Whom the relay takes for the one that writes to the target.

    Args:
        window: seconds after an envelope, least and most, in which its answer comes.
    """
    score: Counter[int] = Counter()
    for moment in talk.sent:
        seen = _noise(window, dice)
        if talk.is_answered(moment, window):
            seen.add(SENDER)
        score.update(seen)
        score.subtract(_noise(window, dice))  # as long at random
    best = max(score.values(), default=0)
    suspects = [whom for whom, count in score.items() if count == best]
    return dice.choice(suspects or range(USERS))


def _noise(window: tuple[float, float], dice: Random) -> set[int]:
    """Mailboxes that get an envelope in such a window for reasons of their own."""
    least, most = window
    expected = (most - least) * USERS * A_DAY / 86_400
    seen, waited = set(), dice.expovariate(1.0)
    while waited < expected:
        seen.add(dice.randrange(USERS))
        waited += dice.expovariate(1.0)
    return seen


def found(talk: Talk, window: tuple[float, float], dice: Random, trials: int = 400) -> float:
    """In which part of so many days, each with other noise, the relay names the sender."""
    return sum(suspect(talk, window, dice) == SENDER for _ in range(trials)) / trials


def found_by_counting(answers: int, seconds: float, dice: Random, trials: int = 4_000) -> float:
    """The same against delays of hours, in whose windows everybody gets something: who counts.

    The relay knows how much each mailbox gets in such a time, and names the one that got most
    beyond it. Counts of so many are normal; the most of all others is drawn at once.

    Args:
        answers: how many messages were answered, each in a window of its own.
        seconds: how long such a window is.
    """
    expected = answers * seconds * A_DAY / 86_400
    spread, normal = sqrt(expected), NormalDist()
    wins = 0
    for _ in range(trials):
        most = expected + spread * normal.inv_cdf(dice.random() ** (1 / (USERS - 1)))
        wins += dice.gauss(expected + answers, spread) > most
    return wins / trials
