"""Every world that two parties can get into, and the steps that lead there.

Nothing on the wire ever goes away: a message can arrive at any later time, again, out of order,
or never. So one set of messages stands for every loss, duplication and reordering of them, and
as a chain stands for all its messages (party.py), the worlds up to a label are finite: all of
them are visited, whatever number of messages led there.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from doorless_lab.hop_model.party import (
    NAMES,
    DisagreementError,
    Message,
    Party,
    hear,
    meet,
    send,
)
from doorless_protocol.errors import DoorlessError

SIDES = (0, 1)


class World(NamedTuple):
    parties: tuple[Party, Party]
    wire: frozenset[Message] = frozenset()

    def after(self, side: int, party: Party, *sent: Message) -> "World":
        parties = (party, self.parties[1]) if side == 0 else (self.parties[0], party)
        return World(parties, self.wire.union(sent) if sent else self.wire)

    @property
    def label(self) -> int:
        """The newest one that either side speaks under."""
        return max(party.hop.epoch for party in self.parties)


class BrokenClaimError(Exception):
    """A world in which a claim does not hold, and the steps that lead there."""

    def __init__(self, claim: str, steps: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((f"not so: {claim}", *steps)))
        self.claim = claim
        self.steps = steps


class Explored:
    """The worlds from a start up to a label, in the order of how few steps lead there.

    Args:
        before: the steps that led to the start.
    """

    def __init__(
        self, last_label: int, start: World | None = None, before: tuple[str, ...] = ()
    ) -> None:
        self._before = before
        self._last_label = last_label
        self._start = start or World(meet())
        self._came: dict[World, tuple[World, str] | None] = {self._start: None}
        self._spoken: dict[bytes, tuple[int, int]] = {}
        self.moves = 0

    def worlds(self) -> Iterator[World]:
        """Each world once, while they are found.

        Raises:
            BrokenClaimError: an honest step went wrong.
        """
        todo = deque([self._start])
        while todo:
            world = todo.popleft()
            yield world
            for step, follows in self._moves(world):
                self.moves += 1
                if follows not in self._came:
                    self._came[follows] = world, step
                    todo.append(follows)

    def steps_to(self, world: World) -> tuple[str, ...]:
        steps: list[str] = []
        came = self._came.get(world)
        while came is not None:
            steps.append(came[1])
            came = self._came[came[0]]
        return (*self._before, *reversed(steps))

    def fail(self, claim: str, world: World, *last: str) -> BrokenClaimError:
        return BrokenClaimError(claim, (*self.steps_to(world), *last))

    def _moves(self, world: World) -> Iterator[tuple[str, World]]:
        for side in SIDES:
            if world.parties[side].hop.epoch <= self._last_label:
                try:
                    party, message = send(side, world.parties[side])
                except DoorlessError as error:
                    claim = "each side can always speak"
                    raise self.fail(claim, world, f"the {NAMES[side]}: {error}") from None
                self._check_key(world, message)
                yield f"the {NAMES[side]} sends {message}", world.after(side, party, message)
        for message in sorted(world.wire):
            side = 1 - message.sender
            step = f"the {NAMES[side]} hears {message}"
            try:
                party = hear(world.parties[side], message)
            except DisagreementError:
                claim = "both sides hold the same keys for every message"
                raise self.fail(claim, world, step) from None
            except DoorlessError as error:
                claim = "no honest message is refused, however late or often it comes"
                raise self.fail(claim, world, f"{step}: {error}") from None
            yield step, world.after(side, party)

    def _check_key(self, world: World, message: Message) -> None:
        """No chain serves two labels, or two directions."""
        use = message.sender, message.label
        if self._spoken.setdefault(message.key, use) != use:
            claim = "no message key is used in two epochs, or by both sides"
            raise self.fail(claim, world, f"the {NAMES[message.sender]} sends {message}")
