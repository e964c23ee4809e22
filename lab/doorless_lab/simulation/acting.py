"""A simulation in which people react, edit, delete and choose timers, too: both ends agree.

    with ActingSimulation(seed=7) as simulation:
        simulation.run_acts(60)
        simulation.make_whole()

What a text said changes here, so texts prove nothing of what arrived: messages are compared by
their ids, on both ends, with all that was done with them.
"""

from collections.abc import Callable
from typing import TypeAlias

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Kind, Message, State
from doorless_lab.simulation import promises
from doorless_lab.simulation.actions import Action
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.drawing import draw
from doorless_lab.simulation.people import Simulation
from doorless_lab.world_person import Person

EMOJI = ("☕", "\N{THUMBS UP SIGN}", "\N{PARTY POPPER}", "")
TIMERS = (0, 7 * 86_400, 14 * 86_400, 28 * 86_400)
"""Seconds, longer than a simulation lasts: nothing disappears before both ends are compared."""

UNDONE = ("swap", "copy")
"""Actions that take what was said back: tried elsewhere."""

Shown: TypeAlias = tuple[str, int, tuple[tuple[str, str], ...], int]
"""Words, versions before them, reactions by whom, and how long it lasts."""


class ActingSimulation(Simulation):
    def run_acts(self, steps: int) -> None:
        """Let so many things happen, a third of them with messages that are there."""
        chance = Chance(self.seed, "acts")
        for _ in range(steps):
            if chance.below(3) == 0:
                self._act(chance)
            else:
                self._something_else(chance)

    def _something_else(self, chance: Chance) -> None:
        action: Action = draw(chance, len(self.people))
        if action.verb not in UNDONE:
            self.do(action)

    def _act(self, chance: Chance) -> None:
        """Somebody does something with one of the newest messages, and crashes now and then."""
        who = chance.below(len(self.people))
        to = (who + 1 + chance.below(len(self.people) - 1)) % len(self.people)
        there = [one for one in self.messages(who, to) if one.kind is Kind.TEXT][-6:]
        what, point = chance.below(8), chance.below(12)
        chosen = there[chance.below(len(there))] if there else None
        if chosen is None:
            return
        self.trace.add(f"act {who} {to} {what}")
        with self._crash(who, point):
            self._do_act(self.people[who], chosen, what, chance)
            self._live(who)
        self._look()

    def _do_act(self, person: Person, message: Message, what: int, chance: Chance) -> None:
        doing = person.engine.messages
        acts: tuple[Callable[[], object], ...] = (
            lambda: doing.react(message, chance.among(EMOJI)),
            lambda: doing.edit(message, f"edited {chance.below(1000)}"),
            lambda: doing.edit(message, f"edited again {chance.below(1000)}"),
            lambda: doing.delete(message, everyone=True),
            lambda: doing.set_timer(message.conversation, chance.among(TIMERS)),
            lambda: doing.cancel(message),
            lambda: doing.react(message, chance.among(EMOJI)),
            lambda: person.engine.send(message.conversation, "an answer", quoting=message),
        )
        try:
            acts[what]()
        except RefusedError as refused:
            self.trace.add(f"  {refused}")

    # --- what came of it ---------------------------------------------------------------------

    def _look_at(self, who: int, person: Person) -> None:
        """Texts change here: that both ends agree is looked at in the end."""
        self._shown[who] = len(person.shown)
        promises.check_bounded(person)

    def check(self) -> None:
        """Raises PromiseError: two ends of a conversation show another history."""
        for who, person in enumerate(self.people):
            for to, other in enumerate(self.people):
                if who < to:
                    check_alike(person, other)
        for person in self.people:
            promises.check_at_rest(person)
            promises.check_bounded(person)


def check_alike(one: Person, other: Person) -> None:
    """Raises PromiseError: they do not show the same messages, or not as the other one does."""
    ours, theirs = shown(one, other), shown(other, one)
    for id, message in (ours | theirs).items():
        if ours.get(id) != theirs.get(id):
            raise promises.PromiseError(
                f"{one.handle} shows {ours.get(id)} and {other.handle} {theirs.get(id)}: {message}"
            )
    if one.chat(other.handle).lasts != other.chat(one.handle).lasts:
        raise promises.PromiseError(f"{one.handle} and {other.handle} agree on no timer")


def shown(person: Person, other: Person) -> dict[bytes, Shown]:
    """What was said and not taken back, by id: of the rest the other end may have had nothing."""
    return {
        one.id: (
            one.text,
            one.edited,
            tuple(
                sorted(
                    (each.emoji, person.handle if each.mine else other.handle)
                    for each in one.reactions
                )
            ),
            one.lasts,
        )
        for one in person.messages(other.handle)
        if one.kind is Kind.TEXT and one.state is not State.FAILED and not one.deleted
    }
