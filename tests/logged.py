"""A world whose relay keeps a key log, and what tests of its clients do with it."""

from collections.abc import Callable
from copy import deepcopy

import msgspec

from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.log_views import Alarm
from doorless_client.core.views import AlarmRaised
from doorless_lab.world import World
from doorless_lab.world_person import NO_CERTIFICATE, RELAY, Person, at_once
from doorless_protocol.frames import Answered, Found, Lookup, RelayInfo
from doorless_protocol.log.config import hash_without_log
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import LogAnchors, LogAtAnchor, LogHead, LogRecords
from doorless_server.relay import Identity, Relay

DAY = 86_400
OF_THE_LOG = (Lookup, LogHead, LogAnchors, LogAtAnchor, LogRecords)

Change = Callable[[Ask, Answered], Answered]


def alarms(person: Person) -> list[str]:
    """Kinds, in the order of being raised."""
    return [event.alarm.kind for event in person.shown if isinstance(event, AlarmRaised)]


def alarm(person: Person, kind: str) -> Alarm:
    (found,) = (one for one in person.engine.alarms() if one.kind == kind)
    return found


def view(person: Person, relay: str = RELAY) -> LogView:
    row = person.store.logs.get(relay)
    assert row is not None
    return LogView.decode(row.view)


def own(person: Person) -> OwnChain:
    row = person.store.log_own.last()
    assert row is not None
    return OwnChain.decode(row.chain)


def pin(person: Person, label: str, relay: str = RELAY) -> Pin:
    row = person.store.log_pins.get(relay, label)
    assert row is not None
    return Pin.decode(row.pin)


def checks(*people: Person) -> None:
    """Look now, whatever was drawn."""
    for person in people:
        person.run(person.engine.check_log())


def days_pass(world: World, days: int = 1, *, step: int = DAY // 4) -> None:
    """In steps, so that drawn times are met."""
    for _ in range(days * DAY // step):
        world.advance(step)


class Asked:
    """Every request of a person, in order."""

    def __init__(self, person: Person) -> None:
        self.asks: list[Ask] = []
        before = person.change_answer

        def watch(ask: Ask, answered: Answered) -> Answered:
            self.asks.append(ask)
            return before(ask, answered)

        person.change_answer = watch

    def anonymous(self, *kinds: type) -> list[Anonymously]:
        return [
            ask
            for ask in self.asks
            if isinstance(ask, Anonymously) and isinstance(ask.request, kinds)
        ]


def shows_other_log(world: World, person: Person) -> Relay:
    """From now on this person alone is shown another log, that goes its own way: a split view."""
    directory = world.directory.copy(world.random)
    other = Relay(
        deepcopy(world._relay_store), Identity(RELAY), random=world.random, directory=directory
    )

    def answer(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, OF_THE_LOG):
            peer = other.greet(int(world.now), NO_CERTIFICATE)
            return at_once(other.handle(peer, ask.request, int(world.now))).answered
        return answered

    person.change_answer = answer
    return other


def without_proof(ask: Ask, answered: Answered) -> Answered:
    if isinstance(answered, Found):
        return Found(answered.manifest, answered.heads, None)
    return answered


def says_there_is_none(ask: Ask, answered: Answered) -> Answered:
    """The whole lie: no proof, no set-up, and the hash of a relay that keeps no log."""
    if isinstance(answered, RelayInfo):
        none = hash_without_log(answered.name)
        return msgspec.structs.replace(answered, config=b"", config_hash=none, log_keys=())
    return without_proof(ask, answered)


def told_of_none(world: World) -> list[Person]:
    """Alice and Bob, whose own relay told Bob alone, from the start, that it keeps no log."""
    alice, bob = world.people("alice", "bob")
    with bob.engine.state.change():
        none = hash_without_log(RELAY)
        bob.store.own.put(msgspec.structs.replace(bob.engine.state.own, config=none))
        for rows in (bob.store.logs, bob.store.log_own, bob.store.log_pins):
            rows.clear()
    bob.change_answer = says_there_is_none
    bob.add("alice")
    alice.add("bob")
    checks(alice)
    return [alice, bob]
