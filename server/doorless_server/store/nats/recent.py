"""What was acknowledged a moment ago: a server that is a moment behind still shows it."""

from collections import OrderedDict

MAX_RECENT = 20_000
"""Envelopes, about 4 MB: a second of a busy cluster, whose servers are some ms apart."""


class Recent:
    def __init__(self) -> None:
        self._held: OrderedDict[tuple[bytes, bytes], None] = OrderedDict()

    def add(self, mailbox: bytes, envelope_id: bytes) -> None:
        self._held[mailbox, envelope_id] = None
        if len(self._held) > MAX_RECENT:
            self._held.popitem(last=False)

    def has(self, mailbox: bytes, envelope_id: bytes) -> bool:
        return (mailbox, envelope_id) in self._held
