"""Thefts at random moments, and messages counted until the thief reads neither side.

Real sessions of the product, from a real handshake; a theft is a few variables. A message that
is lost counts and is read, too: he is on the wire.
"""

from collections.abc import Callable
from random import Random as Dice
from typing import NamedTuple

from doorless_lab.healing.chunked import Chunked
from doorless_lab.healing.thief import Thief, unwrap, with_hop
from doorless_lab.pair import Device, meet
from doorless_protocol.primitives import AgreementKey
from doorless_protocol.ratchet.hop import Answering, Hop, Offering, OfferingIdentity

NOW = 1_800_000_000
SETTLED = 6
"""Messages that he must go on not reading before a trial ends."""

PATIENCE = 1000
"""Messages after which a thief who still sees anything will see it for ever."""

WARM_UP = 20
"""Messages before the first theft may happen: the session has left its beginning behind."""


class Schedule(NamedTuple):
    """Who sends message t (0 or 1), and how often one is lost."""

    name: str
    sender: Callable[[int, Dice], int]
    loss: float = 0.0


SCHEDULES = (
    Schedule("alternating", lambda at, _: at & 1),
    Schedule("alternating, 20 % lost", lambda at, _: at & 1, 0.2),
    Schedule("random", lambda _, dice: dice.getrandbits(1)),
    Schedule("random, 20 % lost", lambda _, dice: dice.getrandbits(1), 0.2),
    Schedule("bursts of five", lambda at, _: at // 5 & 1),
)


class Conversation:
    """Two real sessions, and beside them what a quantum computer would find out."""

    def __init__(self, dice: Dice, chunks: bool) -> None:
        self._dice = dice
        self.private: dict[bytes, bytes] = {}
        devices = [Device.draw(name, NOW, dice.randbytes) for name in ("alice", "bob")]
        talkers = meet(devices[0], devices[1], NOW, self._draw)
        self.sessions = [talker.session for talker in talkers]
        self.identities = [talker.identity for talker in talkers]
        if chunks:
            self.sessions = [with_hop(each, Chunked(each.ratchet.hop)) for each in self.sessions]

    def _draw(self, size: int) -> bytes:
        drawn = self._dice.randbytes(size)
        if size == 32:
            self.private[AgreementKey(drawn).public()] = drawn
        return drawn

    def says(self, side: int) -> bytes:
        self.sessions[side], envelope = self.sessions[side].seal(b"", self._draw)
        return envelope

    def hears(self, side: int, envelope: bytes) -> None:
        session, identity = self.sessions[side], self.identities[side]
        self.sessions[side], _ = session.open(envelope, NOW, identity)

    def robbed(self, quantum: bool) -> Thief:
        oracle = self.private.get if quantum else lambda _: None
        return Thief(self.sessions, self.identities, oracle)

    def out_of_reach(self) -> int:
        """Messages labelled above this are so for whoever steals both states now.

        The last epoch whose secret is in one of them, or whose seed is, and one more: its
        messages are sealed under the epoch before.
        """
        return 1 + max(_known(unwrap(session.ratchet.hop)) for session in self.sessions)


def _known(state: Hop) -> int:
    holds = Offering | OfferingIdentity | Answering
    return state.epoch if isinstance(state, holds) else state.epoch - 1


class Healed(NamedTuple):
    """Messages from the theft up to and including the first of the slower side that he lost.

    Attributes:
        content: of which he could not read what was said.
        headers: of which he could not even tell that they belong to this conversation.
    """

    content: int
    headers: int


class Trial:
    """One theft, until the thief has been blind for a while."""

    def __init__(self, conversation: Conversation, quantum: bool) -> None:
        self._thief = conversation.robbed(quantum)
        self._exact = quantum
        self._out_of_reach = conversation.out_of_reach()
        self._count = 0
        self._first_lost = {"content": [0, 0], "headers": [0, 0]}

    def sees(self, sender: int, envelope: bytes, delivered: bool, label: int) -> None:
        """One more message on the wire.

        Raises:
            RuntimeError: he reads less than he could, or what nobody can, or sees again what
                he had lost: this figure would be wrong. Or he goes on for ever.
        """
        self._count += 1
        if self._count > PATIENCE:
            raise RuntimeError(f"the thief is not locked out after {PATIENCE} messages")
        sight = self._thief.sees(sender, envelope, delivered, NOW)
        if self._exact and sight.content is not (label <= self._out_of_reach):
            raise RuntimeError(f"the thief {'reads' if sight.content else 'misses'} label {label}")
        for what, seen in (("content", sight.content), ("headers", sight.header)):
            lost = self._first_lost[what]
            if seen and lost[sender]:
                raise RuntimeError(f"the thief sees {what} again that he had lost")
            if not seen:
                lost[sender] = lost[sender] or self._count

    @property
    def healed(self) -> Healed | None:
        if any(0 in lost for lost in self._first_lost.values()):
            return None
        return Healed(*(max(lost) for lost in self._first_lost.values()))

    @property
    def over(self) -> bool:
        return self.healed is not None and self._count >= self.healed.headers + SETTLED


def trials(
    schedule: Schedule, thefts: int, seed: int, *, chunks: bool = False, quantum: bool = True
) -> list[Healed]:
    """How many messages each of so many thefts needed to heal, in one long conversation.

    The thieves do not disturb it, nor one another.

    Args:
        seed: of the schedule, the losses and the moments, which are drawn apart.
    """
    dice, moments, keys = (Dice(f"{seed} {use}") for use in (schedule.name, "thefts", "keys"))  # noqa: S311 - keys of an experiment
    conversation = Conversation(keys, chunks)
    spread = 80 if chunks else 16
    healed: list[Healed] = []
    running: list[Trial] = []
    at, begun, next_theft = 0, 0, WARM_UP + moments.randrange(spread)
    while len(healed) < thefts:
        if at == next_theft and begun < thefts:
            running.append(Trial(conversation, quantum))
            begun, next_theft = begun + 1, at + 1 + moments.randrange(spread)
        side = schedule.sender(at, dice)
        envelope = conversation.says(side)
        delivered = dice.random() >= schedule.loss
        label = conversation.sessions[side].epoch
        for trial in running:
            trial.sees(side, envelope, delivered, label)
        if delivered:
            conversation.hears(1 - side, envelope)
        healed += [trial.healed for trial in running if trial.over and trial.healed]
        running = [trial for trial in running if not trial.over]
        at += 1
    return healed
