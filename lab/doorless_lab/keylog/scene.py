"""Where lies of a key log are played: people with real engines, and a relay that has its keys.

    Alice      whose keys it is about, with a contact in Bob
    Bob        knows Alice, and has for days
    Carol      knows everybody, and is shown the truth
    Eve        works for the relay: what is sealed to her, it reads

Whoever raises an alarm has caught it. The scene says who that was, and how many anchors later.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Unpack

import msgspec

from doorless_client.core.api import RefusedError
from doorless_client.core.views import AlarmRaised
from doorless_client.store.log_records import Log
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.powers import LedgerWorld, LyingRelay
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.log.config import LogKeys, Times
from doorless_protocol.log.label import Label
from doorless_protocol.log.view import LogView

ALICE = Label("alice")
HOUR, DAY = 3_600, 86_400
_STEP = DAY // 8  # looks are drawn at least as far apart


@dataclass(frozen=True, slots=True)
class Caught:
    """The first alarm after a lie.

    Attributes:
        by: whose device raised it; "auditor" for one.
        kind: of the alarm, which is the kind of the evidence where there is any.
        anchors: of an honest log, between the lie and the alarm.
        evidence: a bundle for doorless-verify; b"" where nothing was signed that convicts.
    """

    by: str
    kind: str
    anchors: int
    evidence: bytes


@dataclass
class Scene(LyingRelay):
    """One world in which a relay lies, from `begins` on."""

    bob: Person
    carol: Person
    _began: int = 0

    @property
    def alice(self) -> Person:
        """Whose name it lies about."""
        return self.owner

    def person(self, handle: str) -> Person:
        """Somebody new, who knows Carol, and has followed the log for a moment."""
        made = self.world.person(handle)
        made.add("carol")
        made.says("carol", "hello")
        self.world.settle()
        self.carol.accepts(handle)
        self.world.advance(10)
        return made

    # --- powers of the relay -------------------------------------------------------------------

    def begins(self) -> None:
        """From here on it lies: anchors are counted from now."""
        self._began = self.now // DAY

    def tells_of(self, person: Person, *, keys: LogKeys, **rules: Unpack[Times]) -> LedgerDirectory:
        """This person alone was told, when they came, of a log with these keys and rules.

        It holds what the true one holds, to the byte, if its names are found by the same key.
        """
        config = keys.config(**rules)
        other = LedgerDirectory(self.truth.ledger.set_up_as(keys, config))
        self.shows(person, other)
        state = person.engine.state
        with state.change():
            for rows in (state.store.logs, state.store.log_own, state.store.log_pins):
                rows.clear()
            state.store.own.put(msgspec.structs.replace(state.own, config=config.hash))
            state.store.logs.put(Log(RELAY, LogView.begin(config).encode()))
        return other

    # --- being caught --------------------------------------------------------------------------

    def looks(self, *people: Person) -> None:
        """What these people's devices do at times of their own, now."""
        for person in people:
            with suppress(RefusedError):  # its alarm is what counts
                person.run(person.engine.check_log())

    def waits(self, *whom: Person, days: int = 3) -> Caught | None:
        """Time goes by, and everybody looks when it is time, until one of them raises an alarm."""
        for _ in range(days * DAY // _STEP):
            if self.caught(*whom) is not None:
                self.world.advance(60)  # what was asked of others comes back
                break
            self.world.advance(_STEP)
        return self.caught(*whom)

    def caught(self, *whom: Person) -> Caught | None:
        """By whoever of them, or of all, raised an alarm, and the proof; None: by nobody."""
        for person in whom or self.world.everybody:
            told = [event.alarm for event in person.shown if isinstance(event, AlarmRaised)]
            for alarm in sorted(told, key=lambda alarm: not alarm.evidence)[:1]:
                evidence = person.engine.evidence(alarm.number) if alarm.evidence else b""
                return Caught(person.handle, alarm.kind, self.windows(), evidence)
        return None

    def windows(self) -> int:
        """How many anchors an honest log made since the lie began."""
        return self.now // DAY - self._began


@cache
def _played_so_far() -> World:
    """Three days of honest life: everybody knows everybody, and found them again in an anchor."""
    world = LedgerWorld(log=True)
    everybody = world.friends("alice", "bob", "carol", "eve")
    for _ in range(3 * DAY // _STEP):
        world.advance(_STEP)
    for person in everybody:
        person.run(person.engine.check_log())
    return world


def stage(seed: bytes = b"scene") -> Scene:
    """After three honest days, in a world of its own."""
    world = _played_so_far().fork(seed)
    truth = world.directory
    if not isinstance(truth, LedgerDirectory):
        raise TypeError("a world without a ledger")
    alice, bob, carol, eve = world.everybody
    scene = Scene(world, truth, alice, eve, bob, carol)
    scene.begins()
    return scene
