"""Files of messages: what is stored of their way, and what may happen next.

    ours      WAITING ──► (moving) ──► HERE: the relay has it, and its message leaves
                 │ ▲          │
                 ▼ │          ▼
               PAUSED       FAILED, with the reason
    theirs    OFFERED ── fetch ──► WAITING ──► (moving) ──► HERE: all of it is here, and verified
                 ▲                    │ ▲         │
                 └──── cancel ────────┤ ▼         ▼
                                      PAUSED    GONE: the relay has it no more; FAILED

A file of ours is sealed before anything is stored of it, and once: what goes on after a crash is
the same ciphertext, from where the relay says. Its message is counted among what we said when it
leaves, not before, so that what is said meanwhile does not wait for it, nor shows a gap.
Spec: docs/spec/08-state.md §18, docs/spec/14-attachments.md.
"""

from collections.abc import Iterator

import msgspec

from doorless_client.core.api import RefusedError
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.effects import Wake
from doorless_client.core.extras import extra_of, file_in
from doorless_client.core.file_views import file_view
from doorless_client.core.gossip import Gossip
from doorless_client.core.message_parts import FileState, FileView
from doorless_client.core.outbox import Outbox
from doorless_client.core.picked import picked
from doorless_client.core.pins import pin_of
from doorless_client.core.shelf_rows import is_note
from doorless_client.core.state import State
from doorless_client.core.trust import check_may_send, may_send
from doorless_client.core.unacknowledged import KEPT_FOR
from doorless_client.core.vault import Vault
from doorless_client.core.views import FileMoved, Message, Standing
from doorless_client.store.records import Contact, Entry
from doorless_client.store.transfer_records import BlobToDrop, Transfer
from doorless_protocol.attachment import Seal, open_sealed, sealed_size
from doorless_protocol.blob_frames import CAPABILITY_SIZE, read_capability
from doorless_protocol.content import File, Text

MAX_SIZE = 100 * 1024 * 1024
"""Bytes of a file that is sent or fetched. Spec: docs/spec/14-attachments.md §1."""

DROP_FOR = 31 * 86_400
"""Seconds for which a relay is asked to forget a file: then it did by itself."""

Place = tuple[bytes, int]
"""Conversation and place of a message."""


