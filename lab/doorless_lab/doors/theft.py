"""Sessions copied at one moment, and how much of what follows their thief reads.

The thief is the one of `doorless_lab.healing`: he has both sessions, everything on the wire, and
if he is asked to the private half of every X25519 key that he sees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random as Dice
from typing import Any

from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors.copied import Copied, openable
from doorless_lab.doors.program import Program
from doorless_lab.healing.thief import Thief
from doorless_lab.healing.trial import NOW, Conversation
from doorless_lab.powers import Handle, NetObserve, Quantum, StateCopy
from doorless_lab.products.mandated.escrow import Sent, seal
from doorless_lab.scenario import Power, Scene, Seat

Speaker = Callable[[int], int]
"""Who sends message number so, 0 or 1."""

Passed = tuple[int, Sent]
"""Who sent it, as a wire shows it, and what was on it."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the thief read, message by message from the theft on, and who sent each."""

    read: tuple[bool, ...]
    senders: tuple[int, ...]

    @property
    def healed(self) -> int:
        """Messages up to the first of the slower side that he could not read; 0: he reads on.

        Counted as docs/explanation/how-fast-a-stolen-session-heals.md does. Both have to speak.
        """
        lost = [self._first_lost(side) for side in (0, 1)]
        slower = max(lost)
        return slower if all(lost) and not any(self.read[slower:]) else 0

    def _first_lost(self, side: int) -> int:
        by_them = enumerate(zip(self.read, self.senders, strict=True), 1)
        return next((at for at, (was_read, by) in by_them if by == side and not was_read), 0)


class Spied(Conversation):
    """A conversation of which every envelope was recorded.

    Attributes:
        passed: on the wire, in order.
    """

    def __init__(self, seed: bytes, program: Program | None = None) -> None:
        super().__init__(Dice(seed), chunks=False)  # noqa: S311 - keys of an experiment
        self._program = program or Program()
        self.passed: list[Passed] = []

    def exchange(self, side: int) -> None:
        """One message from `side`, which arrives."""
        law = self._program.escrow
        if law is None:
            sent = Sent(self.says(side))
        else:
            self.sessions[side], sent = seal(self.sessions[side], b"", self._draw, law)
        self.passed.append((side, sent))
        self.hears(1 - side, sent.envelope)

    def talk(self, speaker: Speaker, messages: int) -> None:
        for at in range(messages):
            self.exchange(speaker(at))

    def loot(self, *, quantum: bool = False) -> tuple[Handle[Any], ...]:
        """What somebody holds who copies both devices now, and who is on the wire."""
        both = zip(self.sessions, self.identities, strict=True)
        copies = StateCopy(tuple(Copied(session, identity) for session, identity in both))
        machine = (Quantum(self.private.get),) if quantum else ()
        return copies, NetObserve(self.passed), *machine


def reopened(thief: Adversary) -> int:
    """How many of the envelopes that passed the copies open, as they are."""
    copies: Sequence[Copied] = thief.use(StateCopy).of
    passed: Sequence[Passed] = thief.use(NetObserve).of
    return openable(copies, (sent.envelope for _, sent in passed), NOW)


def followed(thief: Adversary, since: int) -> Followed:
    """What he reads of all that passed from envelope number `since` on, when he had the copies."""
    copies: Sequence[Copied] = thief.use(StateCopy).of
    passed: Sequence[Passed] = thief.use(NetObserve).of[since:]
    oracle = thief.use(Quantum).of if Power.QUANTUM in thief.powers else _no_machine
    listening = Thief([each.session for each in copies], [each.identity for each in copies], oracle)
    read = [listening.sees(side, sent.envelope, True, NOW).content for side, sent in passed]
    return Followed(tuple(read), tuple(side for side, _ in passed))


def _no_machine(_public: bytes) -> None:
    """Of a thief without a quantum computer."""


def robbed(
    scene: Scene, talk: Spied, speaker: Speaker, messages: int, *, quantum: bool = False
) -> Followed:
    """Mallory copies both devices now: what he reads of so many messages that come."""
    begun = len(talk.passed)
    mallory = arm(scene, Seat.MALLORY, *talk.loot(quantum=quantum))
    talk.talk(speaker, messages)
    return followed(mallory, begun)


def in_turns(at: int) -> int:
    return at & 1


def bursts(length: int) -> Speaker:
    return lambda at: at // length & 1


def alone(_at: int) -> int:
    return 0


def continued(speaker: Speaker, begun: int) -> Speaker:
    """The same pattern, from message number `begun` on."""
    return lambda at: speaker(begun + at)
