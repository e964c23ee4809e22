"""What a profile keeps so that a conversation whose keys were lost goes on without a loss.

Spec: docs/spec/08-state.md §3, §13.
"""

from typing import ClassVar

from doorless_client.store.row import Row, SecretRow


class SessionMark(Row, frozen=True):
    """That there is a session, and how its parts hash: one that is lost or older shows.

    Attributes:
        digest: SHA-256 of each part with its name, combined by exclusive or.
    """

    table: ClassVar[str] = "session_marks"
    key: ClassVar[tuple[str, ...]] = ("session",)

    session: bytes
    account: bytes
    device: bytes
    digest: bytes


class Resync(Row, frozen=True):
    """What was done about sessions with a device that nothing can be said in any more.

    Attributes:
        floor: the highest number of those sessions: none up to it seals again.
        begun: when the last resync with this device began, Unix seconds; 0.0: none did.
        tries: resyncs begun since the last quiet day.
        pending: no session that came after them is confirmed yet.
        suspect: a copy of their state may have said things in their name, so that how far we
            heard them says nothing of what they themselves said.
        repeated: when what they did not acknowledge was last said again, or will be; Unix seconds.
    """

    table: ClassVar[str] = "resyncs"
    key: ClassVar[tuple[str, ...]] = ("account", "device")

    account: bytes
    device: bytes
    floor: int
    begun: float
    tries: int
    pending: bool
    suspect: bool
    repeated: float


class Unacknowledged(SecretRow, frozen=True):
    """What a person said and the relay took, and no receipt of this device names yet.

    Attributes:
        number: that of the outbox row it left with: the order of leaving.
        counter: its place among what this device said in the conversation.
        relay: which one took it, `host[:port]`.
        envelope: the very bytes that left.
        expires: Unix seconds, 14 days after it was said.
    """

    table: ClassVar[str] = "unacknowledged"
    key: ClassVar[tuple[str, ...]] = ("number", "device")

    number: int
    account: bytes
    conversation: bytes
    device: bytes
    place: int
    id: bytes
    content: bytes
    counter: int
    relay: str
    mailbox: bytes
    envelope_id: bytes
    envelope: bytes
    expires: float
