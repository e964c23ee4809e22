"""What is done with a message that was said: reactions, edits, deletions, by whoever may.

The same for what we do, for what a contact does and for what another device of ours did: a
message is found by who said it and its id, in this conversation, and who edits or deletes is
the account of the session. So every device ends with the same, in whatever order it hears.
Spec: docs/spec/06-content.md §3.9-3.11.
"""

from typing import TypeAlias

import msgspec

from doorless_client.core.conversations import Conversations
from doorless_client.core.erasing import erase
from doorless_client.core.extras import change_extra, extra_of
from doorless_client.core.reactions import is_reaction
from doorless_client.core.state import State
from doorless_client.core.unsaid import Unsaid
from doorless_client.core.views import Kind
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra, OlderVersion, Reaction
from doorless_client.text import composed
from doorless_protocol.content import Content, Delete, Edit, React

EDITED_WITHIN = 24 * 3600
"""Seconds after a text within which it may be edited, by its author's clocks. Spec §3.10."""

UNDER_WAY = 14 * 86_400
"""Seconds that an envelope may lie at a relay, and an edit come later than it was made."""

MAX_EDITS = 32
"""Edits of one message that are taken. Spec §3.10."""

LATEST = 2**53 - 1
"""Unix milliseconds: the last time that a content can name."""

Act: TypeAlias = React | Edit | Delete


class Acts:
    """All of it runs inside a change."""

    def __init__(self, state: State, conversations: Conversations) -> None:
        self._state, self._store, self._conversations = state, state.store, conversations
        self._unsaid = Unsaid(state, conversations)

    def do(self, contact: Contact, by: bytes, device: bytes, content: Content, act: Act) -> bool:
        """Do what `device` of the account `by` said. False: its message is not there."""
        row = self._conversations.find(contact, act.id, author_of(act, by))
        if row is None:
            return False
        extra = extra_of(self._store, row.conversation, row.place)
        if row.kind != Kind.TEXT.value or extra.deleted:
            return True
        if self._conversations.is_gone(row):
            return True
        match act:
            case React():
                self._react(row, by, device, content, act)
            case Edit():
                row = self._edit(row, extra, device, content, act)
            case Delete():
                row = self._delete(contact, row, extra)
        self._conversations.replace(contact, row)
        return True

    def _react(self, row: Entry, by: bytes, device: bytes, content: Content, act: React) -> None:
        if not is_reaction(act.emoji):
            return
        key = row.conversation, row.account, row.id, by
        held = self._store.reactions.get(*key)
        if held is None or is_newer((content.time, device), (held.at, held.device)):
            self._store.reactions.put(Reaction(*key, act.emoji, content.time, device))
            change_extra(self._store, row, reacted=True)

    def _edit(self, row: Entry, extra: Extra, device: bytes, content: Content, act: Edit) -> Entry:
        """Keep both texts; the one that was said later is shown."""
        if extra.edited >= MAX_EDITS or not is_in_time(row, content.time, self._state.now()):
            return row
        text = composed(act.text)
        said = extra.edited_at or row.at, extra.edited_by or row.device
        if not is_newer((content.time, device), said):
            self._keep(row, content.time, device, text)
            change_extra(self._store, row, edited=extra.edited + 1)
            return row
        self._keep(row, *said, row.text)
        change_extra(
            self._store,
            row,
            edited=extra.edited + 1,
            edited_at=content.time,
            edited_by=device,
        )
        return msgspec.structs.replace(row, text=text, chars=len(text))

    def _keep(self, row: Entry, at: int, device: bytes, text: str) -> None:
        self._store.versions.put(OlderVersion(row.conversation, row.place, at, device, text))

    def _delete(self, contact: Contact, row: Entry, extra: Extra) -> Entry:
        self._unsaid.unquote(contact, row)
        self._conversations.forget_file(row)
        self._conversations.owes_scrub = True
        return erase(self._store, row, msgspec.structs.replace(extra, deleted=True))[0]


def author_of(act: Act, by: bytes) -> bytes:
    """Whose message it is about: a reaction names anybody's, all else is one's own alone."""
    return act.author if isinstance(act, React) else by


def is_newer(one: tuple[int, bytes], other: tuple[int, bytes]) -> bool:
    """Of two that one account said: by its clocks, and of the same time by device."""
    return one > other


def is_in_time(row: Entry, at: int, now: int) -> bool:
    """Whether a text may still be edited: by who said it, and for all that we know ourselves.

    Args:
        at: when the edit says that it was made, Unix milliseconds; now: Unix seconds.
    """
    claimed = 0 < at - row.at <= EDITED_WITHIN * 1000
    return claimed and now - row.received <= EDITED_WITHIN + UNDER_WAY


def time_after(store: Store, row: Entry, ours: bytes, now: int) -> int:
    """What an act of ours says that its time is: above all of ours that it takes the place of.

    What others claim of their clocks has no say in it.

    Args:
        ours: our account; now: Unix milliseconds.
    """
    reaction = store.reactions.get(row.conversation, row.account, row.id, ours)
    before = [reaction.at] if reaction else []
    if row.mine:
        before += [row.at, extra_of(store, row.conversation, row.place).edited_at]
    return min(max([now, *(at + 1 for at in before)]), LATEST)
