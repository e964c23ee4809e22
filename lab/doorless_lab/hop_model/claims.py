"""What must hold in every world, besides that honest steps go well."""

from collections.abc import Iterator

from doorless_lab.hop_model.explore import SIDES, Explored, World
from doorless_lab.hop_model.party import (
    NAMES,
    DisagreementError,
    Message,
    hear,
    send,
)
from doorless_protocol.errors import DoorlessError
from doorless_protocol.ratchet.hop import CT, EK, EMPTY, NOTHING, Answering

PATIENCE = 12
"""Messages of an honest exchange after which an epoch that has not advanced never will."""


def check_in_step(found: Explored, world: World) -> None:
    """The sides are never more than one epoch apart; each hears its own label or the one before."""
    ours, theirs = world.parties
    if abs(ours.hop.epoch - theirs.hop.epoch) > 1:
        raise found.fail("the two sides are at most one epoch apart", world)
    for party in world.parties:
        if party.hop.epoch - party.epochs.epoch.heard not in (0, 1):
            raise found.fail("the newest label heard is ours, or the one before", world)
        if bool(party.epochs.epoch.ready) != isinstance(party.hop, Answering):
            raise found.fail("a chain is ready exactly while the answer is out", world)


def until_the_epoch_advances(found: Explored, world: World, first: int) -> int:
    """Messages of an exchange in turns, begun by `first`, until both sides have moved on.

    What was on the wire before is lost.
    """
    parties, wanted = list(world.parties), world.label + 1
    for count in range(1, PATIENCE + 1):
        side = (first + count - 1) & 1
        try:
            parties[side], message = send(side, parties[side])
            parties[1 - side] = hear(parties[1 - side], message)
        except (DoorlessError, DisagreementError) as error:
            claim = "an honest exchange goes on from every world"
            raise found.fail(claim, world, f"message {count}: {error}") from None
        if min(party.hop.epoch for party in parties) >= wanted:
            return count
    raise found.fail("an honest exchange advances the epoch from every world", world)


def check_mangled(found: Explored, world: World) -> int:
    """Whoever holds a message key, but no key of the hop, can move no state by what he makes of it.

    He puts any field that he saw, of either side and any epoch and with any kind, into a message
    whose label he cannot choose: his message is refused, or does what an honest one would.

    Returns:
        how many messages of his were tried.
    """
    tried = 0
    for side in SIDES:
        before = world.parties[side]
        own = [message for message in sorted(world.wire) if message.sender != side]
        bare = {each.label: each._replace(field=EMPTY) for each in own}
        honest = {hear(before, message) for message in (*own, *bare.values())} | {before}
        for message in bare.values():
            for field in sorted(set(_mangled(world.wire))):
                tried += 1
                try:
                    after = hear(before, message._replace(field=field))
                except DoorlessError:
                    continue
                if after not in honest:
                    step = f"the {NAMES[side]} hears {message._replace(field=field)}, made up"
                    raise found.fail("nobody without the hop's keys moves a state", world, step)
    return tried


def _mangled(wire: frozenset[Message]) -> Iterator[bytes]:
    for message in wire:
        for kind in (NOTHING, EK, CT):
            yield bytes((kind,)) + message.field[1:]


def advances(found: Explored, world: World) -> int:
    """The most messages that it takes, whoever begins."""
    return max(until_the_epoch_advances(found, world, first) for first in SIDES)
