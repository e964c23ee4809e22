"""What the relay bounds, each with its unit and its reason, and the buckets that meter it.

Nothing here reads a clock: `now` is an argument, in seconds. Spec: docs/spec/07-relay.md §7.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from doorless_protocol.frames import MAX_FRAME_BYTES
from doorless_protocol.prekeys import PREKEY_BATCH

KIB, MIB = 1024, 1024 * 1024
HOUR, DAY = 3600, 24 * 3600

# --- on a connection -------------------------------------------------------------------------

MAX_MESSAGE_BYTES = MAX_FRAME_BYTES
"""Bytes of one WebSocket message: no frame is larger, so nothing larger is ever buffered."""

MAX_FRAGMENTS = 32
"""Pieces of one WebSocket message. A proxy may cut; nobody honest cuts 68 KiB into more."""

MAX_OPEN_REQUESTS = 64
"""Requests of one connection that wait for an answer; honest clients wait for a few."""

MAX_OPEN_PIECES = 4
"""Of these, requests with a piece of a file in them or in their answer: 256 KiB."""

MAX_HALF_OPEN = 32
"""Connections of one address that have not said who they are. Held in memory only."""

CHALLENGE_LIFE = 30
"""Seconds in which a challenge can be answered: a slow signature, not a stolen one."""

PUSHED_ENVELOPES, PUSHED_BYTES = 512, MIB
"""Envelopes, and bytes, pushed to a device and not acknowledged: two Acknowledges' worth, so that
the next ones are there, and are opened, while a device stores those before them."""

WRITE_BUFFER_BYTES = MIB
"""Bytes buffered for a peer that does not read, before nothing more is written to it."""

LEAST_READ_BYTES = 32 * KIB
"""Bytes that a peer for whom some are buffered takes in `Timing.slow` seconds: 1 kB/s, a tenth of
the slowest line that anybody talks over."""

# --- over all connections --------------------------------------------------------------------

PENDING_BYTES = 64 * MIB
"""Bytes of envelopes on their way to the disk; beyond it new ones are told to come later."""

LOG_BYTES = 64 * MIB
"""Bytes of the write-ahead log, which a process that reads and does not end keeps from beginning
again; before there are so many, new envelopes are told to come later."""

BACKUP_LOG_BYTES = 2048 * MIB
"""The same while a backup is made, which ends by itself: a minute of a busy relay."""

LOG_RESERVE = 8 * MIB
"""Bytes of it that are left to deletions when no new envelope is taken any more."""

DELETIONS = 32 * MIB
"""Bytes of the disk by which the log may always grow: many deletions in one transaction."""

FILES_LOG_BYTES = 32 * MIB
"""To which the write-ahead log of files grows by itself: twice what is folded back at once."""

MAIL_MARGIN, FILES_MARGIN = 32 * MIB, 96 * MIB
"""Bytes of the disk that new envelopes, and files, which yield first, leave beside what deleting
needs: so much is free when all was deleted, and then there is room for new ones."""

LEAST_DISK = 1024 * MIB
"""Bytes of a disk on which room for deletions is kept free: of a smaller one it would be much."""

# --- in the store ----------------------------------------------------------------------------

ENVELOPE_HOURS = 30 * 24
"""Hours an envelope waits. Longer than a holiday; the senders' keys live as long."""

RECEIPT_HOURS = 24
"""Hours after delivery in which a repeated submit is recognised: a sender's retries."""

MAX_RECEIPTS = 1_000_000
"""Deliveries remembered, up to 180 MB; the oldest go first. A relay that delivers more in a day
recognises repeated submits for less than a day; the recipient's device knows them anyway."""

TOKEN_OVERLAP_DAYS = 1
"""Days in which the delivery token before the newest still opens: contacts learn the new one."""

RELEASED_DAYS = 400
"""Days after an account was closed in which nobody gets its handle, or one that looks like it: as
long as the key log keeps anchors, so that who was away sees the one go before the other comes."""

MAX_PAIRS = PREKEY_BATCH
"""One-time pairs of one bundle: what clients upload, 162 kB."""

# --- rates -----------------------------------------------------------------------------------

REFUSED_RETRY = 600
"""Seconds after which a submit that found no room is worth repeating: a person reads mail."""

