"""What the messenger shows: values that a screen, a line of output or a script can hold.

Every text in them that a peer or a relay controls is a SafeText. Nothing here opens, seals,
stores or sends; `core.api` says what can be asked for.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum

from doorless_client.text import SafeText

NOTHING = SafeText()


class Trust(Enum):
    """What the person knows of a contact's keys."""

    FIRST_SEEN = "first-seen"  # neutral: pinned at first contact, nothing contradicts it
    VERIFIED = "verified"  # the safety numbers were compared, for exactly these keys
    CHANGED = "changed"  # other keys than the pinned ones: nothing is sent until a decision


class Standing(Enum):
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


@dataclass(frozen=True, slots=True)
class Message:
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


@dataclass(frozen=True, slots=True)
class WireView:
    """What the relay handled for one message: for X-ray.

    Attributes:
        head: the envelope's first bytes, as they went over the wire, at most 512.
        size: bytes on the wire; 0 when nothing was sent or the message still waits here.
        mailbox: 16 bytes, whose envelope it was; the relay keeps it.
        at: when it left or arrived here, Unix seconds; the relay keeps the hour alone.
        copies: envelopes sealed for this message, one for each device.
    """

    head: bytes
    size: int
    mailbox: bytes
    at: int
    copies: int


class Link(Enum):
    """The connection to the relay."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "connected"
    REPLACED = "replaced"  # a newer connection of this device took over
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
class Witnesses:
    """Who else saw the newest head of our relay's key log.

    Attributes:
        policy: who has to, in words; "" where nobody is required.
        known: how many witnesses the log names; `cosigned` how many of them cosigned that head.
        required: whether a quorum is required; `has_quorum` whether that head has it.
        seen_at: when a head last had it, Unix seconds by our clock; 0: never.
        patience: seconds from then on for which new and changed keys are taken all the same.
    """

    policy: SafeText = NOTHING
    known: int = 0
    cosigned: int = 0
    required: bool = False
    has_quorum: bool = False
    seen_at: int = 0
    patience: int = 0


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How far this device followed the key log of our relay.

    Attributes:
        config: hash of what is pinned of it, 32 bytes; b"" where the relay has no log.
        size: entries of the newest head that was accepted; `anchor` the newest anchor's number.
        checked: when every anchor was last looked at for our own entry, Unix seconds; 0: never.
        own: the newest version of our own entry that the log was seen to hold; 0: none yet.
        awaited: versions that the relay promised and did not show yet.
        pending: entries of others that are to be found again in the next anchor.
        frozen: what the log signed convicted it: no head of it is accepted any more.
        alarms: how many there are; `proven` how many of them come with proof.
        witnesses: who else saw the newest head.
    """

    relay: str
    config: bytes
    size: int
    anchor: int
    checked: int
    own: int
    awaited: int
    pending: int
    frozen: bool
    alarms: int
    proven: int
    witnesses: Witnesses = Witnesses()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that an honest relay does not do, in the words of the person.

    Attributes:
        number: by which it is asked for.
        kind: as in docs/spec/10-key-log-clients.md §8.2, or a word of ours.
        happened, affected, todo: what, who, and what to do, each a line or more.
        evidence: bytes of proof that can be exported; 0: there is none, it is our word alone.
        read: the person said so.
    """

    number: int
    kind: str
    at: int  # Unix seconds
    relay: SafeText
    title: SafeText
    happened: SafeText
    affected: SafeText
    todo: SafeText
    evidence: int
    read: bool


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


@dataclass(frozen=True, slots=True)
class MessageAdded:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """Its state, gap or note is another one now."""

    message: Message


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
    """

    text: SafeText
    halts: bool = False
    alarms: bool = False


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """The relay, or its key log, did what an honest one does not: loud, until it was read."""

    alarm: Alarm


Event = (
    MessageAdded
    | MessageChanged
    | ChatChanged
    | KeyChanged
    | ConnectionChanged
    | Notice
    | AlarmRaised
)
