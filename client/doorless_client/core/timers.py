"""How long what is said in a conversation lasts: one choice for both sides, shown by a line.

    revision 3 ──► revision 4 ──► …      the higher holds; of two that crossed, the higher id

It belongs to the conversation: other keys, devices or accounts of a contact change nothing of it.
Spec: docs/spec/06-content.md §3.12.
"""

from doorless_client.core.conversations import Conversations
from doorless_client.core.outbox import Outbox
from doorless_client.core.present import subject
from doorless_client.core.state import State
from doorless_client.core.views import Standing, Trust
from doorless_client.settings.spans import in_words
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Timer
from doorless_protocol.content import Content
from doorless_protocol.content import Timer as TimerBody

MAX_STEP = 1024
"""Revisions by which a choice may be ahead of what we know. Spec: 06 §3.12."""


class Timers:
    """All but the question runs inside a change."""

    def __init__(self, state: State, conversations: Conversations, outbox: Outbox) -> None:
        self._state, self._rows = state, state.store.timers
        self._conversations, self._outbox = conversations, outbox

    def of(self, conversation: bytes) -> Timer:
        return self._rows.get(conversation) or Timer(conversation)

    def choose(self, contact: Contact, seconds: int) -> None:
        """What is said here from now on lasts so long; the other side learns it, by a line too."""
        said = TimerBody(seconds, self.of(contact.conversation).revision + 1)
        content = self._conversations.say(contact, said)
        self._rows.put(Timer(contact.conversation, seconds, said.revision, content.id))
        line = self._conversations.add_line(
            contact, content, self._state.keys.device, _line("you", seconds), mine=True
        )
        self._outbox.say(contact, said, content=content, place=line.place)

    def begin(self, contact: Contact, seconds: int) -> None:
        """What the person chose for new chats: it holds for what we say, and is told later."""
        if seconds and self._rows.get(contact.conversation) is None:
            self._rows.put(Timer(contact.conversation, seconds))
            self._conversations.show_chat(contact)

    def tell_untold(self, contact: Contact) -> None:
        """After their session was confirmed: what they know nothing of yet."""
        held = self._rows.get(contact.conversation)
        if held is None or held.revision or not held.seconds:
            return
        if may_be_told(contact) and self._conversations.has_confirmed(contact):
            self.choose(contact, held.seconds)

    def hear(
        self, contact: Contact, content: Content, device: bytes, said: TimerBody, *, mine: bool
    ) -> Entry | None:
        """Another choice, and the line that says so; one that crossed a higher one shows none."""
        held = self.of(contact.conversation)
        if not holds_over(said, content.id, held):
            self._conversations.count(contact, content, device)
            return None
        self._rows.put(Timer(contact.conversation, said.seconds, said.revision, content.id))
        who = "you" if mine else subject(contact)
        line = _line(who, said.seconds)
        return self._conversations.add_line(contact, content, device, line, mine=mine)

    def follow(self, contact: Contact, told: Timer) -> None:
        """What another device of ours knows of a conversation."""
        held = self.of(contact.conversation)
        if (told.revision, told.id) > (held.revision, held.id):
            self._rows.put(told)
            self._conversations.show_chat(contact)

    def lasting(self, contact: Contact) -> int:
        """Seconds that what is said now lasts."""
        return self.of(contact.conversation).seconds


def holds_over(said: TimerBody, id: bytes, held: Timer) -> bool:
    """Whether this choice takes the place of the one that we know."""
    if said.revision > held.revision + MAX_STEP:
        return False
    return (said.revision, id) > (held.revision, held.id)


def may_be_told(contact: Contact) -> bool:
    """Whom we talk with, under keys that nobody doubts."""
    is_contact = contact.standing == Standing.CONTACT.value
    return is_contact and contact.trust != Trust.CHANGED.value


def _line(who: str, seconds: int) -> str:
    """In our own words alone but for the name."""
    if not seconds:
        return f"{who} chose that messages stay from now on"
    return f"{who} chose that messages disappear {in_words(seconds)} after they were seen"
