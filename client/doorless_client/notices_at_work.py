"""Notices while a messenger is at work: core.notice_api.LegalNotices."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from doorless_client.core.notice_views import CanaryView, DemandNotice
from doorless_client.core.notices import NoticeKeeper
from doorless_client.store.base import BrokenStoreError

Refusing = Callable[[], AbstractContextManager[None]]
"""Inside it, what the store cannot do is a RefusedError."""


class NoticesAtWork:
    def __init__(self, notices: NoticeKeeper, refusing: Refusing) -> None:
        self._notices, self._refusing = notices, refusing

    def every(self) -> Sequence[DemandNotice]:
        """Asked while the screen is drawn, also in the moment before it tells of a failed disk."""
        try:
            return self._notices.every()
        except BrokenStoreError:
            return ()

    def canary(self) -> CanaryView | None:
        try:
            return self._notices.canary()
        except BrokenStoreError:
            return None

    async def read(self) -> None:
        with self._refusing():
            self._notices.read()
