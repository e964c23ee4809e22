"""What the messenger shows: values that a screen, a line of output or a script can hold.

Every text in them that a peer or a relay controls is a SafeText. Nothing here opens, seals,
stores or sends; `core.api` says what can be asked for.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum

from msgspec import Struct

from doorless_client.core.log_views import Alarm
from doorless_client.core.message_parts import BesideView, FileView, QuoteView, ReactionView
from doorless_client.core.notice_views import NoticesTold
from doorless_client.text import NOTHING, SafeText

FOREVER = 2**53 - 1
"""`Chat.muted_until` of what is muted until somebody unmutes it."""


class Trust(Enum):
    """What the person knows of a contact's keys."""

    FIRST_SEEN = "first-seen"  # neutral: pinned at first contact, nothing contradicts it
    VERIFIED = "verified"  # the safety numbers were compared, for exactly these keys
    CHANGED = "changed"  # other keys than the pinned ones: nothing is sent until a decision


class Standing(StrEnum):
    """Whether somebody may write to us as a contact."""

    CONTACT = "contact"
    REQUEST = "request"  # wrote first; stored and shown, answered by nothing
    BLOCKED = "blocked"


class State(IntEnum):
    """How far a message came. Only ever grows, but for FAILED, which WAITING alone becomes."""

    WAITING = 0  # on this computer
    SENT = 1  # the relay has it, durably
    DELIVERED = 2  # a device of theirs stored it
    READ = 3
    FAILED = 4  # given up, and why is in `Message.note`
    REQUEST = 5  # incoming, from somebody who is not a contact
    RECEIVED = 6  # incoming

    @property
    def word(self) -> str:
        return self.name.lower()


class Kind(Enum):
    TEXT = "text"
    NOTE = "note"  # a local event: a key changed, a device was added; never a peer's words
    UNKNOWN = "unknown"  # a kind of a later version


@dataclass(frozen=True, slots=True)
class Me:
    handle: str
    relay: str
    account: bytes  # 32, the account id
    device: bytes  # 16

    @property
    def address(self) -> str:
        return f"{self.handle}@{self.relay}"


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """One device of our account.

    Attributes:
        name: what the person calls it, on our own devices alone; "" where it has none.
        added: Unix seconds, the start of the day on which it was linked.
        this: the one that is looked at.
        primary: it holds the account's key; "not known" is False.
    """

    device: bytes
    name: SafeText
    added: int
    this: bool
    primary: bool


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What a new device asks, as the primary shows it before the person decides.

    Attributes:
        made: when its link was made, Unix seconds.
        code: what the new device must show too, two groups of four digits.
        consequence: what saying yes means, for the person to read.
    """

    name: SafeText
    made: int
    code: str
    consequence: str


@dataclass(frozen=True, slots=True)
class Chat:
    """One row of the chat list.

    Attributes:
        conversation: 32 bytes, the conversation's id.
        address: `handle@relay`, as the person added it, or the account id of a request.
        confirmed: the peer proved itself beyond its prekeys; see the contact's details.
        when: of the newest message, Unix seconds; 0 when there is none.
        state: of the newest message, when it is ours.
        replaced: their keys, which nobody compared, took the place of others lately, as far as
            the key log says.
        muted_until: nothing of it notifies before, Unix seconds; FOREVER: until it is unmuted.
        marked_unread: the person wants to come back to it.
        lasts: seconds that what is said here lasts, once seen; 0: it stays.
        note_to_self: between our own devices alone.
        echo: the partner lives on this computer, to try things with; nothing goes out.
    """

    conversation: bytes
    address: SafeText
    name: SafeText
    trust: Trust
    standing: Standing
    confirmed: bool
    preview: SafeText
    when: int
    unread: int
    state: State | None
    typing: bool = False
    draft: str = ""
    replaced: bool = False
    pinned: bool = False
    muted_until: int = 0
    archived: bool = False
    marked_unread: bool = False
    lasts: int = 0
    note_to_self: bool = False
    echo: bool = False


class Message(Struct, frozen=True):
    """One entry of a conversation, in the order that it is shown.

    Attributes:
        position: where it is shown in the conversation's history, from 0; a late message that
            comes before it moves it by one.
        id: 16 bytes, the content's id; empty for a NOTE.
        mine: we said it, on this device or another one of ours.
        sender: address of who said it.
        device: 16 bytes, the device that said it.
        at: by the sender's clock, Unix milliseconds; a claim.
        received: when this computer stored it, Unix seconds.
        text: of a TEXT, its words; of anything else, one line that says what it is.
        gap: messages of this device that are known to be missing just before this one.
        note: why it failed, or another fact for the message's details.
        late: it came after messages that its device had said later.
        edited: how many versions there were before this one.
        deleted: who said it took it back; `text` says so.
        lasts: seconds after which it disappears, once it was seen; 0: it stays.
        gone_at: when it disappears, Unix seconds; 0: the countdown has not begun, or never will.
    """

    position: int
    id: bytes
    conversation: bytes
    mine: bool
    sender: SafeText
    device: bytes
    at: int
    received: int
    kind: Kind
    text: SafeText
    state: State
    gap: int = 0
    note: SafeText = NOTHING
    late: bool = False
    quote: QuoteView | None = None
    reactions: tuple[ReactionView, ...] = ()
    edited: int = 0
    deleted: bool = False
    lasts: int = 0
    gone_at: int = 0
    forwarded: bool = False
    pinned: bool = False
    file: FileView | None = None


@dataclass(frozen=True, slots=True)
class WireView:
    """What the relay handled for one message: for X-ray.

    Attributes:
        head: the envelope's first bytes, as they went over the wire, at most 512.
        size: bytes on the wire; 0 when nothing was sent or the message still waits here.
        mailbox: 16 bytes, whose envelope it was; the relay keeps it.
        at: when it left or arrived here, Unix seconds; the relay keeps the hour alone.
        copies: envelopes sealed for this message, one for each device.
        stays: it went from one end to the other on this computer: no relay had any of it.
        beside: other envelopes that say something of it, the earliest first.
    """

    head: bytes
    size: int
    mailbox: bytes
    at: int
    copies: int
    stays: bool = False
    beside: tuple[BesideView, ...] = ()


class Link(Enum):
    """The connection to the relay."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "connected"
    REPLACED = "replaced"  # a newer connection of this device took over
    STRANGER = "stranger"  # who answers at the relay's address has not shown to be the relay
    REMOVED = "removed"  # this device is none of the account's any more: it stays away


