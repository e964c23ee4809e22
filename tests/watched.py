"""A world in which devices are watched: what each is told to say, draws, asks, hears, in order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.engine import Engine
from doorless_client.core.registration import prepare
from doorless_client.core.views import Message
from doorless_client.store.memory import MemoryStore
from doorless_lab.tape import Recorder
from doorless_lab.wire import Answer
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Acknowledge, Answered, Deliver, Request, SignIn
from doorless_server.effects import Outcome
from doorless_server.peers import Greeted, Peer


@dataclass
class Asked:
    """`answered` is None where nobody looks at it. `number`: its place in the log."""

    number: int
    who: str
    request: Request
    answered: Answered | None
    now: float
    nonce: bytes = b""


@dataclass
class Heard:
    who: str
    envelope: bytes
    id: bytes
    now: float


@dataclass
class Typed:
    who: str
    whom: str
    text: str
    now: float


class WatchedPerson(Person):
    """Draws from a recorder of its own."""

    recorder: Recorder
    world: "WatchedWorld"

    def _open(self) -> Engine:
        random = self.recorder.random
        return Engine(self.store, clock=self._now, random=random, emit=self._take)

    def says(self, whom: str, text: str) -> Message:
        self.world.log.events.append(Typed(self.handle, whom, text, self.world.now))
        return super().says(whom, text)

    def ask(self, ask: Ask) -> Answered:
        if isinstance(ask, Anonymously) and len(ask.apart) == 16:
            self.world.kept_apart.add(ask.apart)
        return super().ask(ask)


@dataclass
class Log:
    """A wire that loses nothing, and notes who typed, asked and heard what."""

    events: list[Asked | Heard | Typed] = field(default_factory=list)
    who: str = ""
    now: float = 0.0

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        answered = answer(ask)
        self.note(ask.request, answered)
        return answered

    def note(self, request: Request, answered: Answered | None, nonce: bytes = b"") -> None:
        asked = Asked(len(self.events), self.who, request, answered, self.now, nonce)
        self.events.append(asked)

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        for each in waiting:
            self.events.append(Heard(self.who, each.envelope, each.envelope_id, self.now))
        return waiting

    def acknowledge(self, ids: Sequence[bytes]) -> Sequence[bytes]:
        self.note(Acknowledge(tuple(ids)), None)
        return ids


class WatchedWorld(World):
    """Its people have to be let act in `acting`."""

    def __init__(self, seed: int, *, key_log: bool = False) -> None:
        self.log = Log()
        super().__init__(b"relay", wire=self.log, log=key_log)
        self._seeds = Random(seed)
        self.kept_apart: set[bytes] = set()
        self.watched: dict[str, WatchedPerson] = {}

    def newcomer(self, handle: str) -> WatchedPerson:
        store, recorder = MemoryStore(), Recorder(Random(self._seeds.random()).randbytes)
        with self._drawing(handle, recorder):
            where: dict[str, Any] = {"relay": RELAY, "tls": True, "pin": b""}
            seed, now = recorder.random(32), int(self.now)
            newcomer = prepare(
                store, handle=handle, seed=seed, now=now, random=recorder.random, **where
            )
            account = newcomer.manifest.account
            person = WatchedPerson(self, handle, store, newcomer.keys, account)
            person.recorder = recorder
            person.run(newcomer.register(now, recorder.random))
            person.reopen()
        self.watched[handle] = person
        return person

    @contextmanager
    def acting(self, handle: str) -> Iterator[WatchedPerson]:
        person = self.watched[handle]
        with self._drawing(handle, person.recorder):
            yield person

    @contextmanager
    def _drawing(self, handle: str, recorder: Recorder) -> Iterator[None]:
        self.log.who, self.log.now = handle, self.now
        with recorder.drawing():
            yield

    def ask(self, peer: Peer, request: Request) -> Outcome:
        if isinstance(request, SignIn) and isinstance(peer, Greeted):
            self.log.note(request, None, peer.challenge.nonce)
        return super().ask(peer, request)

    def signs_in_again(self, handle: str) -> None:
        with self.acting(handle) as person:
            person.goes(online=False)
            person.goes(online=True)

    def rest(self, seconds: float = 0.0) -> None:
        """Let time pass, a step for whatever is due, and everybody act until nothing moves."""
        until = self.now + seconds
        self._act()
        while self.now < until:
            due = min(person.engine.upkeep.next_tick() for person in self.watched.values())
            self.now = min(until, max(due, self.now + 30))
            self._act()

    def _act(self) -> None:
        moved = True
        while moved:
            moved = False
            for handle in self.watched:
                with self.acting(handle) as person:
                    moved = person.live() or moved
                    if person.engine.upkeep.maintenance_due():
                        person.run(person.engine.home.maintain())
