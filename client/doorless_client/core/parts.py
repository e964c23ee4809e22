"""What a message carries besides its words, from stored rows to what is shown of it.

A quote is drawn from our own copy: what its sender claims that it said is shown only where there
is none, and marked. Spec: docs/spec/06-content.md §3.1, docs/spec/08-state.md §15.
"""

from collections.abc import Callable

from msgspec import structs

from doorless_client.core import present
from doorless_client.core.extras import extra_of, file_in, quote_in
from doorless_client.core.message_parts import FileState, FileView, QuoteView, ReactionView
from doorless_client.core.order import Order
from doorless_client.core.state import State
from doorless_client.core.views import Message
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_client.text import NOTHING, SafeText, composed, safe, safe_line
from doorless_protocol.content import MAX_QUOTED_CHARS, File, Quote

DELETED = SafeText("message deleted")
NO_LONGER_HERE = SafeText("no longer here")
SOMEBODY = SafeText("somebody else")

MAX_EMOJI_CHARS = 16
"""Characters of a reaction that are shown."""


class Parts:
    """Attributes:
    until: when something of core.steady is by the computer's clock; see core/fading.py.
    file: how the file of a message is shown; see core/transfers.py.
    """

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.until: Callable[[float], int] = int
        self.file: Callable[[Entry, File], FileView | None] = not_moved

    def added(
        self, shown: Message, contact: Contact, row: Entry, extra: Extra, order: Order
    ) -> Message:
        """The message with all that it has."""
        file = file_in(extra)
        return structs.replace(
            shown,
            text=DELETED if extra.deleted else shown.text,
            quote=self._quote(contact, extra, order),
            reactions=self._reactions(contact, row) if extra.reacted else (),
            edited=extra.edited,
            deleted=extra.deleted,
            lasts=extra.lasts,
            gone_at=self.until(extra.gone_at) if extra.gone_at else 0,
            forwarded=extra.forwarded,
            pinned=extra.pinned,
            file=self.file(row, file) if file is not None else None,
        )

    def stands_for(self, row: Entry) -> str:
        """What is shown in a list of a message without words."""
        extra = extra_of(self._store, row.conversation, row.place)
        file = file_in(extra)
        return DELETED if extra.deleted else file.name if file is not None else ""

    # --- reactions ---------------------------------------------------------------------------

    def _reactions(self, contact: Contact, row: Entry) -> tuple[ReactionView, ...]:
        rows = self._store.reactions.find(
            conversation=row.conversation, author=row.account, id=row.id
        )
        return tuple(
            ReactionView(
                emoji=safe_line(each.emoji, at_most=MAX_EMOJI_CHARS),
                mine=each.by == self._state.account,
                by=self._who(contact, each.by),
            )
            for each in rows
            if each.emoji
        )

    def _who(self, contact: Contact, account: bytes) -> SafeText:
        if account == self._state.account:
            return safe_line(str(self._state.address))
        return present.address(contact) if account == contact.account else SOMEBODY

    # --- quotes ------------------------------------------------------------------------------

    def _quote(self, contact: Contact, extra: Extra, order: Order) -> QuoteView | None:
        quote = quote_in(extra)
        if quote is None:
            return None
        row = own_copy(self._store, contact, quote)
        claimed = safe(composed(quote.text), at_most=MAX_QUOTED_CHARS)
        who, mine = self._who(contact, quote.author), quote.author == self._state.account
        if row is None:
            return QuoteView(who, claimed, mine, None, known=False)
        if order.is_gone(row.place):
            return QuoteView(who, NO_LONGER_HERE, mine, None, known=True)
        return QuoteView(
            author=who,
            text=excerpt(row.text or self.stands_for(row)),
            mine=mine,
            position=order.position(row.place),
            known=True,
            differs=bool(claimed) and bool(row.text) and not self._was_said(row, claimed),
        )

    def _was_said(self, row: Entry, claimed: SafeText) -> bool:
        versions = self._store.versions.find(conversation=row.conversation, place=row.place)
        return any(
            excerpt(text) == claimed for text in (row.text, *(each.text for each in versions))
        )


def own_copy(store: Store, contact: Contact, quote: Quote) -> Entry | None:
    """What we hold ourselves of the quoted message, by who said it and its id."""
    return store.messages.with_id(contact.conversation, quote.id, quote.author)


def quoted_words(text: str) -> str:
    """What a quote repeats of a text."""
    return text[:MAX_QUOTED_CHARS]


def excerpt(text: str) -> SafeText:
    """As it is shown of our own copy."""
    return safe(quoted_words(text), at_most=MAX_QUOTED_CHARS)


def not_moved(row: Entry, file: File) -> FileView:
    """A file of which nothing was fetched or sent."""
    state = FileState.WAITING if row.mine else FileState.OFFERED
    return FileView(safe_line(file.name), file.size, state, 0, not row.mine, NOTHING)
