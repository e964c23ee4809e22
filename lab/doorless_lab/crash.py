"""Crashes at every point where they can hurt: around each transaction and each request.

    crash = Crashing(person)
    crash.after(7)         the seventh point from now ends the program there
    …                      raises Crashed; then person.reopen() goes on from what is stored

A point lies before a commit (it is lost), after it (nothing that follows happened), before a
request leaves, and after it was answered (nobody reads the answer).
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from doorless_client.core.effects import Ask
from doorless_client.store.base import Committing, Store
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered


class Crashed(BaseException):
    """The program ended here. Nothing may catch it but who plays the operating system."""


class Crashing:
    """Counts the points that a person's program passes, and ends it at one of them."""

    def __init__(self, person: Person) -> None:
        self._left = 0
        self.passed = 0
        self._ask = person.ask
        person.ask = self.ask  # type: ignore[method-assign]
        self.watch(person.store)

    def after(self, points: int) -> None:
        """Crash at that many points from now; 0: never."""
        self._left, self.passed = points, 0

    def _point(self) -> None:
        self.passed += 1
        self._left -= 1
        if self._left == 0:
            raise Crashed

    def watch(self, store: Store) -> None:
        """Its transactions are points as well: another copy of the profile is used from now on."""
        within = store.transaction

        @contextmanager
        def transaction(committing: Committing = nullcontext) -> Iterator[None]:
            with within(committing):
                yield
                self._point()
            self._point()

        store.transaction = transaction  # type: ignore[method-assign]

    def ask(self, ask: Ask) -> Answered:
        self._point()
        answered = self._ask(ask)
        self._point()
        return answered
