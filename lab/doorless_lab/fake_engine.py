"""An Engine without keys, relay or disk: for tests, benchmarks and pictures of the screen.

Its envelopes are noise of the right sizes; what it says of states and trust is what a test
tells it to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256, shake_256
from typing import Any

from msgspec import structs

from doorless_client.core.api import KeyChangedError, Listener, RefusedError
from doorless_client.core.log_views import Alarm, LogStatus
from doorless_client.core.settings import Settings
from doorless_client.core.views import (
    AlarmRaised,
    Chat,
    ChatChanged,
    Compared,
    Connection,
    ConnectionChanged,
    Details,
    Event,
    KeyChanged,
    Kind,
    Link,
    Me,
    Message,
    MessageAdded,
    MessageChanged,
    SafetyNumber,
    Standing,
    State,
    Trust,
    WireView,
)
from doorless_client.marks import preview
from doorless_client.safety_words import words_at
from doorless_client.text import safe, safe_line
from doorless_lab.fake_files import FakeFiles
from doorless_lab.fake_fleet import FakeFleet
from doorless_lab.fake_history import FakeHistory
from doorless_lab.fake_messages import FakeMessages
from doorless_lab.fake_notices import FakeNotices
from doorless_lab.fake_saved import FakeSaved
from doorless_lab.fake_shelf import FakeShelf
from doorless_protocol.sizes import size_class

OVERHEAD = 220
"""Bytes that sealing adds to a text, near enough for a fake."""

HEAD = 512
"""Bytes of an envelope that `wire` hands out."""


class FakeEngine:
    """Keeps everything in lists, tells its listeners, and does as it is told.

    Args:
        now: Unix seconds; each message is as old as the test wants it.
    """

    def __init__(self, now: int, handle: str = "alice", relay: str = "relay.example") -> None:
        self.now = now
        self.me = Me(handle, relay, sha256(handle.encode()).digest(), bytes(16))
        self.connection = Connection(Link.ONLINE, relay, waiting=0, round_trip=0.024)
        self.sent: list[tuple[bytes, str]] = []
        self.done: list[tuple[str, bytes]] = []  # what else was asked for: ("accept", …)
        self.drafts: dict[bytes, str] = {}
        self.settings = Settings()
        self.is_frozen = False
        self.fleet = FakeFleet(self.me.device, now)
        self.messages, self.shelf, self.files = FakeMessages(self), FakeShelf(self), FakeFiles(self)
        self.saved, self.notices = FakeSaved(), FakeNotices(self)
        self._alarms: list[Alarm] = []
        self._chats: dict[bytes, Chat] = {}
        self._histories: dict[bytes, FakeHistory] = {}
        self._listeners: list[Listener] = []

    # --- what a test does to it ------------------------------------------------------------

    def person(
        self,
        name: str,
        *,
        trust: Trust = Trust.FIRST_SEEN,
        standing: Standing = Standing.CONTACT,
    ) -> bytes:
        """Somebody with an empty conversation; returns its id."""
        conversation = sha256(b"conversation with " + name.encode("utf-8", "replace")).digest()
        self._histories[conversation] = FakeHistory()
        handle = name.lower().replace(" ", ".")
        self._chats[conversation] = Chat(
            conversation,
            safe_line(f"{handle}@{self.me.relay}"),
            safe_line(name),
            trust,
            standing,
            confirmed=True,
            preview=safe_line(""),
            when=0,
            unread=0,
            state=None,
        )
        return conversation

    def arrive(
        self,
        conversation: bytes,
        text: str,
        *,
        at: int | None = None,
        mine: bool = False,
        state: State | None = None,
        kind: Kind = Kind.TEXT,
        gap: int = 0,
        late: int | None = None,
        seen: bool = False,
        quiet: bool = False,
        enveloped: bool = False,
        **parts: Any,
    ) -> Message:
        """An entry comes to the end of a conversation; or, `late`, to that position.

        Args:
            enveloped: of a note: it came in an envelope, as the choice of a timer does.
            parts: what else a Message has: `quote`, `file`, `lasts` and so on.
        """
        history, chat = self._histories[conversation], self._chats[conversation]
        when = self.now if at is None else at
        message = Message(
            position=len(history) if late is None else late,
            id=self._id(conversation, len(history)) if kind is not Kind.NOTE or enveloped else b"",
            conversation=conversation,
            mine=mine,
            sender=safe_line(self.me.address) if mine else chat.address,
            device=bytes(16),
            at=when * 1000,
            received=when,
            kind=kind,
            text=safe(text),
            state=state if state is not None else State.SENT if mine else State.RECEIVED,
            gap=gap,
            late=late is not None,
            **parts,
        )
        history.insert(message)
        unread = 0 if seen else chat.unread + (not mine and kind is not Kind.NOTE)
        if seen or (mine and not chat.unread):
            history.seen = len(history)
        self._chats[conversation] = replace(
            chat,
            preview=preview(text, 256),
            when=when,
            unread=unread,
            state=message.state if mine else None,
        )
        if not quiet:
            self.tell(MessageAdded(message))
            self.tell(ChatChanged(self._chats[conversation]))
        return message

    def change(self, conversation: bytes, **fields: object) -> None:
        """Another trust, standing or anything else of a chat."""
        chat = replace(self._chats[conversation], **fields)  # type: ignore[arg-type]
        self._chats[conversation] = chat
        self.tell(KeyChanged(chat) if fields.get("trust") is Trust.CHANGED else ChatChanged(chat))

    def chat(self, conversation: bytes) -> Chat:
        return self._chats[conversation]

    def put(self, message: Message, *, quiet: bool = False) -> None:
        """It is so now."""
        self._histories[message.conversation].messages[message.position] = message
        if not quiet:
            self.tell(MessageChanged(message))

    def progress(self, message: Message, state: State) -> None:
        """A message of ours came further."""
        self.put(structs.replace(message, state=state))

    def connect(self, connection: Connection) -> None:
        self.connection = connection
        self.tell(ConnectionChanged(connection))

    def catch(self, alarm: Alarm) -> None:
        """The key log did what an honest one does not."""
        self._alarms.insert(0, alarm)
        self.tell(AlarmRaised(alarm))

    def tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    @staticmethod
    def _id(conversation: bytes, place: int) -> bytes:
        return sha256(conversation + place.to_bytes(8, "big")).digest()[:16]

    # --- Engine ----------------------------------------------------------------------------

    def listen(self, listener: Listener) -> "Stop":
        self._listeners.append(listener)
        return Stop(self._listeners, listener)

    def change_settings(self, settings: Settings) -> None:
        self.settings = settings

    def chats(self) -> Sequence[Chat]:
        return sorted(self._chats.values(), key=lambda chat: (not chat.pinned, -chat.when))

    def history(self, conversation: bytes) -> FakeHistory:
        return self._histories[conversation]

    def details(self, conversation: bytes) -> Details:
        chat = self._chats[conversation]
        return Details(
            chat.address,
            chat.name,
            sha256(conversation).digest(),
            chat.trust,
            chat.standing,
            chat.confirmed,
            checked=False,
            devices=1,
            manifest_version=1,
            added=self.now - 86_400,
            last_resort=False,
            healed=self.now - 3_600,
        )

    def wire(self, messages: Sequence[Message]) -> Sequence[WireView | None]:
        return [self._wire(message) for message in messages]

    def _wire(self, message: Message) -> WireView | None:
        if not message.id:
            return None
        size = self.wire_size(message.conversation, message.text)
        if message.state in (State.WAITING, State.FAILED):
            size = 0
        owner = message.conversation if message.mine else self.me.account
        mailbox = sha256(b"mailbox" + owner).digest()[:16]
        noise = shake_256(message.id).digest(min(HEAD, size))
        return WireView(noise, size, mailbox, message.received, copies=1)

    def wire_size(self, conversation: bytes, text: str) -> int:
        del conversation
        return size_class(len(text.encode()) + OVERHEAD)

    def safety_number(self, conversation: bytes) -> SafetyNumber:
        chat = self._chats[conversation]
        digits = str(int.from_bytes(shake_256(conversation).digest(32), "big"))[:60].zfill(60)
        groups = " ".join(digits[start : start + 5] for start in range(0, 60, 5))
        places = (int(digits[at : at + 3]) for at in range(0, 60, 3))
        return SafetyNumber(groups, digits, words_at(places), chat.name, chat.trust)

    def compare(self, conversation: bytes, number: str) -> Compared:
        ours, parts = self.safety_number(conversation), number.lower().split()
        said = "".join(parts)
        if said in ("".join(ours.digits.split()), "".join(ours.words), ours.qr):
            return Compared.SAME
        is_digits, is_words = said.isdigit() and len(said) == 60, len(parts) == 20
        if not is_digits and not is_words:
            raise RefusedError("That is not a safety number.")
        return Compared.OTHER

    def invite(self) -> str:
        account = self.me.account.hex()
        return f"doorless:v1?relay={self.me.relay}&handle={self.me.handle}&account={account}"

    def log_status(self) -> LogStatus:
        return LogStatus(
            relay=self.me.relay,
            config=sha256(self.me.relay.encode()).digest(),
            size=4_711,
            anchor=17,
            checked=self.now - 7_200,
            own=2,
            awaited=0,
            pending=1,
            frozen=bool(self._alarms),
            alarms=len(self._alarms),
            proven=sum(alarm.evidence > 0 for alarm in self._alarms),
        )

    def alarms(self) -> Sequence[Alarm]:
        return list(self._alarms)

    def evidence(self, number: int) -> bytes:
        return b"evidence of alarm %d" % number

    async def read_alarm(self, number: int) -> None:
        self.done.append(("read alarm", number.to_bytes()))

    async def check_log(self) -> LogStatus:
        self.done.append(("check log", b""))
        return self.log_status()

    async def add(self, address: str) -> Chat:
        if "@" not in address and not address.startswith("doorless:v1?"):
            raise RefusedError("That is neither handle@relay nor an invite link.")
        conversation = self.person(address.partition("@")[0].capitalize())
        self.tell(ChatChanged(self._chats[conversation]))
        return self._chats[conversation]

    async def send(
        self, conversation: bytes, text: str, *, quoting: Message | None = None
    ) -> Message:
        if self._chats[conversation].trust is Trust.CHANGED:
            raise KeyChangedError("Their keys changed; decide first.")
        self.sent.append((conversation, text))
        online = self.connection.link is Link.ONLINE
        state = State.SENT if online else State.WAITING
        quote = self.messages.quote(quoting) if quoting is not None else None
        lasts = self._chats[conversation].lasts
        return self.arrive(conversation, text, mine=True, state=state, quote=quote, lasts=lasts)

    async def mark_read(self, conversation: bytes) -> None:
        history = self._histories[conversation]
        history.seen = len(history)
        chat = self._chats[conversation]
        if chat.unread or chat.marked_unread:
            self.change(conversation, unread=0, marked_unread=False)

    async def set_typing(self, conversation: bytes, active: bool) -> None:
        self.done.append(("typing" if active else "stopped", conversation))

    async def save_draft(self, conversation: bytes, text: str) -> None:
        self.drafts[conversation] = text
        self.change(conversation, draft=text)

    async def accept(self, conversation: bytes) -> None:
        self.done.append(("accept", conversation))
        self.change(conversation, standing=Standing.CONTACT, trust=Trust.FIRST_SEEN)

    async def block(self, conversation: bytes) -> None:
        self.done.append(("block", conversation))
        self.change(conversation, standing=Standing.BLOCKED)

    async def forget(self, conversation: bytes) -> None:
        self.done.append(("forget", conversation))
        del self._chats[conversation]
        del self._histories[conversation]

    async def keep(self) -> None:
        self.is_frozen = False
        self.done.append(("keep", b""))

    async def verify(self, conversation: bytes, number: str) -> None:
        if self.compare(conversation, number) is Compared.OTHER:
            raise KeyChangedError("It is another number.")
        self.done.append(("verify", conversation))
        self.change(conversation, trust=Trust.VERIFIED)


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends a listener's part."""

    listeners: list[Listener]
    listener: Listener

    def __call__(self) -> None:
        if self.listener in self.listeners:
            self.listeners.remove(self.listener)
