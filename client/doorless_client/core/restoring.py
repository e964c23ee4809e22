"""A backup taken into a store, beside what is there: all of it, or nothing.

    person ──► a contact, unless they are one here already: then ours stands, and gaps are filled
    said   ──► a message, unless it is here; where it stood between others, it stands again

Restored twice, it is there once. Sessions begin anew: nothing of them is in a backup.
Spec: docs/spec/15-backup.md §6.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from doorless_client.core import saved, saved_rows, settings
from doorless_client.core.api import RefusedError
from doorless_client.core.forgetting import finish_forgetting
from doorless_client.core.pins import settled_pin
from doorless_client.core.shelf_rows import SELF
from doorless_client.core.sync import follow_trust
from doorless_client.core.views import Kind, State
from doorless_client.store.base import Store
from doorless_client.store.records import READ_ELSEWHERE, Contact, Device, Entry, Late
from doorless_client.store.talk_records import RUN, Extra, OlderVersion, Reaction, Shelf, Timer
from doorless_protocol.backup_records import (
    About,
    Before,
    Chosen,
    Felt,
    Person,
    Reply,
    Said,
    decode,
)
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.handles import canonical
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.manifest import Manifest, SignedHead

FROM_BACKUP = "came back from a backup"


@dataclass(slots=True)
class Restored:
    """What came: contacts, messages; and records of a later version that were left out."""

    people: int = 0
    messages: int = 0
    left_out: int = 0


def restore(store: Store, records: Iterable[bytes]) -> Restored:
    """Take in a backup of this very account.

    Raises:
        RefusedError: it is of another account; nothing was changed.
        DoorlessError: the records, or what they come from, are not as they were written; nothing
            was changed.
    """
    newest = store.own_manifests.last()
    if newest is None:
        raise RefusedError("there is no account yet that a backup could be restored to")
    with store.transaction():
        return _Restoring(store, Manifest.decode(newest.manifest)).take(records)


@dataclass(slots=True)
class _Item:
    """A message that is not here, with what belongs to it."""

    said: Said
    before: list[Before] = field(default_factory=list)
    felt: list[Felt] = field(default_factory=list)


class _Restoring:
    """One backup, inside one transaction."""

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store, self._manifest = store, manifest
        self._done = Restored()
        self._contact: Contact | None = None
        self._archived = False
        self._waiting: list[_Item] = []
        self._current: _Item | None = None
        self._length = self._next = 0  # messages that were here; place behind the last known one
        self._new: set[tuple[bytes, bytes]] = set()  # author and id of this person's, to be stored

    def take(self, records: Iterable[bytes]) -> Restored:
        check_whose(next(left := iter(records), b""), self._manifest.account)
        for data in left:
            match record := decode(data):
                case None:
                    self._done.left_out += 1
                case About():
                    raise MalformedError("a backup that says twice whose it is")
                case Chosen(chosen):
                    self._choose(chosen)
                case Reply(name, text):
                    self._save(name, text)
                case Person():
                    self._finish()
                    self._begin(record)
                case Said():
                    self._say(record)
                case Before() if self._current is not None:
                    self._current.before.append(record)
                case Felt() if self._current is not None:
                    self._current.felt.append(record)
        self._finish()
        return self._done

    def _choose(self, chosen: dict[str, bool | int | str]) -> None:
        """What this version knows, in the type that it has; the rest stays as it is."""
        held = settings.load(self._store)
        known = msgspec.structs.asdict(held)
        fitting = {
            name: value for name, value in chosen.items() if type(known.get(name)) is type(value)
        }
        settings.save(self._store, msgspec.structs.replace(held, **fitting))

    def _save(self, name: str, text: str) -> None:
        """Unless one is here by that name, or as many as are kept."""
        with suppress(RefusedError):
            held = saved.saved(saved_rows.load(self._store), name, text)
            saved_rows.keep(self._store, held)

    # --- people ------------------------------------------------------------------------------

    def _begin(self, person: Person) -> None:
        known = self._store.contacts.find(account=person.account)
        if known:
            contact = self._fill(known[0], person)
        else:
            contact = self._add(person)
            self._done.people += 1
        key = contact.conversation
        if self._store.shelf.get(key) is None and person.arranged:
            self._store.shelf.put(_shelf(key, person))
            self._archived = person.archived
        if person.revision and self._store.timers.get(key) is None:
            self._store.timers.put(Timer(key, person.lasts, person.revision, person.choice))
        self._contact = contact
        self._length, self._next, self._new = self._store.messages.length(key), 0, set()

    def _fill(self, known: Contact, person: Person) -> Contact:
        filled = msgspec.structs.replace(
            known,
            name=known.name or person.name,
            token=known.token or person.token,
            draft=known.draft or person.draft,
            trust=follow_trust(known.trust, person.decided)
            if known.head == person.head
            else known.trust,
        )
        self._store.contacts.put(filled)
        return filled

    def _add(self, person: Person) -> Contact:
        is_self = person.account == SELF
        head = self._manifest.head.encode() if is_self else person.head
        manifest = None if is_self else check_person(person, self._manifest.account)
        taken = bool(  # by who is pinned under that address here: it is theirs
            person.handle and self._store.contacts.find(handle=person.handle, relay=person.relay)
        )
        key = conversation_id(self._manifest.account, AccountId(person.account))
        finish_forgetting(self._store, key)
        contact = Contact(
            conversation=key,
            account=person.account,
            handle="" if taken else person.handle,
            relay="" if taken else person.relay,
            pin=b"" if taken else settled_pin(self._store, person.relay, person.pin),
            claim=f"{person.handle}@{person.relay}" if taken else "",
            name=person.name,
            trust=person.decided,
            standing=person.standing,
            head=head,
            manifest=manifest.encode() if manifest else b"",
            offered=b"",
            token=person.token,
            looked_up=0.0,  # before anything leaves
            introduced=False,
            added=person.added,
            draft=person.draft,
        )
        if self._store.contacts.get(contact.conversation) is not None:
            raise MalformedError("two contacts of one backup have one conversation")
        self._store.contacts.put(contact)
        for entry in manifest.entries if manifest else ():
            self._store.devices.put(Device(person.account, entry.device, entry.encode()))
        return contact

    # --- what was said -----------------------------------------------------------------------

    def _say(self, said: Said) -> None:
        if self._contact is None:
            raise MalformedError("a message of nobody")
        self._current = None
        if not said.id:  # a note of our own program: it means something in its place alone
            if not self._length:
                self._waiting.append(_Item(said))
            return
        author = self._author(said)
        row = self._store.messages.with_id(self._contact.conversation, said.id, author)
        if row is not None:
            self._place(before=row.place)
            self._next = row.place + 1
        elif (author, said.id) not in self._new:  # the same twice? then the first of them stands
            self._new.add((author, said.id))
            self._current = _Item(said)
            self._waiting.append(self._current)

    def _finish(self) -> None:
        """The end of one person's messages."""
        contact = self._contact
        if contact is None:
            return
        self._place(before=self._newer())
        if self._archived:
            row = self._store.shelf.get(contact.conversation)
            length = self._store.messages.length(contact.conversation)
            if row is not None:
                self._store.shelf.put(msgspec.structs.replace(row, archived=1 + length))
        self._archived, self._current = False, None

    def _newer(self) -> int | None:
        """Place of what was said here after all that is restored at the end, if anything was."""
        if self._contact is None or self._next >= self._length or not self._waiting:
            return None
        row = self._store.messages.get(self._contact.conversation, self._next)
        newest = self._waiting[-1].said.received
        return self._next if row is not None and row.received >= newest else None

    def _place(self, before: int | None) -> None:
        """Store what waits; shown before that place, else at the end."""
        if self._contact is None:
            return
        key = self._contact.conversation
        place = self._store.messages.length(key)
        for item in self._waiting:
            self._store.messages.put(self._entry(key, place, item.said))
            self._put_extras(key, place, item)
            if before is not None:
                self._store.late.put(Late(key, place, before, place))
            self._done.messages += bool(item.said.id)
            place += 1
        self._waiting.clear()

    def _author(self, said: Said) -> bytes:
        contact = self._contact
        return self._manifest.account if said.mine or contact is None else contact.account

    def _entry(self, key: bytes, place: int, said: Said) -> Entry:
        theirs = READ_ELSEWHERE if said.read else int(State.RECEIVED)
        return Entry(
            conversation=key,
            place=place,
            id=said.id,
            mine=said.mine,
            account=self._author(said),
            device=said.device,
            at=said.at,
            received=said.received,
            kind=_kind(said.kind),
            text=said.text,
            chars=len(said.text),
            state=said.state if said.mine else theirs,
            note=said.note or FROM_BACKUP,
            raw=said.raw,
        )

    def _put_extras(self, key: bytes, place: int, item: _Item) -> None:
        said = item.said
        extra = Extra(
            key,
            place,
            place // RUN,
            quoted=said.quoted,
            quote=msgspec.msgpack.encode(said.quote) if said.quote else b"",
            file=msgspec.msgpack.encode(said.file) if said.file else b"",
            forwarded=said.forwarded,
            pinned=said.pinned,
            reacted=bool(item.felt),
            edited=said.edited,
            edited_at=said.edited_at,
            edited_by=said.edited_by,
            deleted=said.deleted,
        )
        if extra != Extra(key, place, place // RUN):
            self._store.extras.put(extra)
        for one in item.before:
            self._store.versions.put(OlderVersion(key, place, one.at, one.device, one.text))
        for felt in item.felt:
            author = self._author(said)
            self._store.reactions.put(
                Reaction(key, author, said.id, felt.by, felt.emoji, felt.at, felt.device)
            )


def whose(data: bytes) -> About:
    """The first record. Raises MalformedError: it does not say whose backup it is."""
    record = decode(data) if data else None
    if not isinstance(record, About):
        raise MalformedError("a backup that does not say whose it is")
    return record


def check_whose(data: bytes, account: bytes) -> None:
    """Raises MalformedError, RefusedError: not a backup of this account."""
    if whose(data).account != account:
        raise RefusedError("this backup is of another account; nothing was changed")


def check_person(person: Person, ours: bytes) -> Manifest | None:
    """Their manifest, where all of it was known.

    Raises:
        ForgedError, MalformedError: under keys that are not that account's, or no address.
    """
    head = SignedHead.decode(person.head)
    if head.account != person.account or person.account == ours:
        raise ForgedError("a contact with a head of another account")
    if person.handle:
        canonical(person.handle)
        RelayAddress.parse(person.relay)
    manifest = Manifest.decode(person.manifest) if person.manifest else None
    if manifest is not None and manifest.account != person.account:
        raise ForgedError("a contact with a manifest of another account")
    return manifest


def _kind(word: str) -> str:
    try:
        return Kind(word).value
    except ValueError:
        return Kind.UNKNOWN.value


def _shelf(key: bytes, person: Person) -> Shelf:
    return Shelf(
        key,
        pinned=person.pinned,
        muted_until=person.muted_until,
        archived=int(person.archived),
        marked_unread=person.marked_unread,
        own_name=person.own_name,
        changed=person.arranged,
    )
