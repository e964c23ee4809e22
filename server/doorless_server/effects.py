"""What a request leads to, beside its answer, on this connection and on others."""

from dataclasses import dataclass, field

from msgspec import Struct

from doorless_protocol.frames import Answered, CloseReason, Refusal, Refused
from doorless_server.peers import Peer
from doorless_server.store.base import Mail


@dataclass(frozen=True, slots=True)
class TakeOver:
    """This connection is the device's now; an older one of it is told and closed."""

    device: bytes


@dataclass(frozen=True, slots=True)
class PushFrom:
    """Push what waits in this mailbox, and what comes, to this connection."""

    mailbox: bytes


@dataclass(frozen=True, slots=True)
class CloseDevices:
    """Close the connections of these devices."""

    devices: tuple[bytes, ...]
    reason: CloseReason


class Arrived(Struct, frozen=True, gc=False):
    """A mail is stored, and can go to the connection that is pushed from this mailbox."""

    mailbox: bytes
    mail: Mail


Effect = TakeOver | PushFrom | CloseDevices | Arrived


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to give first, then the effects, in order; and the peer as it is from now on."""

    peer: Peer
    answered: Answered
    effects: tuple[Effect, ...] = field(default=())


def refused(reason: Refusal, retry_after: int = 0) -> Refused:
    return Refused(int(reason), retry_after)
