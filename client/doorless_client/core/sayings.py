"""What a person says, and does with what was said: core.message_api.MessageActions, at the engine.

Each is stored and queued in one change, for every device of the contact and every other one of
ours, as a text is. Spec: docs/spec/08-state.md §15.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from doorless_client.core.acts import EDITED_WITHIN, Act, Acts, time_after
from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.extras import change_extra, extra_of, quote_in
from doorless_client.core.fading import Fading
from doorless_client.core.fleet import Fleet
from doorless_client.core.gossip import Gossip
from doorless_client.core.message_parts import Sealing, Version
from doorless_client.core.message_sync import MessageSync
from doorless_client.core.order import order_of
from doorless_client.core.outbox import Outbox
from doorless_client.core.parts import quoted_words
from doorless_client.core.picked import picked
from doorless_client.core.reactions import check_emoji
from doorless_client.core.sealings import Sealings
from doorless_client.core.state import State
from doorless_client.core.timers import Timers
from doorless_client.core.trust import check_may_send
from doorless_client.core.unsaid import Unsaid
from doorless_client.core.views import Kind, Message, Standing
from doorless_client.core.views import State as Reach
from doorless_client.store.base import StoreError
from doorless_client.store.records import AN_ACT, Contact, Entry
from doorless_client.text import composed, safe
from doorless_protocol.content import (
    MAX_TEXT_BYTES,
    Delete,
    Edit,
    Quote,
    React,
    Text,
    check_lasts,
)


class Sayings:
    """Attributes:
    accept: takes a request for a conversation; who answers it accepts it.
    wake: what waits for this contact may leave now.
    """

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        outbox: Outbox,
        fleet: Fleet,
        gossip: Gossip,
        acts: Acts,
        timers: Timers,
        fading: Fading,
        sealings: Sealings,
        sync: MessageSync,
    ) -> None:
        self._state, self._store, self._fleet = state, state.store, fleet
        self._conversations, self._contacts, self._outbox = conversations, contacts, outbox
        self._gossip, self._acts, self._timers = gossip, acts, timers
        self._fading, self._sealings, self._sync = fading, sealings, sync
        self._unsaid = Unsaid(state, conversations)
        self.accept: Callable[[bytes], None] = lambda _: None
        self.wake: Callable[[Contact], None] = lambda _: None

    # --- saying ------------------------------------------------------------------------------

    def send(self, conversation: bytes, text: str, quoting: Message | None = None) -> Message:
        """Store and queue a text; sealed now where a session allows it.

        Raises:
            KeyChangedError, RefusedError: nothing was stored.
        """
        self.check(self._contacts.get(conversation))
        said = self.text(conversation, check_text(text), quoting)
        return self._say(conversation, said)

    def text(self, conversation: bytes, text: str, quoting: Message | None = None) -> Text:
        """What is said with these words: what it answers, and how long it lasts here."""
        contact = self._contacts.get(conversation)
        quote = self._quote(quoting) if quoting is not None else None
        return Text(composed(text), quote, lasts=self._timers.lasting(contact))

    def _quote(self, message: Message) -> Quote:
        """Raises RefusedError: it cannot be answered."""
        row = self._row(message)
        extra = extra_of(self._store, row.conversation, row.place)
        words = "" if extra.lasts else quoted_words(row.text)
        return Quote(row.account, row.id, words)

    def _say(self, conversation: bytes, said: Text) -> Message:
        contact = self._contacts.get(conversation)
        if contact.standing == Standing.REQUEST.value:
            self.accept(conversation)  # who answers a request accepts it
        with self._state.change():
            contact = self._contacts.get(conversation)
            content = self._conversations.say(contact, said)
            entry = self._conversations.add_own(contact, content.id, content.time, said)
            self._outbox.say(contact, said, content=content, place=entry.place)
            self._gossip.tell(contact)
        self.wake(contact)
        current = self._store.messages.get(entry.conversation, entry.place) or entry
        return self._conversations.message(contact, current)

    def check(self, contact: Contact) -> None:
        """Raises KeyChangedError, RefusedError: nothing may be said to this contact now."""
        self._fleet.removal.check()
        check_may_send(contact)

    # --- acts that are told ------------------------------------------------------------------

    def react(self, message: Message, emoji: str) -> None:
        """Raises RefusedError: it is no message that one can react to."""
        row, contact = self._row(message), self._contacts.get(message.conversation)
        wanted = check_emoji(emoji)
        held = self._store.reactions.get(row.conversation, row.account, row.id, self._state.account)
        if (held.emoji if held else "") != wanted:
            self._do(contact, row, React(row.account, row.id, wanted))

    def edit(self, message: Message, text: str) -> None:
        """Raises RefusedError: not ours, said too long ago, with a file, or taken back."""
        row, contact = self._row(message), self._contacts.get(message.conversation)
        words = composed(check_text(text))
        self.check(contact)
        if not row.mine:
            raise RefusedError("only who wrote a message can edit it")
        if extra_of(self._store, row.conversation, row.place).file:
            raise RefusedError("a message with a file stays as it is: delete it, and send another")
        if row.state == Reach.FAILED:
            raise RefusedError("it was not sent: send it again, or delete it")
        if words == row.text:
            return
        if self._rewrite(contact, row, words):
            return
        if self._conversations.now_ms() - row.at > EDITED_WITHIN * 1000:
            raise RefusedError("a message can be edited for 24 hours: this one is older")
        self._do(contact, row, Edit(row.id, words))

    def _rewrite(self, contact: Contact, row: Entry, words: str) -> bool:
        """Nobody has it yet: it leaves with these words, as if it had never had others."""
        if row.state != Reach.WAITING:
            return False
        with self._state.change():
            if not self._unsaid.rewrite(contact, row, words):
                return False
            changed = msgspec.structs.replace(row, text=words, chars=len(words))
            self._conversations.replace(contact, changed)
        return True

    def delete(self, message: Message, *, everyone: bool) -> None:
        """Raises RefusedError: of others, for everyone."""
        row = self._row(message, any_kind=not everyone)
        contact = self._contacts.get(message.conversation)
        if everyone and not row.mine:
            raise RefusedError("only who wrote a message can delete it for everyone")
        if not everyone or row.state == Reach.FAILED:
            self._hide(contact, row)
        elif not self._hide_unsaid(contact, row):
            self._do(contact, row, Delete(row.id))

    def _do(self, contact: Contact, row: Entry, act: Act) -> None:
        """Do it here, and say it."""
        self.check(contact)
        if contact.standing == Standing.REQUEST.value:
            raise RefusedError("accept the request first: until then nothing answers it")
        ours, device = self._state.account, self._state.keys.device
        with self._state.change():
            now = self._conversations.now_ms()
            time = time_after(self._store, row, ours, now)
            if isinstance(act, Delete):
                self._unsaid.unquote(contact, row)  # before this is counted after what waits
            content = self._conversations.say(contact, act, time=time)
            self._acts.do(contact, ours, device, content, act)
            self._outbox.say(contact, act, content=content, place=AN_ACT)
            self._gossip.tell(contact)
        self._scrub()
        self.wake(contact)

    def set_timer(self, conversation: bytes, seconds: int) -> None:
        """Raises BadInputError: no time that a message may last."""
        contact = self._contacts.get(conversation)
        try:
            check_lasts(seconds)
        except ValueError:
            raise BadInputError("messages last from 5 seconds to four weeks, or stay") from None
        self.check(contact)
        if contact.standing == Standing.REQUEST.value:
            raise RefusedError("accept the request first: until then nothing answers it")
        if seconds != self._timers.lasting(contact):
            with self._state.change():
                self._timers.choose(contact, seconds)
            self.wake(contact)

    # --- what concerns us alone --------------------------------------------------------------

    def pin(self, message: Message, pinned: bool) -> None:
        row, contact = self._row(message), self._contacts.get(message.conversation)
        with self._state.change():
            change_extra(self._store, row, pinned=pinned)
            self._conversations.replace(contact, row)
            self._sync.tell_pinned(contact, row, pinned=pinned)

    def _hide(self, contact: Contact, row: Entry) -> None:
        with self._state.change():
            self._take_back(contact, row)
            self._end(contact, row)
        self._scrub()

    def _hide_unsaid(self, contact: Contact, row: Entry) -> bool:
        """Nobody has it, and nobody gets it. False: somebody may have it."""
        with self._state.change():
            if not self._take_back(contact, row):
                return False
            self._end(contact, row)
        self._scrub()
        return True

    def _end(self, contact: Contact, row: Entry) -> None:
        self._unsaid.unquote(contact, row)
        self._fading.end(row.conversation, row.place)
        if row.id:
            self._sync.tell_hidden(contact, row)

    def _take_back(self, contact: Contact, row: Entry) -> bool:
        is_waiting = row.mine and row.state == Reach.WAITING
        return is_waiting and self._unsaid.take_back(contact, row)

    def _scrub(self) -> None:
        """What went leaves the files at once, or by itself a little later."""
        if self._conversations.owes_scrub:
            with suppress(StoreError):
                self._store.scrub()
                self._conversations.owes_scrub = False

    # --- what did not leave, or leaves again ---------------------------------------------------

    def forward(self, message: Message, to: bytes) -> Message:
        """Raises RefusedError: there is nothing to forward."""
        row = self._row(message)
        if not row.text:
            raise RefusedError("there are no words to forward")
        self.check(self._contacts.get(to))
        said = msgspec.structs.replace(self.text(to, check_text(row.text)), forwarded=True)
        return self._say(to, said)

    def retry(self, message: Message) -> Message:
        """Raises RefusedError: it did not fail."""
        row, contact = self._row(message), self._contacts.get(message.conversation)
        if row.state != Reach.FAILED:
            raise RefusedError("it did not fail: there is nothing to send again")
        self.check(contact)
        extra = extra_of(self._store, row.conversation, row.place)
        if extra.file:
            raise RefusedError("send the file itself again: it was not sent")
        said = self.text(row.conversation, row.text)
        again = self._say(
            row.conversation,
            msgspec.structs.replace(said, quote=quote_in(extra), forwarded=extra.forwarded),
        )
        self._hide(contact, row)
        return self._conversations.again(contact, again.id)

    def cancel(self, message: Message) -> None:
        """Raises RefusedError: it does not wait, or the relay may have it already."""
        row, contact = self._row(message), self._contacts.get(message.conversation)
        if not row.mine or row.state != Reach.WAITING:
            raise RefusedError("it does not wait any more")
        with self._state.change():
            if not self._unsaid.take_back(contact, row):
                raise RefusedError("the relay may have it already: delete it for everyone")
            self._conversations.fail(contact, row.place, "cancelled before it was sent")

    # --- looking -----------------------------------------------------------------------------

    def versions(self, message: Message) -> Sequence[Version]:
        row = self._row(message, any_kind=True)
        found = self._store.versions.find(conversation=row.conversation, place=row.place)
        return [Version(safe(each.text), each.at) for each in found]

    def sealings(self, message: Message) -> Sequence[Sealing]:
        row = self._row(message, any_kind=True)
        return self._sealings.of(row) if row.mine else ()

    def pinned(self, conversation: bytes) -> Sequence[Message]:
        contact = self._contacts.get(conversation)
        extras = self._store.extras.find(conversation=conversation, pinned=True)
        order = order_of(self._store, conversation)
        places = sorted((each.place for each in extras), key=order.position)
        return self._conversations.messages(contact, [range(at, at + 1) for at in places])

    def _row(self, message: Message, *, any_kind: bool = False) -> Entry:
        """The message as it is now; its position may have changed since it was shown.

        Raises:
            RefusedError: it is there no more, or was taken back, or no message at all.
        """
        key = message.conversation
        row = picked(self._store, self._contacts.get(key), self._state.account, message)
        if row is None:
            raise RefusedError("this message is not there any more")
        if not any_kind and row.kind != Kind.TEXT.value:
            raise RefusedError("that is no message of anybody")
        if not any_kind and extra_of(self._store, key, row.place).deleted:
            raise RefusedError("this message was deleted")
        return row


def check_text(text: str) -> str:
    """Raises RefusedError: nothing in it, more than a message holds, or no Unicode."""
    if not text.strip():
        raise RefusedError("there is nothing in it")
    try:
        size = len(composed(text).encode())
    except UnicodeEncodeError:
        raise RefusedError("it holds characters that are no Unicode") from None
    if size > MAX_TEXT_BYTES:
        raise RefusedError(f"{size} bytes are too long: a message holds {MAX_TEXT_BYTES}")
    return text