OVERLOAD_RETRY = 2
"""Seconds to stay away when the relay itself is behind: some hundred commits."""

LATER_RETRY = 1
"""Seconds to stay away when one envelope's part of a cluster has no leader: elected in 4 to 10."""

MAX_BUCKETS = 100_000
"""Buckets kept for targets and addresses, about 20 MB; the one used longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket holds `burst` tokens and gains `per_second`."""

    burst: float
    per_second: float


REQUESTS = Rate(burst=500, per_second=50)
"""Requests of one connection, submits apart: an upload of prekeys takes six."""

PIECES = Rate(burst=2_000, per_second=200)
"""Requests with a piece of a file, of one connection: the largest file at once, then 13 MB/s."""

SUBMITS = Rate(burst=4_000, per_second=1_000)
"""Kept 2-KiB units of one anonymous connection: a message to a full group takes 384 at once."""

PREKEY_FETCHES = Rate(burst=6, per_second=1 / 600)
"""One-time pairs of one device: nobody can drain a batch in less than half a day."""

ADDRESS_FETCHES = Rate(burst=300, per_second=1 / 10)
"""One-time pairs for one address: a class behind one address, and not everybody's batches."""

UNKNOWN_LOOKUPS = Rate(burst=100, per_second=1 / 900)
"""Lookups by one address of handles that do not exist: a typo is free, a census is not."""

LOG_ANSWERS = Rate(burst=1_000, per_second=10)
"""Answers of the key log to one address, some ms of work each: a class behind one address."""

UNPROVEN = Rate(burst=MAX_HALF_OPEN, per_second=10)
"""Signatures that are checked for one address and do not turn out to be of a device of ours; as
many at once as it has half-open connections. Each is some 0.3 ms of work."""

SIGN_INS = Rate(burst=100, per_second=2)
"""Of one device: each takes it over from the connection before. Scripts sign in once a command;
two copies that drive each other out would do so as fast as they can."""

RECORDS = Rate(burst=20, per_second=1 / 1_800)
"""Changes of one account, which the key log keeps for ever: an afternoon of linking devices."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one mailbox may hold.

    Attributes:
        waiting: envelopes that came with the delivery token; a month of a busy conversation.
        size: their bytes.
        requests: envelopes that came without; what a person looks through.
    """

    waiting: int = 2_000
    size: int = 64 * MIB
    requests: int = 20


class TokenBucket:
    """Meters one thing. A clock that runs backwards gives nothing, and takes nothing.

    Args:
        elapsed: a clock that nobody sets, by which it is metered; where there is none, by `now`.
    """

    __slots__ = ("_at", "_elapsed", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float, elapsed: Callable[[], float] | None = None) -> None:
        self._rate, self._tokens, self._elapsed = rate, rate.burst, elapsed
        self._at = now if elapsed is None else elapsed()

    def wait(self, now: float, cost: float = 1) -> int:
        """Seconds until `cost` tokens are there, 0 if they are. Takes nothing."""
        if self._elapsed is not None:
            now = self._elapsed()
        if now > self._at:
            gained = (now - self._at) * self._rate.per_second
            self._tokens = min(self._rate.burst, self._tokens + gained)
            self._at = now
        if self._tokens >= cost:
            return 0
        return int((cost - self._tokens) / self._rate.per_second) + 1

    def take(self, now: float, cost: float = 1) -> int:
        """Take `cost` tokens and return 0; or take nothing and return the seconds to wait."""
        seconds = self.wait(now, cost)
        if not seconds:
            self._tokens -= cost
        return seconds

    def give_back(self, cost: float = 1) -> None:
        """What was taken was not what is metered."""
        self._tokens = min(self._rate.burst, self._tokens + cost)


class Buckets:
    """A bucket for each key, the least recently used forgotten beyond MAX_BUCKETS."""

    def __init__(
        self,
        rate: Rate,
        at_most: int = MAX_BUCKETS,
        *,
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self._rate, self._at_most, self._elapsed = rate, at_most, elapsed
        self._held: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def of(self, key: Hashable, now: float) -> TokenBucket:
        bucket = self._held.get(key)
        if bucket is None:
            bucket = self._held[key] = TokenBucket(self._rate, now, self._elapsed)
            if len(self._held) > self._at_most:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(key)
        return bucket
