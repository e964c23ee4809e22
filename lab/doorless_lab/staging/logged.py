"""People around a relay with a key log: Bob, whose name it lies about, and Alice, who is new.

Bob       has used the relay for three days
Carol     knows Alice and Bob
Mallory   works for the relay, or has broken into it
Alice     has just come: she knows Carol, and not yet Bob
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from doorless_client.core.api import RefusedError
from doorless_client.core.log_views import Alarm
from doorless_client.core.views import AlarmRaised, Message
from doorless_client.store.base import Store
from doorless_lab.adversary import Adversary, arm
from doorless_lab.answers import Answers, answers_to
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.powers import LedgerWorld, LyingRelay, WitnessedWorld
from doorless_lab.powers import Handle
from doorless_lab.sayings import written
from doorless_lab.scenario import Scene, Seat
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import Manifest

HOUR, DAY = 3_600, 86_400
_STEP = DAY // 8  # looks are drawn at least as far apart
_MARK = "4711-"
NEVER = -1
"""In evidence, for what never happened in the run."""


@dataclass
class Logged(LyingRelay):
    """One world, in which the relay has been honest so far."""

    alice: Person
    carol: Person

    @property
    def bob(self) -> Person:
        return self.owner

    @property
    def mallory(self) -> Person:
        return self.eve

    @classmethod
    def begin(cls, scene: Scene, *, witnessed: bool = False) -> Self:
        """After three days of honest life."""
        kind = WitnessedWorld if witnessed else LedgerWorld
        world = kind(scene.random(32), scene.now, log=True)
        _, carol, _ = world.friends("bob", "carol", "mallory")
        for _ in range(3 * DAY // _STEP):
            world.advance(_STEP)
        alice = world.person("alice")
        alice.add("carol")
        alice.says("carol", "hello")
        world.settle()
        carol.accepts("alice")
        world.advance(10)
        return cls.of(world)

    @classmethod
    def of(cls, world: World) -> Self:
        bob, carol, mallory, alice = world.everybody[:4]
        if not isinstance(world.directory, LedgerDirectory):
            raise TypeError("a world without a ledger")
        return cls(world, world.directory, bob, mallory, alice, carol)

    def variant(self, seed: bytes) -> Self:
        """The same people at the same moment; what happens here happens in no other variant."""
        return self.of(self.world.fork(seed))

    def armed(self, scene: Scene, *handles: Handle[Any]) -> Adversary:
        """Mallory, with her own device and what the story gives her.

        Raises:
            PowerError: from there references lead to more.
        """
        return arm(scene, Seat.MALLORY, *handles, own=(self.mallory,))

    def answers(self, person: Person) -> Answers:
        """What this person is told, to be changed by whoever has the relay."""
        return answers_to(self.world, person)

    def in_hand(self, store: Store) -> Person:
        """An open device, as whoever took it uses it; its owner has to reopen it afterwards."""
        own, listed = store.own.last(), store.own_manifests.last()
        if own is None or listed is None:
            raise ValueError("no account is on this device")
        keys, account = DeviceKeys.decode(own.device_keys), Manifest.decode(listed.manifest).account
        person = Person(self.world, own.handle, store, keys, account)
        person.reopen()
        return person

    def looks(self, person: Person) -> None:
        """What this person's device does at times of its own, now; its alarm is what counts."""
        with suppress(RefusedError):
            person.run(person.engine.check_log())

    def meet(self, one: Person, other: Person) -> None:
        """Each becomes the other's contact, confirmed, with nothing under way."""
        one.add(other.handle)
        one.says(other.handle, "hello")
        self.world.settle()
        other.accepts(one.handle)
        self.world.advance(10)


def alarms(person: Person) -> list[Alarm]:
    """Raised on this person's screen so far, each once."""
    raised = [event.alarm for event in person.shown if isinstance(event, AlarmRaised)]
    return list({alarm.number: alarm for alarm in raised}.values())


def with_proof(person: Person) -> tuple[Alarm, bytes] | None:
    """The first alarm that has one."""
    for alarm in alarms(person):
        if alarm.evidence:
            return alarm, person.engine.evidence(alarm.number)
    return None


def secret(number: int) -> str:
    """What Alice writes to Bob, counted from 1: every second saying, as he does not answer."""
    return written(2 * (number - 1), f"{_MARK}{number:02}")


def secrets_in(texts: Iterable[str]) -> list[str]:
    """Those of them that Alice wrote to Bob."""
    return [text for text in texts if _MARK in text]


def received(person: Person) -> list[str]:
    """All that anybody wrote to this person, requests of strangers as well."""
    found: list[Message] = []
    for chat in person.engine.chats():
        history = person.engine.history(chat.conversation)
        found += history.slice(0, len(history))
    return [one.text for one in found if not one.mine and one.text]
