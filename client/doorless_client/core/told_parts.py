"""What messages of a history have beside their words, told to a device that came later.

Earlier versions of an edited message are not told: they stay where they were heard.
Spec: docs/spec/11-devices.md §5.6.
"""

import msgspec

from doorless_client.core.extras import file_in, quote_in
from doorless_client.core.fading import Fading
from doorless_client.core.reactions import is_reaction
from doorless_client.core.state import State
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import RUN, Extra, Reaction
from doorless_protocol.own_content import Beside, Edited, Reacted


class ToldParts:
    def __init__(self, state: State, fading: Fading) -> None:
        self._state, self._store, self._fading = state, state.store, fading

    def tell(self, row: Entry) -> Beside | None:
        """Of most messages, None."""
        extra = self._store.extras.get(row.conversation, row.place)
        if extra is None:
            return None
        reactions = self._store.reactions.find(
            conversation=row.conversation, author=row.account, id=row.id
        )
        ours = self._state.account
        return Beside(
            quote=quote_in(extra),
            file=file_in(extra),
            lasts=extra.lasts,
            left=max(int(self._fading.left(extra)), 1) if extra.gone_at else 0,
            forwarded=extra.forwarded,
            pinned=extra.pinned,
            deleted=extra.deleted,
            edited=Edited(extra.edited, extra.edited_at, extra.edited_by or row.device)
            if extra.edited
            else None,
            reacted=tuple(
                Reacted(each.by == ours, each.emoji, each.at, each.device) for each in reactions[:2]
            ),
        )

    def take(self, contact: Contact, row: Entry, beside: Beside | None) -> None:
        """Inside a change, after the row was stored."""
        if beside is None:
            return
        self._store.extras.put(_extra(row, beside))
        for each in filter(lambda one: is_reaction(one.emoji), beside.reacted):
            by = self._state.account if each.mine else contact.account
            self._store.reactions.put(
                Reaction(
                    conversation=row.conversation,
                    author=row.account,
                    id=row.id,
                    by=by,
                    emoji=each.emoji,
                    at=each.at,
                    device=each.device,
                )
            )
        if beside.lasts and beside.left:
            self._fading.begin_with(row, min(beside.left, beside.lasts))
        elif row.mine:
            self._fading.begin(row)


def _extra(row: Entry, beside: Beside) -> Extra:
    edited = beside.edited
    return Extra(
        conversation=row.conversation,
        place=row.place,
        run=row.place // RUN,
        quoted=beside.quote.id if beside.quote else b"",
        quote=msgspec.msgpack.encode(beside.quote) if beside.quote else b"",
        file=msgspec.msgpack.encode(beside.file) if beside.file else b"",
        forwarded=beside.forwarded,
        pinned=beside.pinned,
        reacted=bool(beside.reacted),
        edited=edited.versions if edited else 0,
        edited_at=edited.at if edited else 0,
        edited_by=edited.device if edited else b"",
        deleted=beside.deleted,
        lasts=beside.lasts,
    )


def size_of(beside: Beside | None) -> int:
    """Bytes of it in a piece of history."""
    return len(msgspec.msgpack.encode(beside))
