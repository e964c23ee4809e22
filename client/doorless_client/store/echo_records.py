"""What a profile keeps of Echo, who lives in it: keys and sessions of its own, apart from all else.

Spec: docs/spec/08-state.md §3, §15.
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
