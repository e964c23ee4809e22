"""What a backup holds of a store: settings, saved replies, contacts, and what was said.

Never a session, a prekey, a device's key, a queue or a token of ours: there are no records for
them. What is to disappear stays out as well. Spec: docs/spec/15-backup.md §5.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from doorless_client.core import saved_rows, settings
from doorless_client.core.extras import file_in, quote_in
from doorless_client.core.order import order_of
from doorless_client.core.shelf_rows import SELF, shelf_of
from doorless_client.core.views import Standing, State, Trust
from doorless_client.store.base import Store, StoreError
from doorless_client.store.records import READ_ELSEWHERE, Contact, Entry, Own
from doorless_client.store.talk_records import Extra, OlderVersion, Reaction, Timer
from doorless_protocol.backup_records import (
    About,
    Before,
    Chosen,
    Felt,
    Person,
    Record,
    Reply,
    Said,
    decode,
    encode,
)
from doorless_protocol.content import MAX_TEXT_BYTES
from doorless_protocol.manifest import Manifest

CHUNK = 256
"""Messages that are read at a time."""


def records(store: Store, now: int) -> Iterator[bytes]:
    """The records of a backup, encoded, in their order.

    Raises:
        StoreError: no account in it.
    """
    own, newest = store.own.last(), store.own_manifests.last()
    if own is None or newest is None:
        raise StoreError("no account in this profile: it was damaged")
    yield readable(about(own, Manifest.decode(newest.manifest), now))
    yield readable(_chosen(store))
    for reply in saved_rows.load(store):
        yield readable(Reply(str(reply.name), str(reply.text)))
    for contact in store.contacts.find():
        if contact.standing != Standing.REQUEST.value:
            yield readable(_person(store, contact))
            for record in _history(store, contact):
                yield readable(record)


def readable(record: Record) -> bytes:
    """Its encoding. A backup that cannot be restored must be noticed when it is made.

    Raises:
        MalformedError: a row of ours holds what no record may.
    """
    data = encode(record)
    decode(data)
    return data


def about(own: Own, manifest: Manifest, now: int) -> About:
    """All that is taken of the row that holds our keys."""
    return About(manifest.account, own.handle, own.relay, own.tls, own.pin, now)


def _chosen(store: Store) -> Chosen:
    held = msgspec.structs.asdict(settings.load(store))
    plain = {name: value for name, value in held.items() if isinstance(value, bool | int | str)}
    return Chosen(plain)


def _person(store: Store, contact: Contact) -> Person:
    key = contact.conversation
    shelf, timer = shelf_of(store, key), store.timers.get(key) or Timer(key)
    is_self = contact.account == SELF
    return Person(
        account=contact.account,
        handle=contact.handle,
        relay=contact.relay,
        pin=contact.pin,
        name=contact.name,
        standing=contact.standing,
        decided=_decided(contact.trust),
        head=b"" if is_self else contact.head,
        manifest=b"" if is_self else contact.manifest,
        token=contact.token,
        added=contact.added,
        draft=contact.draft[:MAX_TEXT_BYTES],
        own_name=shelf.own_name,
        pinned=shelf.pinned,
        archived=bool(shelf.archived),
        marked_unread=shelf.marked_unread,
        muted_until=shelf.muted_until,
        arranged=shelf.changed,
        lasts=timer.seconds,
        revision=timer.revision,
        choice=timer.id,
    )


def _decided(trust: str) -> str:
    """A key that changed is seen again, and decided again, where it is restored."""
    return trust if trust == Trust.VERIFIED.value else Trust.FIRST_SEEN.value


def _history(store: Store, contact: Contact) -> Iterator[Record]:
    key = contact.conversation
    extras = {extra.place: extra for extra in store.extras.find(conversation=key)}
    felt, before = defaultdict[tuple[bytes, bytes], list[Reaction]](list), defaultdict(list)
    for reaction in store.reactions.find(conversation=key):
        felt[reaction.author, reaction.id].append(reaction)
    for version in store.versions.find(conversation=key):
        before[version.place].append(version)
    for row in _rows(store, key):
        extra = extras.get(row.place) or Extra(key, row.place, 0)
        if not is_carried(extra):
            continue
        yield _said(row, extra, read=row.place < contact.seen)
        yield from (_before(version) for version in before.get(row.place, ()))
        yield from (_felt(one) for one in felt.get((row.account, row.id), ()) if row.id)


def _rows(store: Store, conversation: bytes) -> Iterator[Entry]:
    """In the order shown, without what is shown no more."""
    order = order_of(store, conversation)
    length = store.messages.length(conversation) - order.gone
    for start in range(0, length, CHUNK):
        for run in order.runs(start, min(start + CHUNK, length)):
            yield from store.messages.slice(conversation, run.start, run.stop)


def is_carried(extra: Extra) -> bool:
    """Whether it stays: what is to disappear would stay in a backup."""
    return not extra.lasts


def _said(row: Entry, extra: Extra, *, read: bool) -> Said:
    return Said(
        id=row.id,
        mine=row.mine,
        device=row.device,
        at=row.at,
        received=row.received,
        kind=row.kind,
        text=row.text,
        state=int(State.FAILED) if row.state == State.WAITING and row.mine else row.state,
        read=read or row.state == READ_ELSEWHERE,
        note=row.note[:320],
        raw=row.raw,
        quoted=extra.quoted,
        quote=quote_in(extra),
        file=file_in(extra),
        forwarded=extra.forwarded,
        pinned=extra.pinned,
        edited=extra.edited,
        edited_at=extra.edited_at,
        edited_by=extra.edited_by,
        deleted=extra.deleted,
    )


def _before(version: OlderVersion) -> Before:
    return Before(version.at, version.device, version.text)


def _felt(reaction: Reaction) -> Felt:
    return Felt(reaction.by, reaction.emoji, reaction.at, reaction.device)
