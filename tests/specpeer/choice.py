"""Which session of two devices sends. docs/spec/03-handshake.md §6.4."""

from dataclasses import dataclass

from specpeer.handshake import RESYNC

CROSSED = 600_000  # ms
MOST_RECEIVING = 5


@dataclass(frozen=True)
class Begun:
    """What both sides see of a session."""

    id: bytes
    kind: int
    number: int
    known: int
    device: bytes  # that began it
    confirmed: bool = False


def replaces(newer: Begun, older: Begun) -> bool:
    if newer.known >= older.number:
        return True
    if newer.number <= older.number:
        return False
    if newer.kind == RESYNC and older.kind != RESYNC:
        return True
    return newer.number - older.number >= CROSSED or newer.device == older.device


def sending(sessions: list[Begun]) -> Begun:
    left = [one for one in sessions if not any(replaces(other, one) for other in sessions)]
    return min(left, key=lambda one: (one.device, -one.number, one.id))


def receiving(sessions: list[Begun]) -> list[Begun]:
    """Those of the others that are kept."""
    others = [one for one in sessions if one is not sending(sessions)]
    others.sort(key=lambda one: (not one.confirmed, -one.number, one.id))
    return others[:MOST_RECEIVING]
