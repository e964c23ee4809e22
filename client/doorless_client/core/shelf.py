"""What the person does with chats: pin, mute, put away, mark, name, find again.

Nobody is told but our own devices. Spec: docs/spec/08-state.md §17.
"""

import msgspec

from doorless_client.core.api import BadInputError
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.searching import Searching
from doorless_client.core.shelf_rows import archived_from, is_archived, note_key, note_row, shelf_of
from doorless_client.core.shelf_sync import ShelfSync
from doorless_client.core.state import State
from doorless_client.core.sweeping import Sweeping
from doorless_client.core.views import FOREVER, Chat
from doorless_client.store.talk_records import Shelf
from doorless_protocol.content import MAX_NAME_BYTES


class Shelves:
    """Attributes:
    sweeping: how what is forgotten goes; core/engine.py puts it there.
    """

    sweeping: Sweeping

    def __init__(
        self, state: State, conversations: Conversations, contacts: Contacts, sync: ShelfSync
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts, self._sync = conversations, contacts, sync
        self.searching = Searching(state, conversations)

    # --- arranging: each raises RefusedError where there is no such conversation --------------

    def pin(self, conversation: bytes, pinned: bool) -> None:
        self._keep(msgspec.structs.replace(self._row(conversation), pinned=pinned))

    def mute(self, conversation: bytes, until: int) -> None:
        """What came while it was muted does not bring it back from the archive afterwards.

        Raises:
            BadInputError: no time.
        """
        if not 0 <= until <= FOREVER:
            raise BadInputError("a chat is muted until a moment, or for ever")
        row = self._row(conversation)
        archived = archived_from(self._store, conversation) if self._is_archived(row) else 0
        self._keep(msgspec.structs.replace(row, muted_until=until, archived=archived))

    def archive(self, conversation: bytes, archived: bool) -> None:
        """Put it away until somebody says something; while it is muted, until it is taken back."""
        row = self._row(conversation)
        if self._is_archived(row) != archived:
            place = archived_from(self._store, conversation) if archived else 0
            self._keep(msgspec.structs.replace(row, archived=place))

    def mark_unread(self, conversation: bytes, unread: bool) -> None:
        """A mark to come back to it; opening it takes the mark away."""
        self._keep(msgspec.structs.replace(self._row(conversation), marked_unread=unread))

    def opened(self, conversation: bytes) -> None:
        """The person looks at it."""
        row = self._store.shelf.get(conversation)
        if row is not None and row.marked_unread:
            self.mark_unread(conversation, False)

    def rename(self, conversation: bytes, name: str) -> None:
        """Raises BadInputError: longer than a name may be."""
        own_name, size = name.strip(), len(name.strip().encode(errors="surrogatepass"))
        if size > MAX_NAME_BYTES:
            raise BadInputError(f"{size} bytes are too long: a name has {MAX_NAME_BYTES}")
        if any(0xD800 <= ord(character) < 0xE000 for character in own_name):
            raise BadInputError("it holds characters that are no Unicode")
        self._keep(msgspec.structs.replace(self._row(conversation), own_name=own_name))

    def note_to_self(self) -> Chat:
        """The conversation with ourselves; our other devices learn of it when it is made."""
        known = self._store.contacts.get(note_key(self._state))
        if known is None:
            with self._state.change():
                known = note_row(self._state)
                self._sync.tell(known)
                self._conversations.show_chat(known)
        return self._conversations.chat(known)

    # --- rows --------------------------------------------------------------------------------

    def _row(self, conversation: bytes) -> Shelf:
        return shelf_of(self._store, self._contacts.get(conversation).conversation)

    def _is_archived(self, row: Shelf) -> bool:
        return is_archived(self._store, row, self._state.now())

    def _keep(self, row: Shelf) -> None:
        if row != shelf_of(self._store, row.conversation):
            with self._state.change():
                self._sync.keep(self._contacts.get(row.conversation), row)
