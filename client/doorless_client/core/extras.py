"""What few messages have beside their words: kept apart, so that most cost nothing for it.

Spec: docs/spec/08-state.md §15.1.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Entry
from doorless_client.store.talk_records import RUN, Extra
from doorless_protocol.content import File, Quote, Text


def extra_of(store: Store, conversation: bytes, place: int) -> Extra:
    """What a message has; of most, nothing."""
    return store.extras.get(conversation, place) or Extra(conversation, place, place // RUN)


def change_extra(store: Store, row: Entry, **changes: Any) -> Extra:
    """Inside a transaction."""
    changed = msgspec.structs.replace(extra_of(store, row.conversation, row.place), **changes)
    store.extras.put(changed)
    return changed


def extras_of(store: Store, conversation: bytes, places: Iterable[int]) -> dict[int, Extra]:
    """By place, of those places that have any; and of some others."""
    runs = {place // RUN for place in places}
    found = (store.extras.find(conversation=conversation, run=run) for run in sorted(runs))
    return {extra.place: extra for extras in found for extra in extras}


def said_beside(conversation: bytes, place: int, said: Text) -> Extra | None:
    """What a text says beside its words; None: nothing, as most."""
    if said.quote is None and said.file is None and not said.lasts and not said.forwarded:
        return None
    return Extra(
        conversation=conversation,
        place=place,
        run=place // RUN,
        quoted=said.quote.id if said.quote else b"",
        quote=msgspec.msgpack.encode(said.quote) if said.quote else b"",
        file=msgspec.msgpack.encode(said.file) if said.file else b"",
        forwarded=said.forwarded,
        lasts=said.lasts,
    )


def quote_in(extra: Extra) -> Quote | None:
    return msgspec.msgpack.decode(extra.quote, type=Quote) if extra.quote else None


def file_in(extra: Extra) -> File | None:
    return msgspec.msgpack.decode(extra.file, type=File) if extra.file else None
