"""Which session of two devices sends, when there is more than one.

Both sides come to the same answer from what both can see, the sessions themselves: one that
was begun in knowledge of another replaces it; of those begun without knowing each other
(crossed, or equal numbers) the one that the lower device id began sends. The others go on
to receive for as long as an envelope may wait in a queue. Spec: docs/spec/03-handshake.md §6.4.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import CLOCK_SKEW
from doorless_protocol.session import Session

RECEIVE_ONLY_LIFE = 30 * 86400
"""Seconds: the longest that an envelope sealed in an older session waits at the relay."""


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
    """Whether `newer` was begun in knowledge of `older`."""
    return newer.known >= older.number


def settle(sessions: Sequence[Session], now: float) -> Settled:
    """Let one session of a pair of devices send, the others only receive, and old ones go."""
    sending = choose_sending(sessions)
    kept: list[Session] = []
    expired: list[Session] = []
    for session in sessions:
        if session is sending:
            kept.append(session if session.may_send else replace(session, receive_only_since=None))
        elif (since := session.receive_only_since) and now - since > RECEIVE_ONLY_LIFE:
            expired.append(session)
        else:
            kept.append(session.retire(now))
    return Settled(tuple(kept), tuple(expired))
