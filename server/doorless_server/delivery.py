"""What is pushed to one device, and when to read more from the store.

    LEVEL   all that waits was pushed: what arrives is pushed at once
    BEHIND  more waits than was pushed: it is read from the store as there is room

Order comes from positions alone, so nothing depends on which of a commit and a reading is
heard of first. Spec: docs/spec/07-relay.md §3.6.
"""

from collections.abc import Iterable, Sequence

from doorless_server.limits import PUSHED_BYTES, PUSHED_ENVELOPES
from doorless_server.store.base import Mail, Position

NOTHING = Position(0)
"""Before all positions."""


class Window:
    """The envelopes that a device was sent and has not acknowledged."""

    __slots__ = ("_behind", "_newest", "_pushed", "_size", "_unacknowledged", "mailbox")

    def __init__(self, mailbox: bytes) -> None:
        self.mailbox = mailbox
        self._unacknowledged: dict[bytes, int] = {}  # id to bytes
        self._size = 0
        self._pushed = self._newest = NOTHING
        self._behind = True

    @property
    def after(self) -> Position:
        """The last position that was pushed."""
        return self._pushed

    @property
    def newest(self) -> Position:
        """The last position that was heard of."""
        return self._newest

    def room(self) -> tuple[int, int]:
        """How many envelopes, and bytes, may be pushed now."""
        return PUSHED_ENVELOPES - len(self._unacknowledged), PUSHED_BYTES - self._size

    def wants_reading(self) -> bool:
        count, size = self.room()
        return self._behind and count > 0 and size > 0

    def arrived(self, mail: Mail, *, writable: bool) -> bool:
        """A mail was stored. Returns whether to push it now; else it is read later."""
        position, size = mail.position, len(mail.envelope)
        if position <= self._pushed:
            return False
        if position > self._newest:
            self._newest = position
        if (
            self._behind
            or not writable
            or len(self._unacknowledged) >= PUSHED_ENVELOPES
            or self._size + size > PUSHED_BYTES
        ):
            self._behind = True
            return False
        self._pushed = position
        self._unacknowledged[mail.id] = size
        self._size += size
        return True

    def wake(self, position: Position | None) -> None:
        """Something was stored, at a position or perhaps unheard of, and is to be read."""
        if position is None:
            self._behind = True
        elif position > self._pushed:
            self._newest = max(self._newest, position)
            self._behind = True

    def read(self, mails: Sequence[Mail], newest: Position = NOTHING) -> None:
        """These, the oldest behind `after`, came from the store and are pushed now.

        Args:
            newest: as of when they were asked for; what is not among them up to there is gone.
        """
        for mail in mails:
            self._push(mail)
        self._behind = bool(mails) or self._newest > max(self._pushed, newest)

    def acknowledged(self, ids: Iterable[bytes]) -> None:
        for envelope_id in ids:
            self._size -= self._unacknowledged.pop(envelope_id, 0)

    def _push(self, mail: Mail) -> None:
        self._pushed = mail.position
        self._unacknowledged[mail.id] = len(mail.envelope)
        self._size += len(mail.envelope)