@dataclass(frozen=True, slots=True)
class Connection:
    link: Link
    relay: str
    waiting: int  # messages that have not reached the relay
    retry_in: float = 0.0  # seconds until the next attempt; 0 when none is planned
    round_trip: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class SafetyNumber:
    """Both accounts' current keys, in the three forms that people compare."""

    digits: str  # "12345 67890 …", 12 groups
    qr: str  # what the code to scan holds
    words: tuple[str, ...]  # 20, to read aloud
    name: SafeText
    trust: Trust


class Compared(Enum):
    """What somebody else's screen shows, beside ours."""

    SAME = "same"
    KNOWN = "known"  # the number of the keys that were known; other ones are offered now
    OTHER = "other"  # neither: somebody may be in between


@dataclass(frozen=True, slots=True)
class Details:
    """What can be told of one contact. `confirmed` and `checked` say what was proven, and how."""

    address: SafeText
    name: SafeText
    account: bytes
    trust: Trust
    standing: Standing
    confirmed: bool
    checked: bool  # by a key log; false until there is one
    devices: int
    manifest_version: int
    added: int  # Unix seconds
    last_resort: bool  # the session began with the last-resort prekey: weaker forward secrecy
    healed: int | None  # Unix seconds, when fresh keys were last agreed on; None: no session
    replaced: bool = False  # as in Chat


@dataclass(frozen=True, slots=True)
class Wait:
    """For another device, while a link holds.

    Attributes:
        left: seconds until the link is over.
        away: the relay cannot be reached at the moment; it is tried again.
    """

    left: int
    away: bool


# --- events: what happened, told to whoever listens --------------------------------------------


class MessageAdded(Struct, frozen=True):
    message: Message


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """Anything of it but its place is another one now."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessagesGone:
    """Messages of this conversation are shown no more: read its history anew."""

    conversation: bytes


@dataclass(frozen=True, slots=True)
class FileMoved:
    """The file of a message came further: told often while it moves."""

    conversation: bytes
    id: bytes
    file: FileView


@dataclass(frozen=True, slots=True)
class ChatChanged:
    """A row of the chat list is new or another one now."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """Stop and ask: this contact's keys are not the pinned ones."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    connection: Connection


@dataclass(frozen=True, slots=True)
class Notice:
    """One quiet line for the person, such as envelopes that could not be opened.

    Attributes:
        halts: nothing goes in or out until the person mends what it says.
        alarms: it stays on the screen until it was read: our own keys were misrepresented.
        broken: the store failed for good: only a start anew reads or writes anything.
    """

    text: SafeText
    halts: bool = False
    alarms: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """The relay, or its key log, did what an honest one does not: loud, until it was read."""

    alarm: Alarm


Event = (
    MessageAdded
    | MessageChanged
    | MessagesGone
    | FileMoved
    | ChatChanged
    | KeyChanged
    | ConnectionChanged
    | Notice
    | AlarmRaised
    | NoticesTold
)
