"""One client with one generator, and what somebody with a trapdoor reads of it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from doorless_lab.adversary import Adversary, arm
from doorless_lab.leakscan import draw_marker
from doorless_lab.pair import Talker
from doorless_lab.powers import NetObserve, RngDesign
from doorless_lab.products.mandated import weak_rng
from doorless_lab.products.mandated.dual_ec import Points, Trapdoor
from doorless_lab.sayings import written
from doorless_lab.scenario import Fact, Scene, Seat
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import Random

FIRST, LATER = 12, 6
"""Messages that Alice writes before Bob's first answer, and after it."""


@dataclass(frozen=True, slots=True)
class Attacker:
    """Somebody with a trapdoor: whose seat, and what he believes that the client does."""

    seat: Seat
    door: Trapdoor
    guess: weak_rng.Build = weak_rng.raw


@dataclass(frozen=True, slots=True)
class Wire:
    """What anybody on it sees: Bob's device as it shows itself, and every envelope of the two.

    Attributes:
        passed: whether it was Alice's, and the envelope; in order.
    """

    bob: weak_rng.Published
    passed: list[tuple[bool, bytes]] = field(default_factory=list[tuple[bool, bytes]])

    def carry(self, envelopes: Sequence[bytes], *, alices: bool) -> None:
        self.passed.extend((alices, each) for each in envelopes)


@dataclass(frozen=True, slots=True)
class Trial:
    """Attributes: computed: whether the thief's keys are the device's own."""

    nonce: bytes
    texts: tuple[str, ...]
    computed: bool
    key: bytes
    read: int
    read_later: int

    @property
    def facts(self) -> dict[str, Fact]:
        return {
            "messages": len(self.texts),
            "read": self.read,
            "messages after the answer": LATER,
            "read after the answer": self.read_later,
            "device key computed": self.computed,
        }


def tried(
    scene: Scene,
    points: Points,
    attacker: Attacker,
    generator: Callable[[], Random],
    client: weak_rng.Build = weak_rng.raw,
) -> Trial:
    """Alice writes to Bob, he answers, she goes on; the thief has the wire and his trapdoor.

    Args:
        generator: a new one for each device.
        client: what the client makes of its output.
    """
    now = scene.now
    alice, bob = (
        weak_rng.Installed.at(each, now, generator(), client) for each in ("alice", "bob")
    )
    markers = [draw_marker("text", scene.random) for _ in range(FIRST + LATER)]
    texts = tuple(written(number, each.text) for number, each in enumerate(markers))
    wire = Wire(bob.published)
    thief = arm(scene, attacker.seat, NetObserve(wire), RngDesign(attacker.door))
    _talk(scene, wire, alice, bob, texts)
    broken = _break_in(thief, points, attacker.guess, now)
    heard = [] if broken is None else _listen(thief, broken, now)
    read = [got == text.encode() for got, text in zip(heard, texts, strict=False)]
    key = b"" if broken is None else broken.device.us.device.identity
    computed = key == bob.device.us.device.identity
    return Trial(bob.nonce, texts[:FIRST], computed, key, sum(read[:FIRST]), sum(read[FIRST:]))


def _talk(
    scene: Scene,
    wire: Wire,
    alice: weak_rng.Installed,
    bob: weak_rng.Installed,
    texts: Sequence[str],
) -> None:
    now = scene.now
    session = alice.device.contact(bob.device, now, alice.random)
    hers = alice.device.talker(session, scene.random, now)
    first = [hers.says(text.encode()) for text in texts[:FIRST]]
    wire.carry(first, alices=True)
    accepted = bob.device.accept(bob.device.unseal(first[0]), now)
    his = bob.device.talker(accepted.session, bob.random, now)
    for envelope in first[1:]:
        his.hears(bob.device.unseal(envelope).message)
    answer = his.says(b"")
    wire.carry([answer], alices=False)
    hers.hears(answer)
    wire.carry([hers.says(text.encode()) for text in texts[FIRST:]], alices=True)


def _break_in(
    thief: Adversary, points: Points, guess: weak_rng.Build, now: int
) -> weak_rng.Broken | None:
    wire: Wire = thief.use(NetObserve).of
    return weak_rng.break_in(wire.bob, now, points, thief.use(RngDesign).of, guess)


def _listen(thief: Adversary, broken: weak_rng.Broken, now: int) -> list[bytes | None]:
    """What he reads of each of Alice's messages, in Bob's place; None: nothing."""
    listening, heard = _Listening(broken, now), list[bytes | None]()
    wire: Wire = thief.use(NetObserve).of
    for is_alices, envelope in wire.passed:
        if is_alices:
            heard.append(listening.opens(envelope))
        else:
            listening.answers_too()
    return heard


class _Listening:
    """The thief in Bob's place: he hears what Bob hears, and draws what Bob draws."""

    def __init__(self, broken: weak_rng.Broken, now: int) -> None:
        self._broken, self._now = broken, now
        self._his: Talker | None = None

    def opens(self, envelope: bytes) -> bytes | None:
        with suppress(DoorlessError):
            return self._open(envelope)
        return None

    def _open(self, envelope: bytes) -> bytes:
        if self._his is None:
            session, content = weak_rng.entered(self._broken, envelope, self._now)
            self._his = self._broken.device.talker(session, self._broken.random, self._now)
            return content
        if self._his.session.answered:
            return self._his.hears(envelope)
        return self._his.hears(self._broken.device.unseal(envelope).message)

    def answers_too(self) -> None:
        if self._his is not None:
            self._his.says(b"")
