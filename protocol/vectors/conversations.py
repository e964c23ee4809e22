"""Whole conversations, byte by byte, under recorded randomness.

A conversation is two people, each with the tape of what their device drew, and a list of steps:

    {"by": "alice", "seals": content, "envelope": bytes}       sealed with the next draws
    {"by": "bob", "opens": step, "content": bytes}             what that step sealed
    {"by": "bob", "opens": step, "refused": name}              nothing changes

Played again with the tapes, the same steps make the same envelopes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from doorless_lab.pair import Device
from doorless_lab.tape import Draw, Player, Recorder, keys_on
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import initiate
from doorless_protocol.handshake import Kind
from doorless_protocol.session import Session, open_any

NOW = 20_834 * 86_400
"""Unix seconds of every step: the start of a day."""

Hand = Recorder | Player
Step = dict[str, Any]


@dataclass
class Person:
    """A device, where its draws come from, and its sessions, the newest first."""

    hand: Hand
    device: Device
    sessions: list[Session] = field(default_factory=list)

    @classmethod
    def draw(cls, name: str, hand: Hand) -> "Person":
        with hand.drawing():
            return cls(hand, Device.draw(name, NOW, hand.random, pairs=2))

    def begin(self, other: "Person", place: int | None, kind: Kind, received: int) -> None:
        known = max((session.number for session in self.sessions), default=0)
        with self.hand.drawing():
            begun = initiate(
                self.device.us,
                other.device.us.manifest,
                other.device.serve(place),
                known,
                NOW,
                self.hand.random,
                kind=kind,
                received=received,
            )
        self.sessions.insert(0, begun)

    def seal(self, content: bytes) -> bytes:
        with self.hand.drawing():
            self.sessions[0], envelope = self.sessions[0].seal(content, self.hand.random)
        return envelope

    def open(self, envelope: bytes) -> bytes:
        """In the session it belongs to, which becomes the first one, or in a new one."""
        try:
            opened = open_any(self.sessions, envelope, NOW, self.device.us.device.kem)
        except DoorlessError:
            if len(envelope) != 32 * 1024:
                raise
            return self._accept(envelope)
        self.sessions.remove(opened.before)
        self.sessions.insert(0, opened.session)
        return opened.content

    def _accept(self, envelope: bytes) -> bytes:
        initial = self.device.unseal(envelope)
        for at, session in enumerate(self.sessions):
            if session.origin == initial.origin:
                self.sessions[at], content = session.open(
                    initial.message, NOW, self.device.us.device.kem
                )
                return content
        accepted = self.device.accept(initial, NOW)
        self.sessions.insert(0, accepted.session)
        return accepted.content


class Stage:
    """Alice and Bob, and what they did."""

    def __init__(self, alice: Hand, bob: Hand) -> None:
        self.people = {"alice": Person.draw("alice", alice), "bob": Person.draw("bob", bob)}
        self.steps: list[Step] = []

    def begin(self, by: str, place: int | None, *, resync: bool = False, received: int = 0) -> None:
        """Start a session; `place` of the one-time pair that the relay serves, None for none."""
        kind = Kind.RESYNC if resync else Kind.START
        other = self.people["bob" if by == "alice" else "alice"]
        self.people[by].begin(other, place, kind, received)
        self.steps.append({"by": by, "begins": place, "resync": resync, "received": received})

    def seal(self, by: str, text: str) -> int:
        """Returns the step, to be opened or not."""
        content = text.encode()
        envelope = self.people[by].seal(content)
        self.steps.append({"by": by, "seals": content, "envelope": envelope})
        return len(self.steps) - 1

    def open(self, by: str, step: int) -> None:
        done: Step = {"by": by, "opens": step}
        try:
            done["content"] = self.people[by].open(self.steps[step]["envelope"])
        except DoorlessError as error:
            done["refused"] = type(error).__name__
        self.steps.append(done)

    def pass_on(self, by: str, to: str, text: str) -> None:
        self.open(to, self.seal(by, text))


def alternating(stage: Stage) -> None:
    """One-time prekeys; every message is answered, through six post-quantum epochs."""
    stage.begin("alice", 0)
    for number in range(12):
        by, to = ("alice", "bob") if number % 2 == 0 else ("bob", "alice")
        stage.pass_on(by, to, f"message {number}")


def losses(stage: Stage) -> None:
    """Last resort; messages are lost, come late over a new epoch, twice, and to the wrong one."""
    stage.begin("alice", None)
    first = [stage.seal("alice", f"first {number}") for number in range(3)]
    stage.open("bob", first[2])
    stage.open("bob", first[2])
    stage.pass_on("bob", "alice", "")
    late = stage.seal("alice", "late")
    stage.open("bob", first[0])
    for number in range(4):
        stage.pass_on("alice", "bob", f"on {number}")
        stage.pass_on("bob", "alice", f"and on {number}")
    stage.open("bob", late)
    stage.open("bob", late)
    stage.open("alice", late)
    stage.pass_on("alice", "bob", "the end")


def resync(stage: Stage) -> None:
    """Bob's session broke, and he begins another; a late message of the old one still opens."""
    stage.begin("alice", 1)
    stage.pass_on("alice", "bob", "hello")
    stage.pass_on("bob", "alice", "")
    old = stage.seal("bob", "on its way")
    stage.begin("bob", 0, resync=True, received=1)
    stage.pass_on("bob", "alice", "again")
    stage.pass_on("alice", "bob", "")
    stage.pass_on("bob", "alice", "good")
    stage.open("alice", old)


CONVERSATIONS: tuple[Callable[[Stage], None], ...] = (alternating, losses, resync)


def record(play: Callable[[Stage], None], random: Callable[[int], bytes]) -> dict[str, Any]:
    """The vector of a conversation that has not been before."""
    alice, bob = Recorder(random), Recorder(random)
    stage = Stage(alice, bob)
    play(stage)
    return _vector(play, stage, {"alice": alice.tape, "bob": bob.tape})


def replay(play: Callable[[Stage], None], tapes: dict[str, list[Draw]]) -> dict[str, Any]:
    """The same conversation once more. Raises UnaccountedError: the tapes are of another one."""
    keys = keys_on(*tapes.values())
    alice, bob = Player(tapes["alice"], keys), Player(tapes["bob"], keys)
    stage = Stage(alice, bob)
    play(stage)
    alice.finish()
    bob.finish()
    return _vector(play, stage, tapes)


def _vector(
    play: Callable[[Stage], None], stage: Stage, tapes: dict[str, list[Draw]]
) -> dict[str, Any]:
    return {
        "name": play.__name__,
        "says": (play.__doc__ or "").strip(),
        "now": NOW,
        "tapes": {name: [list(draw) for draw in tape] for name, tape in tapes.items()},
        "steps": stage.steps,
    }
