"""What a message may carry besides its words, as it is shown: values, like those of `views`."""

from dataclasses import dataclass
from enum import Enum

from doorless_client.text import NOTHING, SafeText


@dataclass(frozen=True, slots=True)
class QuoteView:
    """The message that another one answers.

    Attributes:
        position: where it is shown now; None where it is gone or never came.
        known: the words are those of our own copy. False: they are only what the sender claims.
        differs: what the sender claims is nothing that our own copy ever said.
    """

    author: SafeText
    text: SafeText
    mine: bool
    position: int | None
    known: bool
    differs: bool = False


@dataclass(frozen=True, slots=True)
class ReactionView:
    emoji: SafeText
    mine: bool
    by: SafeText


class FileState(Enum):
    """How far a file came, ours on its way out or theirs on its way in."""

    OFFERED = "offered"  # theirs: it can be fetched
    WAITING = "waiting"  # it goes on when the relay can be reached
    MOVING = "moving"
    PAUSED = "paused"
    HERE = "here"  # ours: the relay has all of it; theirs: all of it is here, sealed
    FAILED = "failed"  # why is in `FileView.note`
    GONE = "gone"  # the relay has it no more


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message.

    Attributes:
        name: made harmless; never a path.
        size: bytes of the file; `done` of them were moved.
    """

    name: SafeText
    size: int
    state: FileState
    done: int
    incoming: bool
    note: SafeText = NOTHING


@dataclass(frozen=True, slots=True)
class Version:
    """What an edited message said before."""

    text: SafeText
    at: int  # by the sender's clock, Unix milliseconds


@dataclass(frozen=True, slots=True)
class Sealing:
    """One copy of a message: for whom it was sealed, and what of it the relay handled.

    Attributes:
        own: it went to another device of our own account.
        size: bytes on the wire; 0 while it is not sealed yet.
        sent: the relay has it, durably, or had; at: since when, Unix seconds, where that is known.
    """

    device: bytes
    name: SafeText
    own: bool
    mailbox: bytes
    size: int
    sent: bool
    at: int = 0


@dataclass(frozen=True, slots=True)
class BesideView:
    """The newest envelope of one kind that said something of a message.

    Attributes:
        kind: "receipt", "reaction", "edit" or "deletion".
        head: its first bytes, at most 64, as they went over the wire; `size` how many it had.
        at: when it left or arrived here, Unix seconds.
    """

    kind: str
    mine: bool
    head: bytes
    size: int
    at: int
