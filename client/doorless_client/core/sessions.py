"""Every live session, as the store holds it: found by what it opens, or by its device.

Held decoded, since each envelope is tried on all of them, the most recently used first.
"""

from collections.abc import Sequence

from doorless_client.store.base import Store
from doorless_client.store.records import KnownNumber, SessionPart
from doorless_protocol.choice import choose_sending, settle
from doorless_protocol.session import Session
from doorless_protocol.snapshot import changes, join


class Sessions:
    """Reads once; `keep`, `add` and `drop` write through, inside a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[bytes, Session] | None = None  # the most recently used last

    def reread(self) -> None:
        """What memory says may not be what is stored: read it again before the next use."""
        self._read = None

    @property
    def _live(self) -> dict[bytes, Session]:
        if self._read is None:
            parts: dict[bytes, dict[bytes, bytes]] = {}
            for row in self._store.session_parts.find():
                parts.setdefault(row.session, {})[row.part] = row.data
            self._read = {id: join(encoded) for id, encoded in parts.items()}
        return self._read

    def newest_first(self) -> Sequence[Session]:
        return list(reversed(self._live.values()))

    def get(self, id: bytes) -> Session | None:
        return self._live.get(id)

    def with_device(self, account: bytes, device: bytes) -> list[Session]:
        return [one for one in self._live.values() if is_with(one, account, device)]

    def with_account(self, account: bytes) -> list[Session]:
        return [session for session in self._live.values() if session.their_account == account]

    def sending(self, account: bytes, device: bytes) -> Session | None:
        """The session that envelopes for this device of this account are sealed in."""
        return choose_sending(self.with_device(account, device))

    def known_number(self, account: bytes, device: bytes) -> int:
        """The highest number of a session with this device, now or ever; 0 for none."""
        row = self._store.known_numbers.get(account, device)
        return row.number if row else 0

    def keep(self, session: Session) -> None:
        """What `session` says is true from now on."""
        self._write(session)

    def add(self, session: Session, now: int) -> None:
        """A session that was just begun; which one of its device sends is decided anew."""
        self._write(session)
        account, device = session.their_account, session.their_device
        if session.number > self.known_number(account, device):
            self._store.known_numbers.put(KnownNumber(account, device, session.number))
        self.settle(account, device, now)

    def settle(self, account: bytes, device: bytes, now: int) -> None:
        """Leave one session sending; give up those that were receive-only for too long."""
        held = self.with_device(account, device)
        settled = settle(held, now)
        for session in settled.sessions:
            if session != self._live[session.id]:
                self._write(session)
        for session in settled.expired:
            self.drop(session)

    def drop(self, session: Session) -> None:
        self._store.session_parts.clear(session=session.id)
        self._live.pop(session.id, None)

    def _write(self, session: Session) -> None:
        before = self._live.pop(session.id, None)
        changed = changes(before, session)
        for part, data in changed.put.items():
            self._store.session_parts.put(SessionPart(session.id, part, data))
        for part in changed.drop:
            self._store.session_parts.drop(session.id, part)
        self._live[session.id] = session


def is_with(session: Session, account: bytes, device: bytes) -> bool:
    """Whether a session is one with this device of this account.

    A device's id alone says nothing: anybody may list a device of his own under the id of
    somebody else's, and would be given what is sealed for it.
    """
    return (session.their_account, session.their_device) == (account, device)
