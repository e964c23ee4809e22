"""What relays told of demands for our data: the interface that screens and commands see."""

from collections.abc import Sequence
from typing import Protocol

from doorless_client.core.notice_views import CanaryView, DemandNotice


class LegalNotices(Protocol):
    """Kept on this device alone: each of our devices is told by the relay itself."""

    def every(self) -> Sequence[DemandNotice]:
        """The newest first."""
        ...

    def canary(self) -> CanaryView | None:
        """None: our relay never showed one."""
        ...

    async def read(self) -> None:
        """The person saw all of them: none is new any more."""
        ...
