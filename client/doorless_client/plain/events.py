"""What happened, told in a line: only what the person can want to hear now."""

from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import FileState
from doorless_client.core.notice_views import NoticesTold
from doorless_client.core.views import (
    AlarmRaised,
    Chat,
    ChatChanged,
    ConnectionChanged,
    Event,
    FileMoved,
    KeyChanged,
    Kind,
    Link,
    Message,
    MessageAdded,
    MessageChanged,
    MessagesGone,
    Notice,
    Standing,
    State,
)
from doorless_client.plain.desk import Desk
from doorless_client.plain.notices import in_a_line
from doorless_client.plain.saying import called, told

LINKS = {
    Link.ONLINE: "connected",
    Link.OFFLINE: "not connected: what you write waits",
    Link.CONNECTING: "",
    Link.REPLACED: "another copy of this profile is connected",
    Link.STRANGER: "!!! who answers is not your relay: what you write waits",
    Link.REMOVED: "!!! this device was removed from the account",
}


class Events:
    """Turns events into lines. Remembers what was told, so that nothing is told twice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._link: Link | None = None
        self._typing: set[bytes] = set()
        self._files: dict[bytes, FileState] = {}
        self._requests: set[bytes] = set()

    def lines(self, event: Event) -> list[str]:
        try:
            return [line for line in self._lines(event) if line]
        except RefusedError:
            return []  # of a conversation that is gone already

    def _lines(self, event: Event) -> list[str]:
        match event:
            case MessageAdded(message):
                return self._added(message)
            case MessageChanged(message):
                return self._changed(message)
            case MessagesGone(conversation):
                return self._gone(conversation)
            case FileMoved(conversation, id, file):
                return self._file(conversation, id, file.state, file.name)
            case ChatChanged(chat):
                return self._chat(chat)
            case KeyChanged(chat):
                who = called(chat)
                return [
                    f"!!! KEYS CHANGED: {who} shows other keys. Nothing is sent to them until you "
                    f"compare (/open {who}, /verify) or accept (/accept {who})"
                ]
            case ConnectionChanged(connection):
                if connection.link is self._link or not LINKS[connection.link]:
                    return []
                self._link = connection.link
                return [f"* {LINKS[connection.link]}"]
            case Notice(text, halts, alarms):
                return [f"{'!!!' if halts or alarms else '*'} {text}"]
            case NoticesTold(told):
                return [in_a_line(notice) for notice in told]
            case AlarmRaised(alarm):
                number = alarm.number
                return [
                    f"!!! ALARM {number}: {alarm.title}. Nothing is sent before you read it: "
                    f"/alarm {number}"
                ]
        return []

    def _added(self, message: Message) -> list[str]:
        desk = self._desk
        chat = desk.chat_of(message.conversation)
        is_open = chat.conversation == desk.chat
        if chat.standing is Standing.REQUEST and not message.mine:
            if chat.conversation in self._requests:
                return []
            self._requests.add(chat.conversation)
            return ["* somebody who is not a contact wrote: /requests"]
        if chat.muted_until > desk.now() and not is_open and not message.mine:
            return []
        if message.kind is Kind.NOTE:
            return [f"* {called(chat)}: {message.text}"]
        self._typing.discard(chat.conversation)
        return [told(desk.numbers.number(message), message, chat)]

    def _changed(self, message: Message) -> list[str]:
        before = self._desk.numbers.known(message)
        if before is None:
            return []
        number = self._desk.numbers.number(message)
        lines = []
        if message.deleted and not before.deleted:
            return [f"[{number}] was taken back"]
        if message.edited > before.edited:
            lines.append(f"[{number}] says now: {message.text}")
        if message.reactions != before.reactions:
            marks = [f"{one.emoji} {'you' if one.mine else one.by}" for one in message.reactions]
            lines.append(f"[{number}] reactions: {', '.join(marks) or 'none'}")
        if message.mine and message.state is not before.state:
            why = f": {message.note}" if message.state is State.FAILED and message.note else ""
            lines.append(f"[{number}] {message.state.word}{why}")
        return lines

    def _gone(self, conversation: bytes) -> list[str]:
        if conversation != self._desk.chat:
            return []
        return [f"* messages disappeared from {called(self._desk.chat_of(conversation))}"]

    def _file(self, conversation: bytes, id: bytes, state: FileState, name: str) -> list[str]:
        if self._files.get(id) is state:
            return []
        self._files[id] = state
        number = self._desk.numbers.of(conversation, id)
        return [f"[{number}] file {name}: {state.value}"] if number else []

    def _chat(self, chat: Chat) -> list[str]:
        if not chat.typing or chat.conversation != self._desk.chat:
            self._typing.discard(chat.conversation)
            return []
        if chat.conversation in self._typing:
            return []
        self._typing.add(chat.conversation)
        return [f"* {called(chat)} is writing"]
