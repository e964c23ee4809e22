"""Alice at one relay and Bob at another one, each with a key log of its own, in one process."""

from copy import deepcopy
from typing import Self

from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.world import World
from doorless_lab.world_person import NO_CERTIFICATE, RELAY, Person, at_once
from doorless_protocol.frames import Answered
from doorless_server.relay import Identity, Relay
from logged import DAY, OF_THE_LOG

THERE = "there.test"
BOB = f"bob@{THERE}"


class TwoRelays:
    """Two worlds with one clock, whose people reach both relays."""

    def __init__(self) -> None:
        self.here = World(b"here", log=True)
        self.there = World(b"there", log=True, name=THERE)
        self.here.others[THERE], self.there.others[RELAY] = self.there, self.here
        self.alice, self.bob = self.here.person("alice"), self.there.person("bob")

    @property
    def people(self) -> list[Person]:
        return [*self.here.everybody, *self.there.everybody]

    def settle(self) -> None:
        while sum(person.live() for person in self.people):
            pass

    def advance(self, seconds: float) -> None:
        self.settle()
        self.here.now += seconds
        self.there.now += seconds
        self.settle()

    def days_pass(self, days: int = 1) -> None:
        for _ in range(4 * days):
            self.advance(DAY // 4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for person in self.people:
            person.store.close()

    def talk(self) -> None:
        """They are each other's contacts, confirmed, with nothing under way."""
        self.alice.add(BOB)
        self.alice.says("bob", "hello")
        self.advance(10)
        self.bob.accepts("alice")
        self.advance(60)

    def lies(self, person: Person) -> None:
        """From now on the relay there shows this person alone another log of its own."""
        directory = self.there.directory.copy(self.there.random)
        store = deepcopy(self.there._relay_store)
        other = Relay(store, Identity(THERE), random=self.there.random, directory=directory)

        def answer(ask: Ask, answered: Answered) -> Answered:
            is_there = isinstance(ask, Anonymously) and ask.relay == THERE
            if not is_there or not isinstance(ask.request, OF_THE_LOG):
                return answered
            peer = other.greet(int(self.there.now), NO_CERTIFICATE)
            return at_once(other.handle(peer, ask.request, int(self.there.now))).answered

        person.change_answer = answer
