"""What one address, account or device may ask for how often: in memory alone, and never stored.

Each answers with the seconds to wait, 0 for none. Spec: docs/spec/07-relay.md §7.
"""

from doorless_protocol.frames import CloseAccount, PublishManifest, Register, Request
from doorless_server.clock import Elapsed
from doorless_server.limits import (
    LOG_ANSWERS,
    RECORDS,
    SIGN_INS,
    UNKNOWN_LOOKUPS,
    UNPROVEN,
    Buckets,
    TokenBucket,
)

_CHANGES = (Register, PublishManifest, CloseAccount)


class Rates:
    """
    Args:
        logged: whether there is a key log, whose answers and records are dear.
    """

    def __init__(self, *, logged: bool, elapsed: Elapsed | None) -> None:
        self._is_logged = logged
        self._unknown = Buckets(UNKNOWN_LOOKUPS, elapsed=elapsed)
        self._answers = Buckets(LOG_ANSWERS, elapsed=elapsed)
        self._records = Buckets(RECORDS, elapsed=elapsed)
        self._unproven = Buckets(UNPROVEN, elapsed=elapsed)
        self._sign_ins = Buckets(SIGN_INS, elapsed=elapsed)

    def of_misses(self, source: str, now: int) -> TokenBucket:
        """Lookups of nobody that this address may still ask for."""
        return self._unknown.of(source, now)

    def unproven(self, source: str, now: int) -> TokenBucket:
        """Signatures that may be checked for this address; given back by who proves to be ours."""
        return self._unproven.of(source, now)

    def log_answer(self, source: str, now: int) -> int:
        """For one more answer of the key log to this address."""
        return self._answers.of(source, now).take(now) if self._is_logged else 0

    def record(self, account: bytes, request: Request, now: int) -> int:
        """For one more change of this account, where the request is one."""
        if not self._is_logged or not isinstance(request, _CHANGES):
            return 0
        return self._records.of(account, now).take(now)

    def sign_in(self, device: bytes, now: int) -> int:
        """For one more connection that takes the device over from another one."""
        return self._sign_ins.of(device, now).take(now)
