"""From stored rows to what is shown. Here a peer's text becomes a SafeText, once."""

import re
from functools import lru_cache

from doorless_client.core.order import Order
from doorless_client.core.views import (
    Chat,
    Details,
    Kind,
    Message,
    Standing,
    State,
    Trust,
    WireView,
)
from doorless_client.marks import preview
from doorless_client.store.records import READ_ELSEWHERE, Contact, Entry, Wire
from doorless_client.text import NOTHING, SafeText, safe, safe_line
from doorless_protocol.manifest import Manifest, SignedHead

FROM_ANOTHER = "said before this device was there"
"""Note of what another device of ours told this one."""

_KINDS = {kind.value: kind for kind in Kind}  # asking the class takes six times as long
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,31}")
_QUOTES = re.compile('[“”"]')
_STATES = {int(state): state for state in State}


def address(contact: Contact) -> SafeText:
    """As the relay vouched for it; of whom it did not vouch for, the account id."""
    if contact.handle:
        return _address(contact.handle, contact.relay)
    return SafeText(contact.account.hex())


@lru_cache(maxsize=256)
def _address(handle: str, relay: str) -> SafeText:
    return safe_line(f"{handle}@{relay}")


def name(contact: Contact) -> SafeText:
    """What they call themselves; a request's address is a claim, and says so."""
    if contact.name:
        return safe_line(contact.name, at_most=64)
    if contact.handle:
        return safe_line(contact.handle)
    return safe_line(f"{contact.claim} (not checked)") if contact.claim else NOTHING


def subject(contact: Contact) -> SafeText:
    """Who did what a line of ours tells.

    What they call themselves is a claim, and may read like a line: unless it is one plain word, it
    stands in quotes, so that it ends where it ends; "you" is nobody but ourselves.
    """
    called = name(contact)
    if not called or called.strip("._-").casefold() == "you":
        return address(contact)
    if _PLAIN.fullmatch(called):
        return called
    return safe_line(f"“{_QUOTES.sub('', called)}”")


def message(row: Entry, contact: Contact, our_address: str, order: Order) -> Message:
    return Message(
        position=order.position(row.place),
        id=row.id,
        conversation=row.conversation,
        mine=row.mine,
        sender=safe_line(our_address) if row.mine else address(contact),
        device=row.device,
        at=row.at,
        received=row.received,
        kind=_KINDS[row.kind],
        text=safe(row.text),
        state=_shown_state(row),
        gap=row.gap,
        note=safe_line(row.note) if row.note else NOTHING,
        late=order.is_late(row.place) and row.note != FROM_ANOTHER,
    )


def _shown_state(row: Entry) -> State:
    """What others said is there, on whichever device of ours it was read."""
    return State.RECEIVED if not row.mine and row.state == READ_ELSEWHERE else _STATES[row.state]


def chat(
    contact: Contact,
    newest: Entry | None,
    *,
    unread: int,
    confirmed: bool,
    typing: bool,
    replaced: bool,
) -> Chat:
    return Chat(
        conversation=contact.conversation,
        address=address(contact),
        name=name(contact),
        trust=Trust(contact.trust),
        standing=Standing(contact.standing),
        confirmed=confirmed,
        preview=preview(newest.text, 120) if newest else NOTHING,
        when=newest.received if newest else 0,
        unread=unread,
        state=State(newest.state) if newest and newest.mine else None,
        typing=typing,
        draft=contact.draft,
        replaced=replaced,
    )


def details(
    contact: Contact,
    *,
    devices: int,
    confirmed: bool,
    checked: bool,
    last_resort: bool,
    healed: int | None,
    replaced: bool,
) -> Details:
    return Details(
        address=address(contact),
        name=name(contact),
        account=contact.account,
        trust=Trust(contact.trust),
        standing=Standing(contact.standing),
        confirmed=confirmed,
        checked=checked,
        devices=devices,
        manifest_version=SignedHead.decode(contact.head).version,
        added=contact.added,
        last_resort=last_resort,
        healed=healed,
        replaced=replaced,
    )


def wire(row: Wire) -> WireView:
    return WireView(row.head, row.size, row.mailbox, row.at, row.copies)


def offered_head(contact: Contact) -> SignedHead:
    """The keys to compare: the pinned ones, or those offered in their place."""
    if contact.trust == Trust.CHANGED.value and contact.offered:
        return Manifest.decode(contact.offered).head
    return SignedHead.decode(contact.head)
