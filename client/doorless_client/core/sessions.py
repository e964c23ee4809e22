"""Every live session, as the store holds it: found by what it opens, or by its device.

Held decoded, since each envelope is tried on all of them, the most recently used first; encoded
once in a change, however many steps it makes. Beside a session's parts stands a mark of what
they hash to, in a table of its own: one that is lost, damaged or older than it was shows when
the profile is opened.
Spec: docs/spec/08-state.md §13.
"""

from collections.abc import Mapping, Sequence

from doorless_client.store.base import Store
from doorless_client.store.records import KnownNumber, SessionPart
from doorless_client.store.resync_records import SessionMark
from doorless_protocol.choice import choose_sending, settle
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import sha256
from doorless_protocol.session import Session
from doorless_protocol.snapshot import changes, join

DIGEST_SIZE = 32
Device = tuple[bytes, bytes]
"""An account's id and a device's."""


class Sessions:
    """Reads once. `keep`, `add` and `drop` run inside a change, which ends with `write`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[bytes, Session] | None = None  # the most recently used last
        self._of_device: dict[bytes, list[bytes]] = {}  # ids of sessions, by a device's id
        self._digests: dict[bytes, dict[bytes, bytes]] = {}  # of each part of each session
        self._unwritten: dict[bytes, Session | None] = {}  # as the store has them; None: not yet
        self._chosen: dict[tuple[bytes, bytes, int], bytes | None] = {}  # see `sending`

    def reread(self) -> None:
        """What memory says may not be what is stored: read it again before the next use."""
        self._read = None
        self._unwritten, self._chosen = {}, {}

    @property
    def _live(self) -> dict[bytes, Session]:
        if self._read is None:
            stored = self._stored()
            self._digests = {id: digests(parts) for id, parts in stored.items()}
            self._read = {id: join(parts) for id, parts in stored.items()}
            self._of_device = {}
            for session in self._read.values():
                self._of_device.setdefault(session.their_device, []).append(session.id)
        return self._read

    def _stored(self) -> dict[bytes, dict[bytes, bytes]]:
        parts: dict[bytes, dict[bytes, bytes]] = {}
        for row in self._store.session_parts.find():
            parts.setdefault(row.session, {})[row.part] = row.data
        return parts

    def repair(self) -> set[Device]:
        """Drop what is not as it was left; returns whose sessions those were.

        Run when the profile is opened, before anything else, inside a transaction.
        """
        stored = self._stored()
        marks = {mark.session: mark for mark in self._store.session_marks.find()}
        lost: set[Device] = set()
        for id in stored.keys() | marks.keys():
            mark = marks.get(id)
            if mark is not None and is_as_left(stored.get(id, {}), mark.digest):
                continue
            self._store.session_parts.clear(session=id)
            self._store.session_marks.drop(id)
            if mark is not None:
                lost.add((mark.account, mark.device))
        self.reread()
        return lost | self._forgotten()

    def _forgotten(self) -> set[Device]:
        """Devices that a session was held with, as its number says, and none is."""
        held = {(one.their_account, one.their_device) for one in self._live.values()}
        known = {(row.account, row.device) for row in self._store.known_numbers.find()}
        listed = {(row.account, row.device) for row in self._store.devices.find()}
        introduced = {one.account for one in self._store.contacts.find() if one.introduced}
        numberless = introduced - {account for account, _ in known | held}
        return {device for device in listed - held if device in known or device[0] in numberless}

    def newest_first(self) -> Sequence[Session]:
        return list(reversed(self._live.values()))

    def get(self, id: bytes) -> Session | None:
        return self._live.get(id)

    def with_device(self, account: bytes, device: bytes) -> list[Session]:
        live = self._live
        held = [live[id] for id in self._of_device.get(device, ())]
        return [one for one in held if is_with(one, account, device)]

    def with_account(self, account: bytes) -> list[Session]:
        return [session for session in self._live.values() if session.their_account == account]

    def sending(self, account: bytes, device: bytes) -> Session | None:
        """The session that envelopes for this device of this account are sealed in.

        Which one it is rests on what no step changes, so it is chosen once.
        """
        asked = account, device, self.floor(account, device)
        if asked not in self._chosen:
            chosen = self._choose(*asked)
            self._chosen[asked] = chosen.id if chosen is not None else None
        id = self._chosen[asked]
        return self._live[id] if id is not None else None

    def _choose(self, account: bytes, device: bytes, floor: int) -> Session | None:
        held = self.with_device(account, device)
        return choose_sending([one for one in held if may_still_send(one.number, floor)])

    def floor(self, account: bytes, device: bytes) -> int:
        """The highest number of a session with this device that must not send any more."""
        row = self._store.resyncs.get(account, device)
        return row.floor if row else 0

    def known_number(self, account: bytes, device: bytes) -> int:
        """The highest number of a session with this device, now or ever; 0 for none."""
        row = self._store.known_numbers.get(account, device)
        return max(row.number if row else 0, self.floor(account, device))

    def keep(self, session: Session) -> None:
        """What `session` says is true from now on."""
        live = self._live
        before = live.pop(session.id, None)
        if before is None:
            self._of_device.setdefault(session.their_device, []).append(session.id)
            self._chosen = {}
        self._unwritten.setdefault(session.id, before)
        live[session.id] = session

    def add(self, session: Session, now: int) -> None:
        """A session that was just begun; which one of its device sends is decided anew."""
        self.keep(session)
        account, device = session.their_account, session.their_device
        if session.number > self.known_number(account, device):
            self._store.known_numbers.put(KnownNumber(account, device, session.number))
        self.settle(account, device, now)

    def settle(self, account: bytes, device: bytes, now: int) -> None:
        """Leave one session sending; give up those that were receive-only for too long."""
        held = self.with_device(account, device)
        settled = settle(held, now, self.floor(account, device))
        for session in settled.sessions:
            if session != self._live[session.id]:
                self.keep(session)
        for session in settled.expired:
            self.drop(session)

    def settle_all(self, now: int) -> None:
        """Let go what only received for too long. Once in a while."""
        for account, device in {
            (one.their_account, one.their_device) for one in self._live.values()
        }:
            self.settle(account, device, now)

    def drop(self, session: Session) -> None:
        self._store.session_parts.clear(session=session.id)
        self._store.session_marks.drop(session.id)
        if self._live.pop(session.id, None) is not None:
            self._of_device[session.their_device].remove(session.id)
            self._chosen = {}
        self._digests.pop(session.id, None)
        self._unwritten.pop(session.id, None)

    def write(self) -> None:
        """Store what was kept: the last of all that a change does."""
        for id, before in self._unwritten.items():
            self._write(before, self._live[id])
        self._unwritten = {}

    def _write(self, before: Session | None, session: Session) -> None:
        changed = changes(before, session)
        marked = self._digests.setdefault(session.id, {})
        for part, data in changed.put.items():
            self._store.session_parts.put(SessionPart(session.id, part, data))
            marked[part] = digest(part, data)
        for part in changed.drop:
            self._store.session_parts.drop(session.id, part)
            marked.pop(part, None)
        self._store.session_marks.put(
            SessionMark(session.id, session.their_account, session.their_device, combine(marked))
        )


def is_with(session: Session, account: bytes, device: bytes) -> bool:
    """Whether a session is one with this device of this account.

    A device's id alone says nothing: anybody may list a device of his own under the id of
    somebody else's, and would be given what is sealed for it.
    """
    return (session.their_account, session.their_device) == (account, device)


def may_still_send(number: int, floor: int) -> bool:
    """Whether nothing speaks against sealing in the session with this number.

    What is at or below the floor was broken, or may be older than what was sent.
    """
    return number > floor


def is_as_left(parts: Mapping[bytes, bytes], marked: bytes) -> bool:
    """Whether these are the parts that were stored last, and readable."""
    if combine(digests(parts)) != marked:
        return False
    try:
        join(parts)
    except MalformedError:
        return False
    return True


def digests(parts: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    return {part: digest(part, data) for part, data in parts.items()}


def digest(part: bytes, data: bytes) -> bytes:
    return sha256(len(part).to_bytes(1) + part + data)


def combine(of_parts: Mapping[bytes, bytes]) -> bytes:
    """One digest of all, of which a step changes only what its parts changed."""
    total = 0
    for each in of_parts.values():
        total ^= int.from_bytes(each)
    return total.to_bytes(DIGEST_SIZE)
