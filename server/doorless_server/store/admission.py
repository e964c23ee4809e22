"""May this envelope wait in that mailbox? One answer for every backend."""

from hmac import compare_digest

from msgspec import Struct

from doorless_server.limits import Bounds
from doorless_server.store.base import Fate


class Box(Struct, gc=False):
    """A mailbox as far as admission sees it.

    Attributes:
        previous_hash: of the delivery token before this one, empty where there was none.
        previous_until: the last day on which that one serves.
        waiting, size: envelopes that came with a token, and their bytes.
        requests: envelopes that came without.
    """

    token_hash: bytes
    previous_hash: bytes
    previous_until: int
    waiting: int = 0
    size: int = 0
    requests: int = 0

    def count(self, size: int, *, request: bool, sign: int = 1) -> None:
        """An envelope of `size` bytes came, or with a `sign` of -1 left."""
        if request:
            self.requests += sign
        else:
            self.waiting += sign
            self.size += sign * size


def opens(box: Box, token_hash: bytes, day: int) -> bool:
    """Did a contact send it? Takes as long for a wrong token as for a right one."""
    current = compare_digest(token_hash, box.token_hash)
    before = compare_digest(token_hash, box.previous_hash) and day <= box.previous_until
    return bool(token_hash) and (current or before)


def latest(before: int, day: int) -> int:
    """The day by which tokens are judged: a clock that is set back opens nothing again."""
    return max(before, day)


def refusal(box: Box, bounds: Bounds, size: int, *, request: bool) -> Fate | None:
    """Why it may not wait there; None when it may."""
    if request:
        return Fate.NO_ROOM if box.requests >= bounds.requests else None
    if box.waiting >= bounds.waiting or box.size + size > bounds.size:
        return Fate.FULL
    return None
