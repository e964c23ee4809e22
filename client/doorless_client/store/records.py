"""What a profile's store holds: one frozen row a fact.

A row's fields are its table's columns, in order; `table` and `key` say where it lives and
what finds it. Spec: docs/spec/08-state.md §3, which says for each table why it is kept.
"""

from typing import ClassVar

from doorless_client.store.log_records import LOG_ROWS
from doorless_client.store.notice_records import NOTICE_ROWS
from doorless_client.store.receipt_records import ReceiptDue
from doorless_client.store.resync_records import Resync, SessionMark, Unacknowledged
from doorless_client.store.row import Row, SecretRow
from doorless_client.store.talk_records import TALK_ROWS
from doorless_client.store.transfer_records import TRANSFER_ROWS


class Own(SecretRow, frozen=True):
    """Who we are. One row.

    Attributes:
        relay: our home relay, `host[:port]`; `tls` whether it is reached over TLS, and `pin`
            its fingerprint (07-relay §1.4) where no authority vouches for it.
        account_key: 64 bytes; the primary signs manifests with it. b"" on any other device.
        unshown_seed: the recovery seed until its words were shown; from then on b"".
        token: what contacts show to reach us; `token_published` once the relay has its hash.
        registered: the relay said that the handle is ours; before, this is no account yet.
        config: hash of the relay's configuration then, for our invite links; b"" before.
        incarnation: what the relay holds of us; `next_incarnation` what we asked it to hold.
        frozen: another copy of this profile was used since; nothing leaves until the person says
            which one is kept.
    """

    table: ClassVar[str] = "own"
    key: ClassVar[tuple[str, ...]] = ("single",)

    handle: str
    relay: str
    tls: bool
    pin: bytes
    account_key: bytes
    unshown_seed: bytes
    device_keys: bytes
    token: bytes
    registered: bool
    token_published: bool
    config: bytes = b""
    incarnation: int = 0
    next_incarnation: int = 0
    frozen: bool = False
    single: int = 1


class OwnManifest(Row, frozen=True):
    """Every manifest of ours, by version: a peer may have used an older one."""

    table: ClassVar[str] = "own_manifests"
    key: ClassVar[tuple[str, ...]] = ("version",)

    version: int
    hash: bytes
    manifest: bytes


class Prekeys(SecretRow, frozen=True):
    """The private half of one bundle, one-time pairs apart.

    Attributes:
        secrets: PrekeySecrets without pairs, encoded.
        drawn: Unix seconds, each one above the last: of two bundles, which is the newer.
        published: the relay said that it serves it, or once did.
    """

    table: ClassVar[str] = "prekeys"
    key: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: bytes
    hash: bytes
    created: int
    secrets: bytes
    published: bool
    drawn: int


class OneTimePrekey(SecretRow, frozen=True):
    """The private half of a one-time pair that nobody used yet: PairSecrets, encoded."""

    table: ClassVar[str] = "one_time_prekeys"
    key: ClassVar[tuple[str, ...]] = ("bundle", "id")

    bundle: bytes
    id: bytes
    secrets: bytes


class Contact(SecretRow, frozen=True):
    """Somebody we talk to, and what is pinned of them.

    Attributes:
        conversation: 32 bytes, our name for the conversation; it survives a change of account.
        handle, relay, pin: where the relay vouched for them; "" while they only claim it.
        claim: the address that a request gives for itself.
        name: what they call themselves.
        head: the newest signed head that we accepted; `manifest` all of it, or b"".
        offered: the manifest that contradicts the pinned one, while trust is CHANGED.
        token: what lets our envelopes in as a contact's; b"" until they gave it.
        looked_up: when the relay last showed us their manifest, Unix seconds.
        introduced: our profile with the current token was queued for them.
    """

    table: ClassVar[str] = "contacts"
    key: ClassVar[tuple[str, ...]] = ("conversation",)

    conversation: bytes
    account: bytes
    handle: str
    relay: str
    pin: bytes
    claim: str
    name: str
    trust: str
    standing: str
    head: bytes
    manifest: bytes
    offered: bytes
    token: bytes
    looked_up: float
    introduced: bool
    added: int
    draft: str = ""
    seen: int = 0


class Device(Row, frozen=True):
    """A device of a peer's newest verified manifest, or of a staple: where copies go."""

    table: ClassVar[str] = "devices"
    key: ClassVar[tuple[str, ...]] = ("account", "device")

    account: bytes
    device: bytes
    entry: bytes


class SessionPart(SecretRow, frozen=True):
    """One part of a session's encoding; a step rewrites only the parts that changed."""

    table: ClassVar[str] = "session_parts"
    key: ClassVar[tuple[str, ...]] = ("session", "part")

    session: bytes
    part: bytes
    data: bytes


class KnownNumber(Row, frozen=True):
    """The highest session number that we held with a device, also of sessions long gone."""

    table: ClassVar[str] = "known_numbers"
    key: ClassVar[tuple[str, ...]] = ("account", "device")

    account: bytes
    device: bytes
    number: int


