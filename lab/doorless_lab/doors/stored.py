"""A conversation whose every message the law had kept, with its key sealed to the authorities."""

from collections.abc import Iterable
from dataclasses import dataclass

from doorless_lab.doors.program import Program
from doorless_lab.doors.recorded import Pair
from doorless_lab.leakscan import Marker
from doorless_lab.products.mandated import escrow
from doorless_lab.products.mandated.escrow import Half, Sent
from doorless_lab.scenario import Scene
from doorless_protocol.primitives import XWingPrivate


@dataclass(frozen=True, slots=True)
class Stored:
    """What the operator had to keep, and the escrow key in its two halves, at two agents.

    Attributes:
        sent: each envelope with its escrow field beside it, as they lie at the operator's.
    """

    markers: tuple[Marker, ...]
    sent: tuple[Sent, ...]
    halves: tuple[Half, Half]


def stored(scene: Scene, messages: int) -> Stored:
    first, second, public = escrow.draw(scene.random)
    build = escrow.Build(public, scene.random(32))
    corpus = Pair(0, scene.now, scene.random, Program(build)).talk(messages)
    return Stored(
        tuple(Marker(f"message {at}", one.marker.value) for at, one in enumerate(corpus, start=1)),
        tuple(one.sent for one in corpus),
        (first, second),
    )


def opened(key: XWingPrivate, sent: Iterable[Sent]) -> tuple[bytes, ...]:
    """What is read of it, once both halves of the key are joined."""
    return tuple(escrow.open_with(key, one) for one in sent)


def as_kept(sent: Iterable[Sent]) -> bytes:
    """All of it, as it lies at the operator's."""
    return b"".join(one.envelope + one.escrowed for one in sent)
