"""What the relay asks of its key log, wherever that runs.

Spec: docs/spec/13-directory.md.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.chain import commitment
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record

if TYPE_CHECKING:
    from doorless_protocol.log.config import LogConfig


class NoSuchEpochError(DoorlessError):
    """It asks for something that is not there, or not there any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants a label to stand for from now on.

    Attributes:
        superseded: the manifest until now, which is answered until the change's epoch is
            published; empty where there is none.
    """

    record: Record
    opening: bytes = field(repr=False)
    superseded: bytes = field(default=b"", repr=False)

    @property
    def label(self) -> Label:
        return self.record.label

    @property
    def commitment(self) -> bytes:
        return commitment(
            self.opening, self.record.label, self.record.version, self.record.encode()
        )


@dataclass(frozen=True, slots=True)
class Named:
    """Which manifest a label stands for."""

    version: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer to a lookup.

    Attributes:
        named: None where the label stands for nobody.
        superseded: the manifest named, where the account has another one already; else empty.
    """

    proof: bytes = field(repr=False)
    named: Named | None = None
    superseded: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """What a plain GET is answered."""

    body: bytes = field(repr=False)
    content_type: str
    lasting: bool = False  # the same for ever


Pages = Callable[[str, str], Awaitable[Page | None]]
"""Given path and query of a plain GET: its answer, None where there is nothing. May raise
UnavailableError: not now."""


class Directory(Protocol):
    """A key log. Whatever it answers is of the newest published epoch.

    Everything may raise UnavailableError: not now.
    """

    @property
    def config(self) -> "LogConfig": ...

    async def stage(self, change: Change) -> None:
        """Keep a change that is in order until it is confirmed or dropped.

        Raises:
            StaleError: it does not follow the label's newest record.
            UnavailableError: another change of the label waits for its epoch.
            ForgedError: its account is not entitled to it.
        """
        ...

    async def confirm(self, change: Change, now: int) -> bytes:
        """The account is changed: the next epoch holds the record. The signed promise of that."""
        ...

    async def drop(self, label: Label) -> None:
        """The account was not changed."""

    async def undecided(self) -> list[Change]:
        """Changes that were staged when the process before this one ended."""
        ...

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:
        """Whom a label stands for; `known` is the newest of its versions that the asker has."""
        ...

    async def head(self, size: int, now: int) -> bytes:
        """An encoded HeadProof: the newest checkpoint continues what `size` epochs were."""
        ...

    async def anchors(self, after: int, size: int, now: int) -> bytes:
        """The anchors behind number `after`, and the newest checkpoint. NoSuchEpochError: none."""
        ...

    async def at_anchor(self, label: Label, number: int, known: int, now: int) -> bytes:
        """A label in an anchor's map. NoSuchEpochError: it is not there, or not any more."""
        ...

    async def records(self, label: Label, after: int, now: int) -> bytes:
        """The records of a chain behind version `after`, a page of them."""
        ...

    async def deltas(self, token: bytes, epoch: int, after: int) -> bytes:
        """An epoch's leaf and its changes from place `after` on, for auditors.

        Raises:
            NoSuchEpochError: it was not built, or the token is no auditor's: the same to both.
        """
        ...

    async def page(self, path: str, query: str, now: int) -> Page | None:
        """What is read with a plain GET; None where there is nothing."""
        ...

    async def close(self) -> None:
        """Finish what was begun, then let go of files and threads."""


class RunningLog(Directory, Protocol):
    """A key log that builds epochs."""

    @property
    def published(self) -> int:
        """Epochs that are published."""
        ...

    @property
    def published_at(self) -> int:
        """When the newest epoch was, Unix seconds; 0 until this process heard of one."""
        ...

    def run(self) -> None: ...

    async def close(self) -> None: ...
