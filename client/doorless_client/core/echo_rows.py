"""Echo as the store holds it: its device, both sessions, and what was said.

Spec: docs/spec/08-state.md §16.
"""

from typing import NamedTuple

import msgspec

from doorless_client.core.api import RefusedError
from doorless_client.core.echo_device import Ends
from doorless_client.core.hearing import HEAD_SIZE
from doorless_client.core.state import State as Profile
from doorless_client.core.views import State
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_protocol.content import Body, Content, Text, Unknown
from doorless_protocol.keys import conversation_id

IS_GONE = "Echo was forgotten"


class Held(NamedTuple):
    """Echo, while it is there."""

    row: EchoRow
    ends: Ends
    conversation: bytes  # 32, the conversation's id: a hash over both accounts' keys

    def __repr__(self) -> str:
        return "Held()"


class EchoRows:
    """Reads and writes; every write inside a change of the caller's."""

    def __init__(self, state: Profile) -> None:
        self._state, self._store = state, state.store
        self._last: Held | None = None  # as it was last read: decoding takes a millisecond

    @property
    def known(self) -> bool:
        """Whether it ever was there."""
        return self._store.echo.get(1) is not None

    def held(self) -> Held | None:
        row = self._store.echo.get(1)
        if row is None or not row.keys:
            return None
        if self._last is None or self._last.row != row:
            ends = Ends.decode(row.keys, row.manifest, row.ours, row.theirs)
            conversation = conversation_id(self._state.account, ends.manifest.account)
            self._last = Held(row, ends, conversation)
        return self._last

    def here(self) -> Held:
        """Raises RefusedError: it is not there, or not any more."""
        held = self.held()
        if held is None:
            raise RefusedError(IS_GONE)
        return held

    # --- writing -----------------------------------------------------------------------------

    def put(self, row: EchoRow) -> None:
        self._store.echo.put(row)

    def keep(self, ends: Ends) -> None:
        """Both sessions went on."""
        keys, manifest, ours, theirs = ends.encode()
        row = self.here().row
        self.put(
            msgspec.structs.replace(row, keys=keys, manifest=manifest, ours=ours, theirs=theirs)
        )

    def clear(self) -> None:
        """Delete the keys and all that was said; that it was there is remembered."""
        row, _, conversation = self.here()
        self._store.echo_said.clear()
        self._store.voices.clear(conversation=conversation)
        self._store.beside.clear(conversation=conversation)
        self.put(
            msgspec.structs.replace(row, keys=b"", manifest=b"", ours=b"", theirs=b"", draft="")
        )

    def add(self, content: Content, envelope: bytes, *, mine: bool) -> EchoSaid:
        """What was opened at the other end, and the first bytes of what carried it there."""
        ends, said = self.here().ends, content.say()
        newest = self._store.echo_said.last()
        row = EchoSaid(
            place=newest.place + 1 if newest else 0,
            id=content.id,
            mine=mine,
            device=self._state.keys.device if mine else ends.keys.device,
            at=content.time,
            received=self._state.now(),
            text=said.text if isinstance(said, Text) else "",
            state=int(State.WAITING if mine else State.RECEIVED),
            head=envelope[:HEAD_SIZE],
            size=len(envelope),
            mailbox=ends.keys.mailbox if mine else self._state.keys.mailbox,
            quoting=self._answered(said),
        )
        self._store.echo_said.put(row)
        return row

    def replace(self, row: EchoSaid) -> None:
        self._store.echo_said.put(row)

    def with_id(self, id: bytes) -> EchoSaid | None:
        return next(iter(self._store.echo_said.find(id=id)), None)

    def _answered(self, said: Body | Unknown) -> int:
        """The place of what a text quotes."""
        quote = said.quote if isinstance(said, Text) else None
        row = self.with_id(quote.id) if quote is not None else None
        return -1 if row is None else row.place
