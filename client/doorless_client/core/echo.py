"""Echo: somebody to write to before there is anybody, who lives on this computer.

What is typed is sealed by this device for Echo's, opened there, and the answer is sealed back:
real keys, sessions, contents and envelopes, and no network at all. Echo is no contact: it has
no row among contacts, devices or sessions and nothing in the outbox, so that what is done with
a contact cannot be done with it, nor be left out for a contact because of it. It is made once;
forgotten, it stays forgotten. Spec: docs/spec/08-state.md §16.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.beside import Beside, beside
from doorless_client.core.comparing import matches
from doorless_client.core.echo_device import meet
from doorless_client.core.echo_history import ADDRESS, NAME, EchoHistory
from doorless_client.core.echo_rows import IS_GONE, EchoRows
from doorless_client.core.echo_words import WELCOME, Measured, about_reaction, answers
from doorless_client.core.message_parts import Sealing
from doorless_client.core.parts import quoted_words
from doorless_client.core.reactions import check_emoji
from doorless_client.core.state import State
from doorless_client.core.views import (
    Chat,
    ChatChanged,
    Compared,
    Details,
    Message,
    MessageAdded,
    MessageChanged,
    SafetyNumber,
    Standing,
    Trust,
    WireView,
)
from doorless_client.core.views import State as Reach
from doorless_client.core.voices import Voices
from doorless_client.marks import preview
from doorless_client.safety_words import words_at
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.text import SafeText
from doorless_protocol import verification
from doorless_protocol.content import (
    GOSSIP_BYTES,
    SAID_BY_A_PERSON,
    Body,
    Content,
    Quote,
    React,
    Receipt,
    Text,
    Unknown,
)


class Echo:
    """Everything that can be done with Echo. Each command is one change, and nothing leaves.

    What speaks of the conversation raises RefusedError once it was forgotten.
    """

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._rows, self._voices = EchoRows(state), Voices(state.store)
        self._beside = Beside(state)

    # --- being there -------------------------------------------------------------------------

    def begin(self) -> None:
        """Be there from now on, with one line said; nothing, if it ever was there before."""
        if self._rows.known:
            return
        state = self._state
        ends = meet(state.us, state.clock(), state.random)
        with state.change():
            row = EchoRow(*ends.encode(), Trust.FIRST_SEEN.value, "", 0, state.now())
            self._rows.put(row)
            self._answer(WELCOME)

    def is_here(self, conversation: bytes) -> bool:
        """Whether this conversation is the one with Echo."""
        held = self._rows.held()
        return held is not None and is_its_conversation(held.conversation, conversation)

    def forget(self) -> None:
        """Delete its keys and all that was said; it does not come back."""
        with self._state.change():
            self._rows.clear()

    # --- talking -----------------------------------------------------------------------------

    def send(self, text: str, quoting: Message | None = None) -> Message:
        """Seal it for Echo, have it opened there, and take what is sealed back.

        Raises:
            ValueError: longer than a message may be.
        """
        with self._state.change():
            ours = self._voices.of(self._rows.here().conversation, self._state.keys.device)
            row, envelope = self._say(Text(text, self._quote(quoting)))
            row = self._acknowledge(row)
            measured = Measured(
                typed=len(text.encode()),
                sealed=len(envelope),
                epoch=self._rows.here().ends.ours.epoch,
                digits=self._digits,
                first=ours.next == 0,
            )
            for line in answers(text, measured):
                self._answer(line)
        return self._message(row)

    def react(self, message: Message, emoji: str) -> None:
        """Seal a reaction for Echo, which says once what that was on the wire.

        Raises:
            RefusedError: the message is not there any more.
            BadInputError: no emoji, or more than one.
        """
        emoji = check_emoji(emoji)
        held = self._rows.with_id(message.id)
        if held is None:
            raise RefusedError(IS_GONE)
        with self._state.change():
            first = not any(row.emoji for row in self._store.echo_said.find())
            author = self._author(mine=held.mine)
            said, envelope = self._tell(React(author, held.id, emoji))
            if isinstance(said, React):
                row = msgspec.structs.replace(held, emoji=said.emoji)
                self._rows.replace(row)
                self._beside.keep(self._rows.here().conversation, said, envelope, mine=True)
                self._state.show(MessageChanged(self._message(row)))
            if first and emoji:
                self._answer(about_reaction(len(envelope)))

    def _quote(self, message: Message | None) -> Quote | None:
        row = self._rows.with_id(message.id) if message is not None else None
        if row is None:
            return None
        return Quote(self._author(mine=row.mine), row.id, quoted_words(row.text))

    def _author(self, *, mine: bool) -> bytes:
        return self._state.account if mine else self._rows.here().ends.manifest.account

    def _say(self, said: Text) -> tuple[EchoSaid, bytes]:
        content, envelope = self._carry(said)
        row = self._rows.add(content, envelope, mine=True)
        self._state.show(MessageAdded(self._message(row)))
        return row, envelope

    def _tell(self, said: Body) -> tuple[Body | Unknown, bytes]:
        """What Echo's device opened, of what is no line of its own."""
        content, envelope = self._carry(said)
        return content.say(), envelope

    def _carry(self, said: Body) -> tuple[Content, bytes]:
        content = self._next(said, self._state.keys.device)
        carried = self._rows.here().ends.to_echo(content, self._state.clock(), self._state.random)
        self._rows.keep(carried.follows)
        return carried.content, carried.envelope

    def _acknowledge(self, row: EchoSaid) -> EchoSaid:
        """Echo's device has it, and seals a receipt as any device does."""
        content, envelope = self._hear(Receipt((row.id,), read=False))
        said = content.say()
        if isinstance(said, Receipt) and row.id in said.ids:
            row = msgspec.structs.replace(row, state=int(Reach.DELIVERED))
            self._rows.replace(row)
            self._beside.keep(self._rows.here().conversation, said, envelope, mine=False)
            self._state.show(MessageChanged(self._message(row)))
        return row

    def _answer(self, text: str) -> None:
        content, envelope = self._hear(Text(text))
        row = self._rows.add(content, envelope, mine=False)
        self._state.show(MessageAdded(self._message(row)))
        self._show()

    def _hear(self, body: Body) -> tuple[Content, bytes]:
        """Have Echo seal `body`; what our session opened, and the envelope."""
        state, ends = self._state, self._rows.here().ends
        content = self._next(body, ends.keys.device)
        carried = ends.from_echo(content, state.us, state.clock(), state.random)
        self._rows.keep(carried.follows)
        return carried.content, carried.envelope

    def _next(self, body: Body, device: bytes) -> Content:
        """What `device` says next; counted, if it is shown."""
        content = self._content(body, device, self._state.random(16))
        if isinstance(body, SAID_BY_A_PERSON):
            self._voices.say(content, device)
        return content

    def _content(self, body: Body, device: bytes, id: bytes) -> Content:
        conversation = self._rows.here().conversation
        voice = self._voices.of(conversation, device)
        return Content.saying(
            body,
            id=id,
            counter=voice.next,
            previous=voice.last,
            conversation=conversation,
            time=int(self._state.clock() * 1000),
            gossip=bytes(GOSSIP_BYTES) if isinstance(body, SAID_BY_A_PERSON) else b"",
        )

    # --- looking -----------------------------------------------------------------------------

    def chats(self) -> Sequence[Chat]:
        """One row of the list; none, before it is there and once it is forgotten."""
        held = self._rows.held()
        if held is None:
            return ()
        row, _, conversation = held
        newest = self._store.echo_said.last()
        chat = Chat(
            conversation=conversation,
            address=ADDRESS,
            name=NAME,
            trust=Trust(row.trust),
            standing=Standing.CONTACT,
            confirmed=True,
            preview=preview(newest.text, 120) if newest else SafeText(),
            when=newest.received if newest else row.made,
            unread=len(self.history().unread()),
            state=Reach(newest.state) if newest and newest.mine else None,
            draft=row.draft,
            echo=True,
        )
        return (chat,)

    def history(self) -> EchoHistory:
        return EchoHistory(self._store, self._rows.here().conversation, str(self._state.address))

    def wire(self, message: Message) -> WireView | None:
        """The envelope that went from one end to the other, and to no relay."""
        row = self._store.echo_said.get(message.position)
        if row is None:
            return None
        said_of_it = beside(self._store, message.conversation, message.id)
        return WireView(
            *(row.head, row.size, row.mailbox, row.received),
            copies=1,
            stays=True,
            beside=said_of_it,
        )

    def sealings(self, message: Message) -> Sequence[Sealing]:
        """The one copy of a message of ours, for Echo's device."""
        row = self._rows.with_id(message.id)
        if row is None or not row.mine:
            return ()
        device = self._rows.here().ends.keys.device
        return (Sealing(device, NAME, False, row.mailbox, row.size, sent=False),)

    def wire_size(self, text: str) -> int:
        """Raises ValueError: longer than a message may be."""
        content = self._content(Text(text), self._state.keys.device, bytes(16))
        return self._rows.here().ends.ours.wire_size(len(content.encode()))

    def details(self) -> Details:
        row, ends, _ = self._rows.here()
        return Details(
            address=ADDRESS,
            name=NAME,
            account=ends.manifest.account,
            trust=Trust(row.trust),
            standing=Standing.CONTACT,
            confirmed=True,
            checked=False,
            devices=1,
            manifest_version=ends.manifest.version,
            added=row.made,
            last_resort=False,
            healed=ends.ours.healed,
        )

    # --- comparing ---------------------------------------------------------------------------

    def safety_number(self) -> SafetyNumber:
        number, trust = self._number(), self._rows.here().row.trust
        return SafetyNumber(
            digits=" ".join(number.groups),
            qr=number.code(),
            words=words_at(number.words),
            name=NAME,
            trust=Trust(trust),
        )

    def compare(self, shown: str) -> Compared:
        """Raises RefusedError: no safety number, so nothing was compared."""
        return Compared.SAME if matches(self._number(), shown) else Compared.OTHER

    def verify(self, shown: str) -> None:
        """Raises KeyChangedError: another number. RefusedError: no number at all."""
        if self.compare(shown) is not Compared.SAME:
            raise KeyChangedError("the numbers differ: nothing was marked")
        self._change(trust=Trust.VERIFIED.value)

    def _number(self) -> verification.SafetyNumber:
        echo = self._rows.here().ends.manifest
        return verification.SafetyNumber.of(self._state.manifest.key, echo.key)

    def _digits(self) -> str:
        """As Echo works it out, from its end."""
        echo = self._rows.here().ends.manifest
        return " ".join(verification.SafetyNumber.of(echo.key, self._state.manifest.key).groups)

    # --- reading and writing -----------------------------------------------------------------

    def mark_read(self) -> None:
        self._change(seen=len(self.history()))

    def save_draft(self, text: str) -> None:
        self._change(draft=text)

    def _change(self, **columns: str | int) -> None:
        row = self._rows.here().row
        changed = msgspec.structs.replace(row, **columns)
        if changed != row:
            with self._state.change():
                self._rows.put(changed)
                self._show()

    def _message(self, row: EchoSaid) -> Message:
        return self.history().shown(row)

    def _show(self) -> None:
        self._state.show_last(self._rows.here().conversation, self._changed)

    def _changed(self) -> ChatChanged | None:
        return next((ChatChanged(chat) for chat in self.chats()), None)


def is_its_conversation(echo: bytes, conversation: bytes) -> bool:
    """Decided by the id alone, which is a hash over both accounts' keys: never by a name."""
    return echo == conversation
