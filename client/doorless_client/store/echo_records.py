"""What a profile keeps of Echo, who lives in it: in tables of its own, apart from all else.

Spec: docs/spec/08-state.md §3, §16.
"""

from typing import ClassVar

from doorless_client.store.row import SecretRow


class EchoRow(SecretRow, frozen=True):
    """Echo's device and both ends of the conversation with it. One row; no contact, no session.

    Attributes:
        keys, manifest: DeviceKeys and Manifest, encoded; b"": it was forgotten, for good.
        ours, theirs: msgpack of the parts of a session, at our end and at Echo's.
        trust: a views.Trust: the safety number with Echo can be compared, too.
        seen: as in Contact.
        made: Unix seconds.
    """

    table: ClassVar[str] = "echo"
    key: ClassVar[tuple[str, ...]] = ("single",)

    keys: bytes
    manifest: bytes
    ours: bytes
    theirs: bytes
    trust: str
    draft: str
    seen: int
    made: int
    single: int = 1


class EchoSaid(SecretRow, frozen=True):
    """One message to or from Echo, and the envelope that carried it from one end to the other.

    Attributes:
        place: from 0, without gaps.
        head: the envelope's first bytes; size: how many it had.
        mailbox: whom it was sealed for.
        state: as in Entry.
        quoting: place of the message that it answers; -1: of none.
        emoji: what we put on it; "": nothing.
    """

    table: ClassVar[str] = "echo_said"
    key: ClassVar[tuple[str, ...]] = ("place",)

    place: int
    id: bytes
    mine: bool
    device: bytes
    at: int
    received: int
    text: str
    state: int
    head: bytes
    size: int
    mailbox: bytes
    quoting: int = -1
    emoji: str = ""
