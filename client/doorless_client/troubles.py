"""What goes wrong by itself, told in words: a disk that refuses, a mistake of ours.

Nothing that goes on by itself may end in silence, and none of it may spin.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Event, Link, Notice
from doorless_client.mistakes import place
from doorless_client.store.base import BrokenStoreError, StoreError
from doorless_client.text import safe_line

STRANGER = (
    "who answers at your relay's address is not your relay, or its key is new: nothing is sent "
    "or fetched (doorless doctor says what is wrong, doorless relay takes a new key)"
)


class Troubles:
    """Of one messenger.

    Attributes:
        failure: why the store is not to be relied on any more: nothing leaves until it is opened
            again.
    """

    def __init__(self, tell: Callable[[Event], None], wake: Callable[[], None]) -> None:
        self._tell, self._wake = tell, wake
        self.failure: BrokenStoreError | None = None
        self._strange = False

    def tell_mistake(self, error: Exception) -> None:
        line = f"this should not have happened ({place(error)}); it is tried again in a minute"
        self._tell(Notice(safe_line(line)))

    def tell_store(self, error: StoreError) -> None:
        if isinstance(error, BrokenStoreError):
            self._fail(error)
        else:
            self._tell(Notice(safe_line(f"nothing was sent or received: {error}")))

    def tell_link(self, link: Link) -> None:
        """A stranger in the relay's place is told once, until the relay itself was there."""
        if link is Link.STRANGER and not self._strange:
            self._tell(Notice(safe_line(STRANGER), halts=True))
        if link in (Link.STRANGER, Link.ONLINE):
            self._strange = link is Link.STRANGER

    def tell_either(self, error: Exception) -> None:
        if isinstance(error, StoreError):
            self.tell_store(error)
        else:
            self.tell_mistake(error)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What the store cannot do is a RefusedError."""
        try:
            yield
        except StoreError as error:
            if isinstance(error, BrokenStoreError):
                self._fail(error)
            raise RefusedError(f"nothing changed: {error}") from error

    def _fail(self, error: BrokenStoreError) -> None:
        if self.failure is None:
            self.failure = error
            line = safe_line(f"nothing is sent or received: {error}")
            self._tell(Notice(line, halts=True, broken=True))
        self._wake()
