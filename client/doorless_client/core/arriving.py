"""From an envelope of a session that we hold to what was said in it: worked out on values.

No store is read, and nothing is changed: it may be done at any time, and by any thread.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from doorless_client.core.reuse import Place, place_of
from doorless_protocol.content import Body, Content, Unknown
from doorless_protocol.envelope import Initial
from doorless_protocol.errors import (
    BrokenSessionError,
    DoorlessError,
    MalformedError,
    ReplayedError,
    SkippedTooFarError,
)
from doorless_protocol.keys import conversation_id
from doorless_protocol.prekeys import PrekeyId
from doorless_protocol.primitives import KemSeed
from doorless_protocol.ratchet.triple import Found
from doorless_protocol.session import Session, addressed, open_any

Said = Body | Unknown

shared_conversation = lru_cache(maxsize=512)(conversation_id)
"""The same two accounts in every envelope of a conversation."""

UNFIT = (BrokenSessionError, SkippedTooFarError, ReplayedError)
"""Refusals of what is authentically addressed to a session: its header opened."""


class Arrival(Struct, frozen=True):
    """An envelope that authenticated, before anything of it is stored.

    Attributes:
        session: what follows from `before`; where that is None, one that begins.
        digest: the content's: what the next one of its device names.
        place: what it took, as soon as its session's step is kept.
        initial: of a session that begins with it; `used` is the prekey that it used up.
    """

    before: Session | None
    session: Session
    content: Content
    said: Said
    digest: bytes
    place: Place
    initial: Initial | None = None
    used: PrekeyId | None = None

    @property
    def was_confirmed(self) -> bool:
        return self.before is not None and self.before.confirmed


class MisfitError(Exception):
    """A message that is addressed to `session` and does not open there."""

    def __init__(self, session: Session | None, message: bytes, error: DoorlessError) -> None:
        super().__init__(str(error))
        self.session, self.message, self.error = session, message, error


def arrive(
    sessions: Sequence[Session], envelope: bytes, now: float, account: bytes, kem: KemSeed
) -> Arrival:
    """What an envelope says in whichever of these sessions it belongs to.

    Args:
        account: ours.
        kem: our device's KEM seed, as in Session.open.

    Raises:
        MisfitError: it belongs to one of them, and does not open there.
        ForgedError: it belongs to none.
        MalformedError: what it says is not in its form, or of another conversation.
    """
    try:
        opened = open_any(sessions, envelope, now, kem)
    except UNFIT as error:
        raise MisfitError(addressed(sessions, envelope), envelope, error) from error
    return arrival_of(
        opened.session, opened.content, envelope, account, opened.before, opened.found
    )


def arrival_of(
    session: Session,
    plaintext: bytes,
    message: bytes,
    account: bytes,
    before: Session | None = None,
    found: Found | None = None,
) -> Arrival:
    """What an opened message says.

    Raises:
        MalformedError: it is not in its form, or of another conversation.
    """
    content = Content.decode(plaintext)
    if session.their_account != account:  # what our own devices say is of any conversation
        check_same_conversation(
            content.conversation, shared_conversation(account, session.their_account)
        )
    place = place_of(before or session, message, found)
    return Arrival(before, session, content, content.say(), content.digest(), place)


def check_same_conversation(said: bytes, expected: bytes) -> None:
    """Raises MalformedError: a content that was said in another conversation."""
    if said != expected:
        raise MalformedError("a content of another conversation")
