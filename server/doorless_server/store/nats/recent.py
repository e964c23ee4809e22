"""What was acknowledged a moment ago: a server that is a moment behind still shows it."""

from collections import OrderedDict

MAX_RECENT = 20_000
"""Envelopes, about 4 MB: a second of a busy cluster, whose servers are some ms apart."""


class Recent:
    def __init__(self) -> None:
        self._held: OrderedDict[tuple[bytes, bytes], int] = OrderedDict()

    def add(self, mailbox: bytes, envelope_id: bytes, position: int) -> None:
        self._held[mailbox, envelope_id] = position
        if len(self._held) > MAX_RECENT:
            self._held.popitem(last=False)

    def has(self, mailbox: bytes, envelope_id: bytes, position: int) -> bool:
        """Whether it was acknowledged; of the same id, what lies further on was stored later."""
        return position <= self._held.get((mailbox, envelope_id), 0)
