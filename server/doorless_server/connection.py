"""One connection: who is on it, what it waits for, and by when.

Spec: docs/spec/07-relay.md §2, §5.4.
"""

from dataclasses import dataclass

from websockets.frames import CloseCode

from doorless_protocol.frames import Answer as AnswerFrame
from doorless_protocol.frames import Answered, Call, CloseReason, Closing, Deliver, encode
from doorless_server.delivery import Window
from doorless_server.limits import LEAST_READ_BYTES, PIECES, REQUESTS, SUBMITS, TokenBucket
from doorless_server.peers import Anonymous, Peer, SignedIn
from doorless_server.store.base import Mail
from doorless_server.websocket import WebSocket

EARLY = 0.8
"""Of the time that a half-open connection has, what passes before it is ended: on a busy machine
it waited to be accepted, and its end waits as well."""

CLOSE_CODES = {
    CloseReason.REPLACED: CloseCode.NORMAL_CLOSURE,
    CloseReason.GOING_AWAY: CloseCode.GOING_AWAY,
    CloseReason.TOO_SLOW: CloseCode.POLICY_VIOLATION,
    CloseReason.NOT_IN_TIME: CloseCode.POLICY_VIOLATION,
    CloseReason.MALFORMED: CloseCode.PROTOCOL_ERROR,
    CloseReason.REVOKED: CloseCode.POLICY_VIOLATION,
}


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds until the relay stops waiting.

    Attributes:
        open: for the WebSocket handshake; a slow line takes two.
        first: then for the first request or sign-in: a signature takes milliseconds.
        ping: of silence before a ping, and again before the connection counts as dead.
        slow: for a peer that does not read what was written to it.
        drain: for everybody, when the relay stops; then it has 2 s for its files.
        tick: between two looks at the clock.
        watch: the same, for who has said nothing sensible yet.
    """

    open: float = 10.0
    first: float = 5.0
    ping: float = 20.0
    slow: float = 30.0
    drain: float = 8.0
    tick: float = 1.0
    watch: float = 0.25


class Connection:
    """What the listener remembers of one socket."""

    __slots__ = (
        "_timing",
        "accepted",
        "device",
        "ended_for",
        "opened",
        "peer",
        "pending",
        "pieces",
        "pinged",
        "quiet_since",
        "reading",
        "requests",
        "socket",
        "stuck_since",
        "submits",
        "taken_then",
        "window",
        "working",
    )

    def __init__(self, socket: WebSocket, timing: Timing, accepted: float) -> None:
        self.socket, self._timing = socket, timing
        self.accepted = self.quiet_since = accepted
        self.opened: float | None = None
        self.stuck_since: float | None = None
        self.taken_then = 0  # when that began
        self.ended_for: CloseReason | None = None  # None: it went by itself, or was cut off
        self.pinged = False
        self.peer: Peer | None = None  # None until the handshake is done
        self.requests: TokenBucket | None = None  # made when first needed: most stay idle
        self.submits: TokenBucket | None = None
        self.pieces: TokenBucket | None = None
        self.pending: list[Call] = []  # few, and mostly none: an empty deque is ten times as large
        self.working = False  # through `pending`
        self.device: bytes | None = None  # whose connection it is, where a manifest lists it
        self.window: Window | None = None
        self.reading = False  # for `window`

    @property
    def half_open(self) -> bool:
        """Nobody has said anything sensible on it yet."""
        return not isinstance(self.peer, Anonymous | SignedIn)

    def answer(self, call_id: int, answered: Answered) -> None:
        self.socket.queue(encode(AnswerFrame(call_id, answered)))

    def deliver(self, mail: Mail) -> None:
        self.socket.queue(encode(Deliver(mail.id, mail.envelope)))

    def end(self, reason: CloseReason) -> None:
        if self.ended_for is None:
            self.ended_for = reason
        self.socket.queue(encode(Closing(int(reason))))
        self.socket.end(CLOSE_CODES[reason])

    def request_wait(self, now: float, cost: float = 1) -> int:
        """Seconds until one more request is welcome, 0 for now."""
        if self.requests is None:
            self.requests = TokenBucket(REQUESTS, now)
        return self.requests.take(now, cost)

    def piece_wait(self, now: float) -> int:
        """The same, for one more piece of a file."""
        if self.pieces is None:
            self.pieces = TokenBucket(PIECES, now)
        return self.pieces.take(now)

    def submit_wait(self, now: float, units: float) -> int:
        if self.submits is None:
            self.submits = TokenBucket(SUBMITS, now)
        return self.submits.take(now, units)

    def check_half_open(self, now: float) -> None:
        """End it so early that it is gone, and not only told, when its time is over."""
        timing = self._timing
        if self.opened is None:
            if is_over(now - self.accepted, EARLY * timing.open):
                self.socket.abort()
        elif self.socket.ended:
            self.socket.abort()  # it was told, and stays
        elif is_over(now - self.opened, EARLY * timing.first - timing.watch):
            self.end(CloseReason.NOT_IN_TIME)

    def check(self, now: float) -> None:
        """End it if it reads nothing, ask whether it lives if it is quiet."""
        if self.socket.buffered:
            self._check_stuck(now)
        else:
            self.stuck_since = None
            self._check_quiet(now)

    def _check_stuck(self, now: float) -> None:
        """Something waits for it to read: it has to read some of it, and then some more."""
        taken = self.socket.taken
        if self.stuck_since is None or taken - self.taken_then >= LEAST_READ_BYTES:
            self.stuck_since, self.taken_then = now, taken
        elif now - self.stuck_since > self._timing.slow:
            self.end(CloseReason.TOO_SLOW)
            self.socket.abort()

    def _check_quiet(self, now: float) -> None:
        if self.socket.heard:
            self.socket.heard, self.pinged, self.quiet_since = False, False, now
        elif now - self.quiet_since > self._timing.ping:
            if self.pinged:
                self.socket.abort()
            else:
                self.pinged, self.quiet_since = True, now
                self.socket.ping()


def is_over(waited: float, patience: float) -> bool:
    return waited > patience
