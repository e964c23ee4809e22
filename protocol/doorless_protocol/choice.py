"""Which session of two devices sends, when there is more than one.

Both sides come to the same answer from what both can see, the sessions themselves: one that
was begun in knowledge of another, or because its device cannot go on with another, replaces
it; of those begun without knowing each other (crossed, or equal numbers) the one that the
lower device id began sends. The others go on to receive for as long as an envelope may wait in
a queue, some of them at most. Spec: docs/spec/03-handshake.md §6.4.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from doorless_protocol.errors import MalformedError
from doorless_protocol.handshake import Kind
from doorless_protocol.manifest import CLOCK_SKEW
from doorless_protocol.session import Session

RECEIVE_ONLY_LIFE = 30 * 86400
"""Seconds: the longest that an envelope sealed in an older session waits at the relay."""

MAX_RECEIVE_ONLY = 5
"""Sessions of one pair of devices that only receive: each is tried on every envelope. Sesame
keeps 40; here a replacement needs a loss, or an attack."""

CLASH_WINDOW = 600_000
"""Milliseconds between two resyncs of one device at least, so the sessions of two devices that
lie closer crossed each other."""


class Settled(NamedTuple):
    """The sessions as they are to be kept, and those to be deleted."""

    sessions: tuple[Session, ...]
    expired: tuple[Session, ...]


def next_number(known: int, now: float) -> int:
    """The number of a session begun now. Unix milliseconds, but above every known one."""
    return max(known + 1, int(now * 1000))


def check_number(number: int, now: float) -> None:
    """Raises MalformedError: a number so far ahead that it would outlast honest ones."""
    if number > (now + CLOCK_SKEW) * 1000:
        raise MalformedError("session number more than a day ahead")


def choose_sending(sessions: Sequence[Session]) -> Session | None:
    """The session, of those of one pair of devices, that both sides send in."""
    current = [one for one in sessions if not any(replaces(other, one) for other in sessions)]
    if not current:
        return None
    return min(current, key=lambda one: (one.initiating_device, -one.number, one.id))


def replaces(newer: Session, older: Session) -> bool:
    """Whether `newer` was begun in knowledge of `older`, or in spite of it."""
    return newer.known >= older.number or forgets(newer, older)


def forgets(newer: Session, older: Session) -> bool:
    """Whether the device that began `newer` cannot go on with `older`, which it does not know.

    A device that lost its memory knows of no session; only the number tells that it had one.
    Two that were begun within CLASH_WINDOW may as well have crossed, unless one device began
    both, or only `newer` says that there was something before it.
    """
    if newer.number <= older.number:
        return False
    if newer.kind is Kind.RESYNC and older.kind is Kind.START:
        return True
    crossed = newer.number - older.number < CLASH_WINDOW
    return not crossed or newer.initiating_device == older.initiating_device


def settle(sessions: Sequence[Session], now: float, floor: int = 0) -> Settled:
    """Let one session of a pair of devices send, a few others only receive, and the rest go.

    Args:
        floor: sessions up to this number never send again, whatever the rest is.
    """
    sending = choose_sending([session for session in sessions if session.number > floor])
    retired = [session.retire(now) for session in sessions if session is not sending]
    archived = keep_receiving([one for one in retired if not is_over(one, now)])
    kept = list(archived)
    if sending is not None:
        may_send = sending if sending.may_send else replace(sending, receive_only_since=None)
        kept.append(may_send)
    ids = {session.id for session in kept}
    return Settled(tuple(kept), tuple(one for one in sessions if one.id not in ids))


def is_over(session: Session, now: float) -> bool:
    """Whether nothing sealed in this session can wait anywhere any more."""
    since = session.receive_only_since
    return since is not None and now - since > RECEIVE_ONLY_LIFE


def keep_receiving(archived: Sequence[Session]) -> Sequence[Session]:
    """MAX_RECEIVE_ONLY of these: the confirmed first, as nobody makes those up, then the newest."""
    ranked = sorted(archived, key=lambda one: (not one.confirmed, -one.number, one.id))
    return ranked[:MAX_RECEIVE_ONLY]