class Transfers:
    """Inside a change where it says so. The flows are in core/moving.py.

    Attributes:
        moving: sealed bytes moved so far, of what moves at this moment. Never stored.
        reached: the same, of what moved since the start and does not now.
    """

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        outbox: Outbox,
        gossip: Gossip,
        vault: Vault,
    ) -> None:
        self._state, self._store, self.vault = state, state.store, vault
        self._conversations, self._contacts = conversations, contacts
        self._outbox, self._gossip = outbox, gossip
        self.moving: dict[Place, int] = {}
        self.reached: dict[Place, int] = {}
        self._is_untidy = True
        self._sealing: set[str] = set()
        conversations.parts.file = self.shown
        conversations.forget_file = lambda row: self.forget(row.conversation, row.place)

    # --- ours --------------------------------------------------------------------------------

    def check_may_offer(self, conversation: bytes, size: int) -> None:
        """Raises KeyChangedError, RefusedError: no file may be said there, or not one so large."""
        check_may_send(self._contacts.get(conversation))
        check_size(size)

    def begin_sealing(self) -> str:
        """Under which name the ciphertext is to be put in the vault."""
        name = self._state.random(32).hex()
        self._sealing.add(name)
        return name

    def give_up_sealing(self, local: str) -> None:
        self._sealing.discard(local)
        self.vault.drop(local)

    def offer(self, conversation: bytes, name: str, said: Text, seal: Seal, local: str) -> Message:
        """Show a message with a file that was sealed into the vault; it leaves when it may.

        Raises:
            KeyChangedError, RefusedError: nothing was stored.
        """
        contact = self._contacts.get(conversation)
        check_may_send(contact)
        write = self._state.random(CAPABILITY_SIZE)
        file = File(name, seal.size, seal.key, read_capability(write), seal.digest)
        said = msgspec.structs.replace(said, file=file)
        with self._state.change():
            at = int(self._state.clock() * 1000)
            entry = self._conversations.add_own(contact, self._state.random(16), at, said)
            stays = is_note(contact) and len(self._state.manifest.entries) == 1
            self._store.transfers.put(
                Transfer(
                    conversation=conversation,
                    place=entry.place,
                    incoming=False,
                    state=(FileState.HERE if stays else FileState.WAITING).value,
                    local=local,
                    write=write,
                    size=sealed_size(seal.size),
                    body=b"" if stays else msgspec.msgpack.encode(said),
                    note="",
                    attempts=0,
                    not_before=0.0,
                    expires=self._state.clock() + KEPT_FOR,
                )
            )
            self._state.emit(Wake())
        self._sealing.discard(local)
        return self._conversations.message(contact, entry)

    def left(self, row: Transfer) -> None:
        """The relay has all of it: its message leaves now. Inside a change."""
        contact = self._contacts.get(row.conversation)
        entry = self._store.messages.get(row.conversation, row.place)
        self.put(msgspec.structs.replace(row, state=FileState.HERE.value, body=b"", note=""))
        if entry is None or not row.body:
            return
        said = msgspec.msgpack.decode(row.body, type=Text)
        content = self._conversations.say(contact, said, id=entry.id)
        self._outbox.say(contact, said, content=content, place=entry.place)
        self._gossip.tell(contact)

    def fail(self, row: Transfer, why: str) -> None:
        """Inside a change."""
        self.put(msgspec.structs.replace(row, state=FileState.FAILED.value, body=b"", note=why))
        if not row.incoming:
            self._conversations.fail(self._contacts.get(row.conversation), row.place, why)
            self._drop_at_relay(row)

    def withdraw(self, contact: Contact) -> None:
        """Nothing more leaves for somebody who is blocked. Inside a change."""
        for row in self.uploads():
            if row.conversation == contact.conversation:
                self.fail(row, "blocked before it was sent")

    def forget_all(self, contact: Contact) -> None:
        """As `forget`, of all that was said with somebody. Inside a change."""
        for row in self._store.transfers.find(conversation=contact.conversation):
            self.forget(row.conversation, row.place)

    def expire(self) -> None:
        """Give up what waited too long. Inside a change."""
        now = self._state.clock()
        for row in self.uploads():
            if row.expires <= now:
                self.fail(row, "it could not be sent in 14 days")
        for drop in self._store.blobs_to_drop.find():
            if drop.expires <= now:
                self._store.blobs_to_drop.drop(drop.write)

    # --- theirs ------------------------------------------------------------------------------

    def fetch(self, message: Message) -> None:
        """Have it brought here, or ours go on. Raises RefusedError."""
        contact, place, row = self._of(message)
        file = self.file(message)
        if contact.standing == Standing.REQUEST.value:
            raise RefusedError("accept the request first: nothing of a stranger is fetched")
        if row is None:
            check_size(file.size)
            row = Transfer(
                conversation=contact.conversation,
                place=place,
                incoming=True,
                state=FileState.WAITING.value,
                local=self._state.random(32).hex(),
                write=b"",
                size=sealed_size(file.size),
                body=b"",
                note="",
                attempts=0,
                not_before=0.0,
                expires=0.0,
            )
        elif row.state == FileState.HERE.value:
            if self.vault.size(row.local) == row.size:
                return
            row = msgspec.structs.replace(row, incoming=True)  # its bytes were lost, or left behind
        elif not row.incoming and not row.body:
            raise RefusedError("it was given up: send the file again")
        waiting = FileState.WAITING.value
        with self._state.change():
            fresh = msgspec.structs.replace(row, state=waiting, note="", attempts=0, not_before=0.0)
            self.put(fresh)
            self._state.emit(Wake())

    def pause(self, message: Message) -> None:
        _, _, row = self._of(message)
        if row is not None and row.state == FileState.WAITING.value:
            with self._state.change():
                self.put(msgspec.structs.replace(row, state=FileState.PAUSED.value))

    def cancel(self, message: Message) -> None:
        """Raises RefusedError: ours, and it left already."""
        _, _, row = self._of(message)
        if row is None:
            return
        if not row.incoming and not row.body:
            raise RefusedError("it was sent already: delete the message instead")
        with self._state.change():
            if row.incoming:
                self._forget_row(row)
                self.show(row.conversation, row.place)
            else:
                self.fail(row, "not sent: you stopped it")
            self._state.emit(Wake())

    def forget(self, conversation: bytes, place: int) -> None:
        """The message is deleted: its bytes go, here and, of ours, at the relay.

        Inside a change.
        """
        row = self._store.transfers.get(conversation, place)
        if row is not None:
            if row.write:
                self._drop_at_relay(row)
            self._forget_row(row)
            self._state.emit(Wake())

    # --- looking -----------------------------------------------------------------------------

    def shown(self, entry: Entry, file: File) -> FileView:
        """The file of a message, as far as it came."""
        key = entry.conversation, entry.place
        row, moved = self._store.transfers.get(*key), self.moving.get(key)
        reached = self.reached.get(key, 0)
        return file_view(file, row, mine=entry.mine, moved=moved, reached=reached)

    def view(self, message: Message) -> FileView | None:
        contact = self._store.contacts.get(message.conversation)
        entry = contact and picked(self._store, contact, self._state.account, message)
        return self._view((entry.conversation, entry.place)) if entry else None

    def _view(self, key: Place) -> FileView | None:
        entry, file = self._store.messages.get(*key), file_in(extra_of(self._store, *key))
        return self.shown(entry, file) if entry is not None and file is not None else None

    def file(self, message: Message) -> File:
        """Raises RefusedError: none."""
        file = file_in(extra_of(self._store, message.conversation, self._place(message)))
        if file is None:
            raise RefusedError("there is no file in this message")
        return file

    def here(self, message: Message) -> Transfer:
        """Raises RefusedError: its bytes are not on this computer."""
        self.file(message)
        _, _, row = self._of(message)
        if row is None or not row.local or (row.incoming and row.state != FileState.HERE.value):
            raise RefusedError("the file is not here yet: fetch it first")
        return row

    def open(self, row: Transfer) -> Iterator[bytes]:
        """The plaintext, of which nothing may be used before it ended.

        Raises:
            ForgedError: it is not what was sent. VaultError: the disk does not give it.
        """
        file = self.file_of(row)
        seal = Seal(file.key, file.size, file.digest)
        return open_sealed(self.vault.pieces(row.local), seal)

    def file_of(self, row: Transfer) -> File:
        """Raises RefusedError: the message has none any more."""
        file = file_in(extra_of(self._store, row.conversation, row.place))
        if file is None:
            raise RefusedError("there is no file in this message")
        return file

    # --- rows --------------------------------------------------------------------------------

    def row(self, key: Place) -> Transfer | None:
        return self._store.transfers.get(*key)

    def put(self, row: Transfer) -> None:
        """Inside a change; shown when that is durable."""
        self._store.transfers.put(row)
        self.show(row.conversation, row.place)

    def show(self, conversation: bytes, place: int) -> None:
        """Tell how far the file of a message came, once the open change is done."""
        self._state.show_last(
            b"file " + conversation + place.to_bytes(8), lambda: self._moved(conversation, place)
        )

    def _moved(self, conversation: bytes, place: int) -> FileMoved | None:
        entry = self._store.messages.get(conversation, place)
        view = self._view((conversation, place))
        return FileMoved(conversation, entry.id, view) if entry and view else None

    def uploads(self) -> list[Transfer]:
        """Ours that did not leave."""
        return [row for row in self._store.transfers.find(incoming=False) if row.body]

    def relay_of(self, row: Transfer) -> tuple[str, bytes]:
        """Where its sealed bytes lie: with whom the message was said to. And that relay's pin."""
        contact, own = self._contacts.get(row.conversation), self._state.own
        entry = self._store.messages.get(row.conversation, row.place)
        if is_note(contact) or (entry is not None and not entry.mine):
            return own.relay, own.pin
        relay = self._contacts.relay_of(contact)
        return relay, pin_of(self._store, relay)

    def may_move(self, row: Transfer) -> bool:
        """Whether its conversation lets anything be moved now."""
        contact = self._store.contacts.get(row.conversation)
        if contact is None or self._state.frozen:
            return False
        return row.incoming or may_send(contact)

    def tidy(self) -> None:
        """Take out of the vault what no message has any more: what a crash left there, too."""
        if not self._is_untidy:
            return
        self._is_untidy = False
        wanted = self._sealing | {row.local for row in self._store.transfers.find()}
        for name in self.vault.names():
            if name not in wanted:
                self.vault.drop(name)

    def _drop_at_relay(self, row: Transfer) -> None:
        relay, pin = self.relay_of(row)
        until = self._state.clock() + DROP_FOR
        self._store.blobs_to_drop.put(BlobToDrop(row.write, relay, pin, 0.0, until))

    def _forget_row(self, row: Transfer) -> None:
        self._store.transfers.drop(row.conversation, row.place)
        self.moving.pop((row.conversation, row.place), None)
        self.reached.pop((row.conversation, row.place), None)
        self._is_untidy = True

    def _place(self, message: Message) -> int:
        """Raises RefusedError: it is there no more."""
        contact = self._contacts.get(message.conversation)
        entry = picked(self._store, contact, self._state.account, message)
        if entry is None:
            raise RefusedError("this message is not there any more")
        return entry.place

    def _of(self, message: Message) -> tuple[Contact, int, Transfer | None]:
        contact, place = self._contacts.get(message.conversation), self._place(message)
        return contact, place, self._store.transfers.get(contact.conversation, place)


def check_size(size: int) -> None:
    """Raises RefusedError: larger than what is sent, or fetched."""
    if not 0 <= size <= MAX_SIZE:
        raise RefusedError(f"a file has at most {MAX_SIZE // 2**20} MiB here")
