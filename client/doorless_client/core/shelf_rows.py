"""How the person arranged the chats, as rows; and the conversation with oneself among them.

That conversation is a row of `contacts` like the others, under an account that nobody has: so
all that can be done with messages can be done there. Nothing of it is asked of a relay, sealed
for anybody but our own devices, verified, or looked up in a key log.
Spec: docs/spec/08-state.md §17.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from doorless_client.core.api import RefusedError
from doorless_client.core.forgetting import finish_forgetting
from doorless_client.core.present import FROM_ANOTHER
from doorless_client.core.state import State
from doorless_client.core.views import Chat, Kind, Standing, Trust
from doorless_client.store.base import Store
from doorless_client.store.records import Contact
from doorless_client.store.talk_records import Shelf
from doorless_client.text import safe_line
from doorless_protocol.keys import AccountId, conversation_id

SELF: Final = AccountId(bytes(32))
"""Account of the conversation with ourselves: an account id is a hash, and none is all zeros."""

NOTE_NAME: Final = safe_line("Note to self")

LONGEST_NAME: Final = 64
"""Characters of a name that are shown, ours for a contact as well as their own."""

_LOOK_AT = 16
"""Messages read at a time to see whether an archived chat came back."""


def is_note(contact: Contact) -> bool:
    """Whether this is the conversation with ourselves."""
    return contact.account == SELF


def check_other(contact: Contact) -> Contact:
    """Raises RefusedError: it is nobody but ourselves."""
    if is_note(contact):
        raise RefusedError("these are your notes to yourself: nobody else is there")
    return contact


def note_key(state: State) -> bytes:
    """Under which all our devices keep the conversation with ourselves."""
    return conversation_id(state.account, SELF)


def note_row(state: State) -> Contact:
    """The conversation with ourselves, made if it is not there. Inside a change."""
    key = note_key(state)
    if (known := state.store.contacts.get(key)) is not None:
        return known
    finish_forgetting(state.store, key)
    made = Contact(
        conversation=key,
        account=SELF,
        handle="",
        relay="",
        pin=b"",
        claim="",
        name=NOTE_NAME,
        trust=Trust.FIRST_SEEN.value,
        standing=Standing.CONTACT.value,
        head=state.manifest.head.encode(),
        manifest=b"",
        offered=b"",
        token=b"",
        looked_up=0.0,
        introduced=False,
        added=state.now(),
    )
    state.store.contacts.put(made)
    return made


def shelf_of(store: Store, conversation: bytes) -> Shelf:
    """How a chat is arranged: as nobody arranged it, where there is no row."""
    return store.shelf.get(conversation) or Shelf(conversation)


def arranged(chat: Chat, contact: Contact, state: State) -> Chat:
    """The chat as the person arranged it."""
    if is_note(contact):
        chat = replace(chat, address=safe_line(str(state.address)), note_to_self=True)
    row = state.store.shelf.get(chat.conversation)
    if row is None:
        return chat
    return replace(
        chat,
        name=safe_line(row.own_name, at_most=LONGEST_NAME) or chat.name,
        pinned=row.pinned,
        muted_until=row.muted_until if row.muted_until > state.now() else 0,
        archived=is_archived(state.store, row, state.now()),
        marked_unread=row.marked_unread,
    )


def in_order(chats: Iterable[Chat]) -> Sequence[Chat]:
    """As they are listed: what is pinned first, then the newest."""
    return sorted(chats, key=lambda chat: (not chat.pinned, -chat.when))


def is_archived(store: Store, row: Shelf, now: int) -> bool:
    """Whether it was put away, and nothing was said in it since; while it is muted, anyhow."""
    if not row.archived or row.muted_until > now:
        return bool(row.archived)
    return not was_said_since(store, row.conversation, row.archived - 1)


def was_said_since(store: Store, conversation: bytes, place: int) -> bool:
    """Whether anybody said anything at `place` or after; a history that is told is nothing new."""
    while rows := store.messages.slice(conversation, place, place + _LOOK_AT):
        if any(row.kind != Kind.NOTE.value and row.note != FROM_ANOTHER for row in rows):
            return True
        place += _LOOK_AT
    return False


def archived_from(store: Store, conversation: bytes) -> int:
    """What `Shelf.archived` is for a chat that is put away now."""
    return 1 + store.messages.length(conversation)
