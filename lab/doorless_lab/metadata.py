"""A school of accounts as a relay's log shows it, and what an observer makes of the log.

    whom does Alice write to?   mailboxes that get something just after Bob does, again and again,
                                less those that do so anyway (difference of epochs)
    what does she say?          one of ten sentences, by the length of its envelope
    when does she sleep?        the longest time of the day without anything from her

A model: accounts write at random moments. Only what the real clients do is measured, elsewhere.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random as Dice
from typing import NamedTuple

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
EACH_PER_MINUTE = 1.0
"""Envelopes for a mailbox: half a message, and half a receipt of what its owner wrote."""

SCHOOL_HOUR = 30 * MINUTE
"""Seconds of log that are looked at."""

_Z = 1.96  # of 95 %


class Share(NamedTuple):
    """Of so many runs, in how many it worked; and where the true share is, with 95 % confidence."""

    hits: int
    runs: int

    @property
    def percent(self) -> float:
        return 100 * self.hits / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Per cent, by Wilson's score."""
        share, square = self.hits / self.runs, _Z**2
        middle = share + square / (2 * self.runs)
        spread = _Z * math.sqrt(share * (1 - share) / self.runs + square / (4 * self.runs**2))
        scale = 100 / (1 + square / self.runs)
        return max(0.0, scale * (middle - spread)), min(100.0, scale * (middle + spread))


class Passing(NamedTuple):
    """An envelope as the wire shows it: Unix seconds, where it goes, and how many bytes."""

    at: float
    mailbox: bytes
    size: int


def sizes_for(mailbox: bytes, seen: Sequence[Passing]) -> list[int]:
    """Bytes of each envelope for it."""
    return [one.size for one in seen if one.mailbox == mailbox]


def answered_after(mailbox: bytes, other: bytes, seen: Sequence[Passing]) -> list[float]:
    """Seconds from each envelope for it to the next one for the other mailbox."""
    delays = []
    for one in seen:
        behind = (later.at for later in seen if later.mailbox == other and later.at > one.at)
        if one.mailbox == mailbox and (answer := next(behind, None)) is not None:
            delays.append(answer - one.at)
    return delays


@dataclass(frozen=True, slots=True)
class Log:
    """Moments at which each mailbox got an envelope, rising, in seconds."""

    times: tuple[Sequence[float], ...]

    @classmethod
    def draw(cls, dice: Dice, accounts: int) -> "Log":
        times = []
        for _ in range(accounts):
            at, of_one = dice.expovariate(EACH_PER_MINUTE / MINUTE), list[float]()
            while at < SCHOOL_HOUR:
                of_one.append(at)
                at += dice.expovariate(EACH_PER_MINUTE / MINUTE)
            times.append(array("d", of_one))
        return cls(tuple(times))

    def count(self, mailbox: int, begin: float, end: float) -> int:
        of_one = self.times[mailbox]
        return bisect_left(of_one, end) - bisect_left(of_one, begin)


class Written(NamedTuple):
    """A line of a log that names both ends, as relays without sealed senders keep it."""

    sender: int
    mailbox: int

    @classmethod
    def draw(cls, dice: Dice, accounts: int, messages: int) -> "list[Written]":
        """Alice, account 0, writes so many to Bob, account 1; everybody once to somebody else."""
        others = range(2, accounts)
        lines = [cls(sender, dice.choice(others)) for sender in range(accounts)]
        lines += [cls(0, 1)] * messages
        dice.shuffle(lines)
        return lines


def named(lines: Sequence[Written], mailbox: int, messages: int) -> int:
    """Who wrote most of the first so many lines that are for this mailbox."""
    senders = [line.sender for line in lines if line.mailbox == mailbox][:messages]
    return max(senders, key=senders.count)


def correspondent_found(log: Log, messages: int, delay: tuple[float, float], dice: Dice) -> bool:
    """Whether Alice, mailbox 0, comes first after so many messages of hers to Bob.

    Bob's device answers each with a receipt, `delay` seconds later, least and most. Who reads the
    log knows when Bob got something, and no sender of anything.
    """
    window = max(delay[1], 1.0)
    moments = [dice.uniform(0, SCHOOL_HOUR - 2 * window - 1) for _ in range(messages)]
    others = [dice.uniform(0, SCHOOL_HOUR - 2 * window - 1) for _ in range(messages)]
    receipts = [at + dice.uniform(*delay) for at in moments]
    scores = []
    for mailbox in range(len(log.times)):
        score = sum(log.count(mailbox, at, at + window) for at in moments)
        score -= sum(log.count(mailbox, at, at + window) for at in others)
        if mailbox == 0:
            for at in moments:
                score += sum(at <= receipt < at + window for receipt in receipts)
        scores.append(score)
    best = max(scores)
    leaders = [mailbox for mailbox, score in enumerate(scores) if score == best]
    return dice.choice(leaders) == 0


def found(logs: Sequence[Log], messages: int, delay: tuple[float, float], dice: Dice) -> Share:
    hits = sum(correspondent_found(log, messages, delay, dice) for log in logs)
    return Share(hits, len(logs))


def sentence_guessed(sizes: Sequence[int]) -> float:
    """Per cent of guesses that are right, of sentences whose envelopes have these sizes."""
    return 100 * sum(1 / sizes.count(size) for size in sizes) / len(sizes)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody sends.

    Attributes:
        hours: envelopes in each hour of the day, from 0, which is all that a log has.
        night: seconds from midnight to when they fall asleep, for eight hours.
    """

    hours: tuple[int, ...]
    night: float

    @classmethod
    def draw(cls, dice: Dice, days: int, a_day: int, cover_a_day: int) -> "Rhythm":
        """So many days.

        Args:
            a_day: messages that they write, awake.
            cover_a_day: envelopes that their device sends by itself, at any time, which look alike.
        """
        night = dice.uniform(20, 27) * HOUR
        hours = [0] * 24
        for _ in range(days):
            awake = (night + 8 * HOUR + dice.uniform(0, 16 * HOUR) for _ in range(a_day))
            always = (dice.uniform(0, DAY) for _ in range(cover_a_day))
            for at in (*awake, *always):
                hours[int(at % DAY // HOUR)] += 1
        return cls(tuple(hours), night)

    def begins_at(self, hour: int) -> bool:
        """Whether that is when the night begins, to the hour."""
        off = abs((hour * HOUR - self.night + DAY / 2) % DAY - DAY / 2)
        return off <= HOUR


def night_guessed(hours: Sequence[int], dice: Dice) -> int:
    """In which hour somebody falls asleep: where the eight quietest ones begin."""
    nights = [sum(hours[(begin + hour) % 24] for hour in range(8)) for begin in range(24)]
    quietest = min(nights)
    return dice.choice([begin for begin, seen in enumerate(nights) if seen == quietest])
