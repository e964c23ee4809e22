"""People with real clients at a real relay, in a world that follows from one seed.

    with Simulation(seed=7, people=3) as simulation:
        simulation.run(200)           two hundred things happen, drawn from the seed
        simulation.make_whole()       the network mends, everybody comes back: all of it arrives
        print(simulation.trace.digest)

Promises are checked as it goes; one that does not hold raises PromiseError. What happens can
be chosen as well: `simulation.do(Say(0, 1))`. docs/reference/simulator.md says it all.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Self

from doorless_client.core.api import UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.views import Kind, Message, MessageAdded
from doorless_client.store.base import Store
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.simulation import promises
from doorless_lab.simulation.actions import (
    Action,
    Clock,
    Copy,
    CrashLive,
    CrashSay,
    Decide,
    Live,
    Offline,
    Online,
    Restart,
    Say,
    Swap,
    Wait,
)
from doorless_lab.simulation.chance import Chance
from doorless_lab.simulation.drawing import draw
from doorless_lab.simulation.ledger import Ledger
from doorless_lab.simulation.trace import Trace
from doorless_lab.simulation.weather import RoughWire, Weather
from doorless_lab.wire import PERFECT
from doorless_lab.world import World
from doorless_lab.world_person import Person, copy_store

NAMES = ("alice", "bob", "carol", "dave", "erin", "frank")
BEGINNINGS = 4
"""Different worlds that runs begin in: in the last, nobody has talked to anybody yet."""

PAUSE = 5.0
"""Seconds that pass before each action."""

MENDING = (1.0, 10.0, 60.0, 120.0, 600.0, 700.0, 3600.0, 90_000.0, 60.0)
"""Seconds that pass, one after the other, for what was put off to happen."""


class Simulation:
    """
    Args:
        people: 2 to 6; everybody is everybody's contact.
        weather: None: drawn from the seed.

    Attributes:
        done: every action so far: with the seed, they are the run.
        trace: what happened.
        said: by (who, to whom): what is stored as said, in order.
    """

    def __init__(self, seed: int, people: int = 2, weather: Weather | None = None) -> None:
        if not 2 <= people <= len(NAMES):
            raise ValueError(f"2 to {len(NAMES)} people")
        self.seed, self.weather = seed, weather or Weather.drawn(Chance(seed, "weather"))
        self.trace, self.ledger = Trace(), Ledger()
        self._chance = Chance(seed, "actions")
        self.done: list[Action] = []
        pairs = [(who, to) for who in range(people) for to in range(people) if who != to]
        self.said: dict[tuple[int, int], list[str]] = {pair: [] for pair in pairs}
        self._watching, self._left = ExitStack(), 0
        self._copies: dict[int, Store] = {}
        # Where a copy of theirs is used: from which text on everything arrives.
        self._since: dict[tuple[int, int], int] = {}

    def __enter__(self) -> Self:
        self._watching.enter_context(self.ledger.watching())
        people = 1 + max(to for _, to in self.said)
        self.world = beginning(people, self.seed % BEGINNINGS).fork(str(self.seed).encode())
        self.world.wire = RoughWire(
            self.weather, Chance(self.seed, "network"), lambda: self.world.now
        )
        self.people = list(self.world.everybody)
        for who, to in self.said:
            self.said[who, to] += promises.heard(self.messages(to, who))
        self._crashing = [Crashing(person) for person in self.people]
        self._shown = [len(person.shown) for person in self.people]
        self._left_out = [False] * people
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.close()
        self.world.__exit__()

    # --- what happens ------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """Let so many things happen, as the seed has it. Raises PromiseError: see `do`."""
        for _ in range(steps):
            self.do(draw(self._chance, len(self.people)))

    def do(self, action: Action) -> None:
        """Let it happen, note it, and look whether every promise still holds.

        Raises:
            PromiseError: one does not.
        """
        self.world.now += PAUSE
        self.done.append(action)
        self.trace.add(str(action))
        match action:
            case Say(who, to):
                self._say(who, to)
            case Live(who):
                self._live(who)
            case CrashLive(who, point):
                self._crash_living(who, point)
            case CrashSay(who, to, point):
                self._crash_saying(who, to, point)
            case Restart(who):
                self._restart(who)
            case Offline(who):
                self.people[who].online = False
            case Online(who):
                self._connect(who)
            case Wait(seconds):
                self.world.now += seconds
            case Clock(who, ahead):
                self.people[who].clock_error = ahead
            case Copy(who):
                self._copy(who)
            case Swap(who):
                self._swap(who)
            case Decide(who):
                self._decide(who)
        self._look()

    def _say(self, who: int, to: int) -> None:
        text = self._next_text(who, to)
        self.people[who].says(self.people[to].handle, text)
        self.said[who, to].append(text)

    def _next_text(self, who: int, to: int) -> str:
        """Names who says it, to whom and the how manieth it is; no other text holds it."""
        return f"<{who}>{to} {len(self.said[who, to])} of seed {self.seed}>"

    def _live(self, who: int) -> None:
        """As the messenger does it: arrive where the connection was cut, send, hear, keep house."""
        person = self.people[who]
        if not person.online:
            return
        if self._left_out[who]:
            self._connect(who)
        if self._left_out[who]:
            return
        try:
            person.live()
            if person.engine.upkeep.maintenance_due():
                person.run(person.engine.home.maintain())
        except (UnreachableError, BusyError) as error:
            self._cut(who, error)

    def _connect(self, who: int) -> None:
        self._left_out[who] = False
        try:
            self.people[who].goes(online=True)
        except (UnreachableError, BusyError) as error:
            self._cut(who, error)

    def _cut(self, who: int, error: Exception) -> None:
        self._left_out[who] = True
        self.trace.add(f"  {who} {error}")

    def _restart(self, who: int) -> None:
        self._left_out[who] = False
        try:
            self.people[who].reopen()
        except (UnreachableError, BusyError) as error:
            self._cut(who, error)

    def _crash_living(self, who: int, point: int) -> None:
        with self._crash(who, point):
            self._live(who)

    def _crash_saying(self, who: int, to: int, point: int) -> None:
        text = self._next_text(who, to)
        with self._crash(who, point):
            self.people[who].says(self.people[to].handle, text)
            self._live(who)
        if any(message.text == text for message in self.messages(who, to)):
            self.said[who, to].append(text)

    @contextmanager
    def _crash(self, who: int, point: int) -> Iterator[None]:
        """The program ends at that point of what is done inside; then it is started again."""
        crashing = self._crashing[who]
        crashing.after(point)
        try:
            yield
        except Crashed:
            self.trace.add(f"  {who} ended")
        crashing.after(0)
        self._restart(who)

    # --- copies ------------------------------------------------------------------------------

    def _copy(self, who: int) -> None:
        self._copies[who] = copy_store(self.people[who].store)
        self._crashing[who].watch(self._copies[who])

    def _swap(self, who: int) -> None:
        """From here on, what was said to and by this person before may be missing in one copy."""
        if who not in self._copies:
            return
        person = self.people[who]
        person.store, self._copies[who] = self._copies[who], person.store
        for pair, said in self.said.items():
            if who in pair:
                self._since[pair] = len(said)
        stale = promises.is_stale(person.store, self._copies[who])
        self.ledger.knows_copies |= not stale
        self._restart(who)
        if stale and not self._left_out[who] and person.online:
            promises.check_stopped(person)

    def _decide(self, who: int) -> None:
        person = self.people[who]
        if not (person.online and person.engine.is_frozen):
            return
        try:
            person.run(person.engine.keep())
        except (UnreachableError, BusyError) as error:
            self._cut(who, error)

    # --- what came of it ---------------------------------------------------------------------

    def messages(self, who: int, other: int) -> list[Message]:
        """One's conversation with another, as it is shown."""
        return list(self.people[who].messages(self.people[other].handle))

    def _look(self) -> None:
        for submit in self.world.submitted[self._left :]:
            self.ledger.leaves(submit.envelope)
            promises.check_hidden(("of seed",), submit.envelope)
            self.trace.add(f"  {len(submit.envelope)} bytes left")
        self._left = len(self.world.submitted)
        for who, person in enumerate(self.people):
            self._look_at(who, person)

    def _look_at(self, who: int, person: Person) -> None:
        added = [
            one.message for one in person.shown[self._shown[who] :] if isinstance(one, MessageAdded)
        ]
        self._shown[who] = len(person.shown)
        for message in added:
            if message.kind is Kind.NOTE:
                self.trace.add(f"  {who} is told: {message.text}")
            elif not message.mine:
                gap = f", {message.gap} missing before" if message.gap else ""
                self.trace.add(f"  {who} sees {message.text}{gap}")
        if not added:
            return
        promises.check_bounded(person)
        for (by, to), said in self.said.items():
            if to == who:
                promises.check_shown(said, self.messages(who, by), f"{by} to {to}")

    # --- in the end --------------------------------------------------------------------------

    def make_whole(self) -> None:
        """The network mends, clocks are set, everybody comes back; then `check`.

        Raises:
            PromiseError: something did not arrive, or not as it should.
        """
        self.trace.add("the network is whole")
        self.world.wire = PERFECT
        for who, person in enumerate(self.people):
            person.clock_error = 0.0
            person.online = True
            self._restart(who)
            self._decide(who)
        for seconds in MENDING:
            self.world.advance(seconds)
            self._look()
        self.check()
        self.trace.add("everything arrived")

    def check(self) -> None:
        """What must hold once everything arrived. Raises PromiseError."""
        for (by, to), said in self.said.items():
            messages, whose = self.messages(to, by), f"{by} to {to}"
            if (by, to) in self._since:
                promises.check_nothing_lost(said[self._since[by, to] :], messages, whose)
                promises.check_shown(said, messages, whose)
            else:
                promises.check_everything_arrived(said, messages, whose)
            if by < to and (said or self.said[to, by]):
                promises.check_converged(self.people[by], self.people[to])
        for person in self.people:
            promises.check_at_rest(person)
            promises.check_bounded(person)


@cache
def beginning(people: int, variant: int) -> World:
    """A world to fork: friends, or in the last variant contacts who never said a word."""
    world = World(f"beginning {variant}".encode())
    handles = NAMES[:people]
    if variant == BEGINNINGS - 1:
        everybody = world.people(*handles)
        for one in everybody:
            for other in everybody:
                if one is not other:
                    one.add(other.handle)
    else:
        world.friends(*handles)
    return world
