"""What passes before the relay's eyes: one line for each request, and the newest envelope.

The requests are those that the relay received, read as it reads them. A line says what the
relay learns from one, and no more.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from doorless_protocol.frames import (
    Acknowledge,
    AddPrekeys,
    Call,
    FetchBundle,
    Lookup,
    Register,
    Request,
    SignIn,
    Submit,
    Subscribe,
)
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, KIB

KEPT: Final = 50
"""Sights kept, the newest: what a screen can show, and a little more."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One request.

    Attributes:
        at: when it came, Unix seconds.
        line: what it tells the relay.
        envelope: of a Submit, what was to be kept.
        mailbox: of a Submit, for whom.
    """

    at: int
    line: str
    envelope: bytes = b""
    mailbox: bytes = b""


class Sights:
    """Collects them. `take` is what a stage calls `on_call`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.recent: deque[Sight] = deque(maxlen=KEPT)
        self.newest: Sight | None = None  # that brought an envelope
        self.count = 0

    def take(self, call: Call) -> None:
        line = seen_in(call.request)
        if not line:
            return
        self.count += 1
        sight = Sight(int(self._now()), line)
        if isinstance(call.request, Submit):
            request = call.request
            sight = Sight(sight.at, line, request.envelope, request.mailbox)
            self.newest = sight
        self.recent.append(sight)


def seen_in(request: Request) -> str:
    """What the relay learns from it; "" for what repeats what it knows."""
    match request:
        case Register(handle=handle):
            return f"a new account, handle {handle}"
        case SignIn(device=device):
            return f"device {short(device)} signs in"
        case AddPrekeys(pairs=pairs):
            return f"{len(pairs)} public one-time keys"
        case Subscribe():
            return "that device is listening now"
        case Lookup(handle=handle):
            return f"somebody asks who {shorten(handle)} is"
        case FetchBundle(device=device):
            return f"keys of device {short(device)} fetched"
        case Submit(mailbox=mailbox, envelope=envelope, token=token):
            first = len(envelope) == FIRST_CONTACT_SIZE
            kind = "" if token else ", from a stranger" if first else ", without a token"
            return f"{len(envelope) // KIB} KiB for mailbox {short(mailbox)}{kind}"
        case Acknowledge(ids=ids):
            return "fetched, then deleted" if len(ids) == 1 else f"{len(ids)} fetched, then deleted"
        case _:
            return ""


def short(identifier: bytes) -> str:
    """The first digits of an id, enough to recognise it."""
    return identifier.hex()[:8]


def shorten(handle: str) -> str:
    return handle if len(handle) <= 12 else f"{handle[:8]}…"


def hex_rows(data: bytes, width: int, rows: int) -> list[str]:
    """The first bytes, two digits each, in rows of at most so many columns."""
    each = max(1, (width + 1) // 3)
    pieces = (data[start : start + each] for start in range(0, len(data), each))
    return [piece.hex(" ") for piece, _ in zip(pieces, range(rows), strict=False)]


LEARNS: Final = (
    "that accounts alice and bob exist, and since which day",
    "the network address of each device, while it is connected",
    "when a device is connected, and when an envelope comes",
    "for which mailbox an envelope is, and in which of six sizes",
    "whether its sender holds the mailbox's delivery token: contact or stranger",
    "whose keys somebody asks for, and so who may be about to write to whom",
)
"""What stays exposed. It is said in the same size of type as what does not."""
