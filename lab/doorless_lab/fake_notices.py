"""What a fake engine's relay told of demands: core.notice_api, over a list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from doorless_client.core.notice_views import CanaryView, DemandNotice, NoticesTold

if TYPE_CHECKING:
    from doorless_lab.fake_engine import FakeEngine


class FakeNotices:
    """Says what a test had the relay say.

    Attributes:
        shown: the canary, as a test wants it.
    """

    def __init__(self, engine: "FakeEngine") -> None:
        self._engine = engine
        self._held: list[DemandNotice] = []
        self.shown: CanaryView | None = None

    def told(self, notice: DemandNotice) -> None:
        """The relay tells of one more."""
        self._held.insert(0, notice)
        self._engine.tell(NoticesTold((notice,)))

    def every(self) -> Sequence[DemandNotice]:
        return tuple(self._held)

    def canary(self) -> CanaryView | None:
        return self.shown

    async def read(self) -> None:
        self._held = [replace(one, read=True) for one in self._held]