class Origin(Row, frozen=True):
    """(bundle id, EKa) of an initial message, and the session that it began."""

    table: ClassVar[str] = "origins"
    key: ClassVar[tuple[str, ...]] = ("origin",)

    origin: bytes
    session: bytes


READ_ELSEWHERE = 3
"""State of what others said that was read on another device of ours: views.State.READ."""


class Entry(SecretRow, frozen=True):
    """One message of a conversation, at its place from 0; the order never changes.

    Attributes:
        raw: the content's encoding, where this version cannot show it but a later one may.
    """

    table: ClassVar[str] = "messages"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    id: bytes
    mine: bool
    account: bytes
    device: bytes
    at: int
    received: int
    kind: str
    text: str
    chars: int
    state: int
    gap: int = 0
    note: str = ""
    raw: bytes = b""


def is_news(row: Entry) -> bool:
    """Somebody else said it, and nobody read it: notes of our own program wait for nobody."""
    return not row.mine and row.kind != "note" and row.state != READ_ELSEWHERE


class Voice(Row, frozen=True):
    """How far one device came in one conversation: ours to count on, theirs to find gaps.

    Attributes:
        conversation: the id inside the contents, of the two accounts.
        next: the counter expected next.
        last: digest of the content before it.
        missing: msgpack list of (first, after, place): counters not seen, and who shows the gap.
    """

    table: ClassVar[str] = "voices"
    key: ClassVar[tuple[str, ...]] = ("conversation", "device")

    conversation: bytes
    device: bytes
    next: int
    last: bytes
    missing: bytes


class Late(Row, frozen=True):
    """A message that came after others which its device had said later.

    Attributes:
        place: its own.
        before: place of the message that it is shown before: the one that had shown the gap.
        counter: its device's; the lower is shown first.
    """

    table: ClassVar[str] = "late"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    before: int
    counter: int


NOT_SAID, AN_ACT = -1, -2
"""Places of what is no message: what programs tell each other; what a person did with a message."""


def is_said(place: int) -> bool:
    """Whether a person said it: then it is copied to own devices, and kept until it was heard."""
    return place != NOT_SAID


class Outgoing(SecretRow, frozen=True):
    """A content that has not reached every device of `account` yet.

    Attributes:
        number: the order of leaving.
        device: the only device it is for; b"" for all of the account's.
        place: of the message it carries; AN_ACT, NOT_SAID.
        content: encoded; for sealing to devices that have no copy yet.
        confirmed_only: it waits for sessions that are confirmed, and begins none.
        not_before, expires: Unix seconds.
    """

    table: ClassVar[str] = "outbox"
    key: ClassVar[tuple[str, ...]] = ("number",)

    number: int
    account: bytes
    conversation: bytes
    device: bytes
    place: int
    id: bytes
    content: bytes
    confirmed_only: bool
    not_before: float
    expires: float


class Copy(Row, frozen=True):
    """One envelope, final: what leaves is these bytes, however often."""

    table: ClassVar[str] = "copies"
    key: ClassVar[tuple[str, ...]] = ("number", "device")

    number: int
    device: bytes
    mailbox: bytes
    envelope_id: bytes
    envelope: bytes
    sent: bool


class Wire(Row, frozen=True):
    """What the relay handled for a message: its first bytes, for X-ray."""

    table: ClassVar[str] = "wires"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    head: bytes
    size: int
    mailbox: bytes
    at: int
    copies: int


class Seen(Row, frozen=True):
    """An envelope that was dealt with; delivered again, it is acknowledged and no more.

    Attributes:
        place, front: which number of its session it took, and by what it is known
            (core/reuse.py); empty where it opened in none.
    """

    table: ClassVar[str] = "seen"
    key: ClassVar[tuple[str, ...]] = ("envelope_id",)

    envelope_id: bytes
    at: int
    place: bytes = b""
    front: bytes = b""


class Failure(Row, frozen=True):
    """How many envelopes could not be opened, by reason."""

    table: ClassVar[str] = "failures"
    key: ClassVar[tuple[str, ...]] = ("reason",)

    reason: str
    count: int
    at: int


class Evidence(Row, frozen=True):
    """Two contradicting statements, kept as they were."""

    table: ClassVar[str] = "evidence"
    key: ClassVar[tuple[str, ...]] = ("number",)

    number: int
    at: int
    account: bytes
    what: str
    ours: bytes
    theirs: bytes


class Setting(SecretRow, frozen=True):
    table: ClassVar[str] = "settings"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    value: bytes


ROWS: tuple[type[Row], ...] = (
    Own,
    OwnManifest,
    Prekeys,
    OneTimePrekey,
    Contact,
    Device,
    SessionPart,
    SessionMark,
    KnownNumber,
    Resync,
    Origin,
    Entry,
    Voice,
    Outgoing,
    Copy,
    Unacknowledged,
    Wire,
    Seen,
    ReceiptDue,
    Failure,
    Evidence,
    Setting,
    *LOG_ROWS,
    *TALK_ROWS,
    *TRANSFER_ROWS,
    *NOTICE_ROWS,
)
"""Every kind of row, parents before children."""
