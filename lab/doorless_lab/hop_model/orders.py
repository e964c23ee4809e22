"""Every order of a few messages through the whole ratchets, encryption and all.

explore.py leaves the Double Ratchet out and exhausts the hop. Here nothing is left out but the
lattice (symbolic.py), so the number of steps is bounded: a step is a message that one side
seals, or one that a side opens, of those on their way, in whatever order. A message that is not
opened within the bound is lost, or very late. A side's state follows from its own steps alone,
so orders that differ only in which side was first are one order.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from doorless_lab.hop_model.explore import SIDES, BrokenClaimError
from doorless_lab.hop_model.party import IDENTITY, NAMES
from doorless_lab.hop_model.symbolic import Coins, SymbolicDecapsulationKey, table
from doorless_protocol.errors import DoorlessError, ForgedError, ReplayedError
from doorless_protocol.primitives import AgreementKey, Kem768Public
from doorless_protocol.ratchet.triple import Seeds, Triple

SEAL = -1
FORTH, BACK = b"forth".ljust(65), b"back".ljust(65)

PHASES = 6
"""Messages in turns that lead the hop once around: each side owns an epoch."""


class End(NamedTuple):
    """One side after its steps: SEAL, or the place of the message of the other that it opened."""

    state: Triple
    steps: tuple[int, ...] = ()
    sent: tuple[bytes, ...] = ()


Ends = tuple[End, End]


def begin() -> Ends:
    coins = Coins("handshake")
    seeds, prekey = Seeds.split(coins.draw(160)), AgreementKey(coins.draw(32))
    public = Kem768Public(SymbolicDecapsulationKey(IDENTITY).public())
    alice = Triple.start(seeds, prekey.public(), FORTH, BACK, coins.draw)
    return End(alice), End(Triple.accept(seeds, prekey, public, BACK, FORTH))


def step(ends: Ends, side: int, action: int) -> Ends:
    """Seal, or open a message of the other side.

    Raises:
        BrokenClaimError: an honest message is refused, is another one, or opens twice.
    """
    ours, theirs = ends[side], ends[1 - side]
    if action == SEAL:
        coins = table.coins = Coins(f"{NAMES[side]} {ours.steps}")
        state, envelope = ours.state.seal(_content(side, len(ours.sent)), coins.draw)
        end = End(state, (*ours.steps, SEAL), (*ours.sent, envelope))
    else:
        envelope = theirs.sent[action]
        state = _open_once(ours.state, envelope, _content(1 - side, action))
        end = End(state, (*ours.steps, action), ours.sent)
    return (end, theirs) if side == 0 else (theirs, end)


def _content(side: int, place: int) -> bytes:
    return f"{place} of the {NAMES[side]}".encode()


def _open_once(state: Triple, envelope: bytes, content: bytes) -> Triple:
    try:
        follows, opened = state.open(envelope, 0, IDENTITY)
    except DoorlessError as error:
        raise BrokenClaimError(f"every honest message opens, in any order ({error})") from None
    if opened != content:
        raise BrokenClaimError("a message opens as what was sent")
    try:
        follows.open(envelope, 0, IDENTITY)
    except (ReplayedError, ForgedError):
        return follows
    except DoorlessError as error:
        raise BrokenClaimError(f"a message that comes again is a replay ({error})") from None
    raise BrokenClaimError("no message opens twice")


def explore_orders(phase: int, steps: int) -> int:
    """Visit every order of so many steps, after `phase` messages in turns; count the states.

    Raises:
        BrokenClaimError: with the steps that lead there.
    """
    ends = begin()
    for at in range(phase):
        ends = step(step(ends, at & 1, SEAL), 1 - (at & 1), len(ends[at & 1].sent))
    start = len(ends[0].steps) + len(ends[1].steps)
    seen, todo = {_name(ends)}, deque([ends])
    while todo:
        ends = todo.popleft()
        if len(ends[0].steps) + len(ends[1].steps) == start + steps:
            check_goes_on(ends)
            continue
        for side, action in actions(ends):
            try:
                follows = step(ends, side, action)
            except BrokenClaimError as broken:
                told = (*_told(ends), _says(side, action))
                raise BrokenClaimError(broken.claim, told) from None
            if _name(follows) not in seen:
                seen.add(_name(follows))
                todo.append(follows)
    return len(seen)


def actions(ends: Ends) -> Iterator[tuple[int, int]]:
    for side in SIDES:
        ours, theirs = ends[side], ends[1 - side]
        if side == 0 or any(action != SEAL for action in ours.steps):
            yield side, SEAL  # who was written to cannot speak before he heard
        for place in range(len(theirs.sent)):
            if place not in ours.steps:
                yield side, place


def check_goes_on(ends: Ends) -> None:
    """Whatever is still on its way opens now, and an exchange in turns advances the epoch.

    Raises:
        BrokenClaimError.
    """
    try:
        for side in SIDES:
            for place in range(len(ends[1 - side].sent)):
                if place not in ends[side].steps:
                    ends = step(ends, side, place)
        label = max(end.state.hop.epoch for end in ends)
        for at in range(PHASES):
            ends = step(step(ends, at & 1, SEAL), 1 - (at & 1), len(ends[at & 1].sent))
    except BrokenClaimError as broken:
        raise BrokenClaimError(broken.claim, _told(ends)) from None
    if min(end.state.hop.epoch for end in ends) <= label:
        raise BrokenClaimError("an honest exchange advances the epoch", _told(ends))


def _name(ends: Ends) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return ends[0].steps, ends[1].steps


def _says(side: int, action: int) -> str:
    other = NAMES[1 - side]
    done = "sends" if action == SEAL else f"opens message {action} of the {other}"
    return f"the {NAMES[side]} {done}"


def _told(ends: Ends) -> tuple[str, ...]:
    """Each side's own steps; between the sides they stand in any order that can be."""
    return tuple(_says(side, action) for side in SIDES for action in ends[side].steps)
