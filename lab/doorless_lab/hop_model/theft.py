"""Who steals a state, and until when he can follow.

The thief has copies of one side's state or of both, everything that was ever on the wire, and
the functions of the product. He lets each copy hear each message in every order, tries every
seed that he holds, and zeros, on every ciphertext whose MAC tells him that he was right, and
keeps all the states that come of it: what follows from what he knows is in one of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from doorless_lab.hop_model.claims import PATIENCE
from doorless_lab.hop_model.explore import SIDES, Explored, World
from doorless_lab.hop_model.party import (
    IDENTITY,
    INITIATOR,
    RESPONDER,
    DisagreementError,
    Message,
    Party,
    hear,
    send,
)
from doorless_lab.hop_model.symbolic import (
    CIPHERTEXT_SIZE,
    Coins,
    SymbolicDecapsulationKey,
    SymbolicEncapsulationKey,
    table,
)
from doorless_protocol.errors import DoorlessError
from doorless_protocol.ratchet import hop
from doorless_protocol.ratchet.chain import Chain

VICTIMS = ((INITIATOR,), (RESPONDER,), SIDES)
NO_SEED = bytes(64)
"""What a party that draws nothing would take."""


class Loot(NamedTuple):
    """What was stolen, and the first epoch whose secret the thief can never have.

    Attributes:
        seeds: of KEM keys, in the copies or beside them in the device.
        seen: what was on the wire by then.
        locked: messages labelled above it are out of his reach, those up to it are not.
    """

    copies: frozenset[Party]
    seeds: tuple[bytes, ...]
    seen: frozenset[Message]
    locked: int


def steal(world: World, victims: tuple[int, ...]) -> Loot:
    copies = frozenset(world.parties[side] for side in victims)
    seeds = [copy.hop.key.raw for copy in copies if isinstance(copy.hop, hop.Offering)]
    if INITIATOR in victims:
        seeds.append(IDENTITY)
    return Loot(copies, tuple(seeds), world.wire, 1 + max(_known(party.hop) for party in copies))


def _known(state: hop.Hop) -> int:
    """The last epoch whose secret this state holds, or the seed to decapsulate it with."""
    holds = hop.Offering | hop.OfferingIdentity | hop.Answering
    return state.epoch if isinstance(state, holds) else state.epoch - 1


class Thief:
    """Follows one theft."""

    def __init__(self, loot: Loot) -> None:
        self._loot = loot
        self._after: dict[frozenset[Message], frozenset[Party]] = {}

    def states(self, wire: frozenset[Message]) -> frozenset[Party]:
        """All states that his copies can be in, after this wire in any order."""
        if wire not in self._after:
            reached, todo = set(self._loot.copies), list(self._loot.copies)
            while todo:
                copy = todo.pop()
                for follows in (
                    *_heard(copy, wire),
                    *_guessed(copy, wire, (*self._loot.seeds, NO_SEED)),
                ):
                    if follows not in reached:
                        reached.add(follows)
                        todo.append(follows)
            self._after[wire] = frozenset(reached)
        return self._after[wire]

    def keys(self, wire: frozenset[Message]) -> set[bytes]:
        """Message keys that he has: of every chain in every state of his."""
        chains = set()
        for party in self.states(wire):
            no_secret = party.epochs.add(party.hop.epoch, bytes(32))
            for epochs in (party.epochs, no_secret):
                chains |= {epochs.sending.key, epochs.receiving.key}
                chains |= {epochs.epoch.ready, epochs.epoch.coming} - {b""}
        return {Chain(key).step()[1] for key in chains}

    def check(self, found: Explored, world: World) -> None:
        """He reads what he must, and nothing under an epoch that was drawn after the theft."""
        keys = self.keys(world.wire)
        for message in world.wire:
            reads, may = message.key in keys, message.label <= self._loot.locked
            if reads and not may:
                raise found.fail("who stole a state is locked out by a fresh epoch", world)
            if may and not reads and message not in self._loot.seen:
                raise found.fail("until then he reads everything", world)
        self._check_planting(found, world)

    def _check_planting(self, found: Explored, world: World) -> None:
        """Locked out, he cannot plant a key or an answer, had he every message key."""
        for side in SIDES:
            party = world.parties[side]
            if party.hop.epoch <= self._loot.locked:
                continue
            for copy in self.states(world.wire):
                for field in _planted(copy.hop.auth, party.hop):
                    if _accepts(party.hop, field):
                        raise found.fail("who is locked out plants nothing", world)


def _heard(copy: Party, wire: frozenset[Message]) -> Iterator[Party]:
    for message in wire:
        try:
            yield hear(copy, message)
        except (DoorlessError, DisagreementError):
            continue


def _guessed(copy: Party, wire: frozenset[Message], seeds: tuple[bytes, ...]) -> Iterator[Party]:
    """Answers to the copy's epoch, opened with a seed that may be the right one."""
    epoch, auth = copy.hop.epoch, copy.hop.auth
    offers = [each.field for each in wire if each.label == epoch and each.field[0] == hop.EK]
    for answer in wire:
        if answer.label != epoch or answer.field[0] != hop.CT:
            continue
        ct = answer.field[1 : 1 + CIPHERTEXT_SIZE]
        for seed in seeds:
            key = SymbolicDecapsulationKey(seed)
            for ek in {key.public(), *(field[1:-32] for field in offers)}:
                follows, secret = auth.agree(epoch, key.decapsulate(ct), ek, ct)
                if follows.mac(epoch, answer.field[:-32]) == answer.field[-32:]:
                    epochs = copy.epochs.add(epoch, secret).speak()
                    yield Party(hop.Waiting(epoch + 1, follows), epochs)


def _planted(auth: hop.Auth, state: hop.Hop) -> Iterator[bytes]:
    """Fields that he would want `state` to take, under an authenticator of his."""
    coins = table.coins = Coins("thief")
    yield auth.field(hop.EK, state.epoch, SymbolicDecapsulationKey(coins.draw(64)).public())
    if isinstance(state, hop.Offering):
        ek = state.field[1:-32]
        shared, ct = SymbolicEncapsulationKey(ek).encapsulate()
        follows, _ = auth.agree(state.epoch, shared, ek, ct)
        yield follows.field(hop.CT, state.epoch, ct)


def _accepts(state: hop.Hop, field: bytes) -> bool:
    try:
        follows, _ = state.hear(state.epoch, field, IDENTITY)
    except DoorlessError:
        return False
    return follows != state


def until_locked_out(found: Explored, world: World, loot: Loot, first: int) -> int:
    """Messages of an honest exchange in turns, begun by `first`, until he reads neither side's.

    What was on the wire before is lost.
    """
    parties, last = list(world.parties), [0, 0]
    for count in range(1, 2 * PATIENCE + 1):
        side = (first + count - 1) & 1
        parties[side], message = send(side, parties[side])
        parties[1 - side] = hear(parties[1 - side], message)
        if message.label > loot.locked:
            last[side] = last[side] or count
        if all(last):
            return max(last)
    raise found.fail("an honest exchange locks a thief out from every world", world)
