"""What goes when a message goes: its words, wherever they lie, and all that was said of it.

The row stays, empty, so that places stay what they are and nothing is taken twice. What did not
leave is withdrawn. Spec: docs/spec/08-state.md §15.5.
"""

import msgspec

from doorless_client.core.extras import quote_in
from doorless_client.core.parts import own_copy
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_protocol.content import Content, Edit, Quote


def erase(store: Store, row: Entry, extra: Extra) -> tuple[Entry, Extra]:
    """Empty a message, and withdraw it. Returns what is left, stored. Inside a transaction."""
    if row.mine:  # others choose their ids as they like, ours among them
        withdraw(store, row.conversation, row.id)
    return empty(store, row, extra)


def empty(store: Store, row: Entry, extra: Extra) -> tuple[Entry, Extra]:
    """All but what is on its way."""
    key, place = row.conversation, row.place
    store.versions.clear(conversation=key, place=place)
    store.reactions.clear(conversation=key, author=row.account, id=row.id)
    store.waiting_acts.clear(conversation=key, author=row.account, id=row.id)
    store.wires.drop(key, place)
    store.beside.clear(conversation=key, about=row.id)
    store.sealings.clear(conversation=key, place=place)
    store.fading.drop(key, place)
    _empty_quotes(store, row)
    left = msgspec.structs.replace(row, text="", chars=0, raw=b"")
    bare = Extra(key, place, extra.run, deleted=extra.deleted)
    store.messages.put(left)
    if bare.deleted:
        store.extras.put(bare)
    else:
        store.extras.drop(key, place)
    return left, bare


def withdraw(store: Store, conversation: bytes, *ids: bytes) -> None:
    """What says them, or changes them, and was not heard by everybody, is not said again."""
    wanted = {*ids} - {b""}
    if not wanted:
        return
    for item in store.outbox.find(conversation=conversation):
        if item.id in wanted or _changed_by(item.content) in wanted:
            store.copies.clear(number=item.number)
            store.outbox.drop(item.number)
    for kept in store.unacknowledged.find(conversation=conversation):
        if kept.id in wanted or _changed_by(kept.content) in wanted:
            store.unacknowledged.drop(kept.number, kept.device)


def _changed_by(encoded: bytes) -> bytes:
    said = Content.decode(encoded).say()
    return said.id if isinstance(said, Edit) else b""


def without_gone_words(store: Store, contact: Contact, extra: Extra) -> Extra:
    """What a message has beside its words, if it came after what it quotes was emptied."""
    quote = quote_in(extra)
    row = own_copy(store, contact, quote) if quote is not None else None
    return extra if quote is None or row is None or row.text else _emptied(extra, quote)


def _empty_quotes(store: Store, row: Entry) -> None:
    """The words of it that messages quote which stay."""
    if not row.id:
        return
    for extra in store.extras.find(conversation=row.conversation, quoted=row.id):
        quote = quote_in(extra)
        if quote is not None and quote.author == row.account:
            store.extras.put(_emptied(extra, quote))


def _emptied(extra: Extra, quote: Quote) -> Extra:
    empty = msgspec.msgpack.encode(msgspec.structs.replace(quote, text=""))
    return msgspec.structs.replace(extra, quote=empty)
