"""Which session of two devices sends. docs/spec/03-handshake.md §6.4."""

from dataclasses import dataclass

from specpeer.handshake import RESYNC, START

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
    return newer.known >= older.number or (
        newer.number > older.number and not may_have_crossed(newer, older)
    )


def may_have_crossed(newer: Begun, older: Begun) -> bool:
    resync_after_start = newer.kind == RESYNC and older.kind == START
    close = newer.number - older.number < CROSSED
    return newer.device != older.device and close and not resync_after_start


def sending(sessions: list[Begun]) -> Begun:
    left = [one for one in sessions if not any(replaces(other, one) for other in sessions)]
    return min(left, key=lambda one: (one.device, -one.number, one.id))


def receiving(sessions: list[Begun]) -> list[Begun]:
    """Those of the others that are kept."""
    others = [one for one in sessions if one is not sending(sessions)]
    others.sort(key=lambda one: (not one.confirmed, -one.number, one.id))
    return others[:MOST_RECEIVING]
