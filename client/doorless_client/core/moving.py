"""The flows that take files to a relay and bring them here, piece by piece.

What is there is asked, never remembered: a relay says how much of an upload it has, the vault how
much of a download is here. So a flow can be dropped at every piece, by a lost connection, a pause
or a crash, and begins again where it was. Spec: docs/spec/14-attachments.md §4.
"""

import msgspec

from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Anonymously, Flow, Wake
from doorless_client.core.message_parts import FileState
from doorless_client.core.state import State
from doorless_client.core.transfers import Place, Transfers
from doorless_client.core.vault import PIECE, VaultError
from doorless_client.store.transfer_records import Transfer
from doorless_protocol.blob_frames import (
    BlobDrop,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    BlobStatus,
)
from doorless_protocol.frames import AnonymousRequest, Answered, Done, Refusal, Refused

FULL_RETRY = 3600.0
"""Seconds, at most, until a relay that had no room for a file is asked again."""

BUSY_RETRY = 60.0
"""Seconds, at most, until a relay that asked for patience in the middle of a file is."""

AT_ONCE = 4
"""Pieces on their way at the same time, so that a far relay costs no round trip for each. As many
as a relay takes of one connection (docs/spec/07-relay.md §7)."""

SHOW_EVERY = 16
"""Pieces, 1 MiB, after which the person is shown how far it came."""

MAX_ATTEMPTS = 2
"""Times that a file is brought here that turns out to be another: a disk may have lost some."""

NOT_AS_SENT = "what the relay handed out is not the file that was sent"
GONE = "the relay does not have it any more"
TOO_LARGE = "the relay takes no file of this size"
NO_ROOM = "the relay has no room for files now; it is tried again by itself"


class Moving:
    def __init__(self, state: State, transfers: Transfers) -> None:
        self._state, self._store, self._transfers = state, state.store, transfers
        self._vault = transfers.vault

    # --- questions ---------------------------------------------------------------------------

    def due(self) -> list[Place]:
        """Messages whose files may go on now."""
        now = self._state.clock()
        return [
            (row.conversation, row.place)
            for row in self._store.transfers.find(state=FileState.WAITING.value)
            if row.not_before <= now and self._transfers.may_move(row)
        ]

    def unsettled(self) -> int:
        """Files that wait for nothing but a relay."""
        now = self._state.clock()
        return sum(
            row.not_before <= now and row.state == FileState.WAITING.value
            for row in self._transfers.uploads()
        )

    def next_time(self) -> float | None:
        """When a file that was put off may go on, or a relay be asked again to drop one."""
        now = self._state.clock()
        rows = self._store.transfers.find(state=FileState.WAITING.value)
        times = [*(row.not_before for row in rows)]
        times += [row.not_before for row in self._store.blobs_to_drop.find()]
        return min((time for time in times if time > now), default=None)

    # --- moving ------------------------------------------------------------------------------

    def move(self, key: Place) -> Flow[bool]:
        """Take or bring the file of a message; True: all of it is here, to be verified.

        Raises:
            UnreachableError: it goes on later.
        """
        row = self._transfers.row(key)
        if row is None:
            return False
        try:
            return (yield from self._download(row) if row.incoming else self._upload(row))
        except VaultError as error:
            self._change(key, state=FileState.PAUSED, note=str(error))
            return False
        except BusyError as busy:
            self.put_off(key, busy.retry_after, str(busy))
            return False
        finally:
            self._stop(key)

    def _upload(self, row: Transfer) -> Flow[bool]:
        key = row.conversation, row.place
        answered = yield self._ask(row, BlobStatus(row.write))
        offset = answered.received if isinstance(answered, BlobHeld) else 0
        while offset < row.size:
            if not self._goes_on(key, offset):
                return False
            answered = yield self._ask(row, *(self._put(row, at) for at in _next(row, offset)))
            if isinstance(answered, Refused) and answered.reason == Refusal.TOO_LARGE:
                self._fail(key, TOO_LARGE)
                return False
            received = _received(answered)
            if received == offset:
                raise BusyError("the relay takes no piece of a file", BUSY_RETRY)
            offset = received
        if self._goes_on(key, offset):
            with self._state.change():
                self._transfers.left(row)
        return False

    def _download(self, row: Transfer) -> Flow[bool]:
        key = row.conversation, row.place
        offset = min(self._vault.size(row.local), row.size) // PIECE * PIECE
        if self._vault.size(row.local) == row.size:
            return True
        file = self._transfers.file_of(row)
        while offset < row.size:
            if not self._goes_on(key, offset):
                return False
            answered = yield self._ask(row, *(BlobGet(file.blob, at) for at in _next(row, offset)))
            if isinstance(answered, Refused) and answered.reason == Refusal.NOT_ALLOWED:
                self._change(key, state=FileState.GONE, note=GONE)
                return False
            if not isinstance(answered, BlobPiece):
                raise BusyError("", _patience(answered))
            if not self._goes_on(key, offset):
                return False
            if len(answered.piece) != min(PIECE, row.size - offset):
                self.verified(key, sound=False)
                return False
            self._vault.add(row.local, offset, answered.piece)
            offset += len(answered.piece)
        self._vault.keep(row.local)
        return self._goes_on(key, offset)

    def verified(self, key: Place, *, sound: bool) -> None:
        """What was brought here is what the message names, or is not."""
        row = self._transfers.row(key)
        if row is None or row.state != FileState.WAITING.value:
            return
        if sound:
            self._change(key, state=FileState.HERE, note="")
            return
        self._vault.drop(row.local)
        attempts = row.attempts + 1
        with self._state.change():
            self._transfers.put(msgspec.structs.replace(row, attempts=attempts))
            if attempts >= MAX_ATTEMPTS:
                self._transfers.fail(row, NOT_AS_SENT)
        self._state.emit(Wake())

    def put_off(self, key: Place, seconds: float, note: str = "") -> None:
        row = self._transfers.row(key)
        if row is None or row.state != FileState.WAITING.value:
            return
        until = self._state.clock() + seconds
        with self._state.change():
            self._transfers.put(msgspec.structs.replace(row, not_before=until, note=note))

    # --- dropping ----------------------------------------------------------------------------

    def drops_due(self) -> bool:
        now = self._state.clock()
        return any(drop.not_before <= now for drop in self._store.blobs_to_drop.find())

    def drop(self) -> Flow[None]:
        """Have relays forget what was taken back. Raises UnreachableError: some did not."""
        now = self._state.clock()
        for drop in self._store.blobs_to_drop.find():
            if drop.not_before > now:
                continue
            with self._state.change():  # first, so that one relay does not hold up the others
                later = msgspec.structs.replace(drop, not_before=now + FULL_RETRY)
                self._store.blobs_to_drop.put(later)
            answered = yield Anonymously(drop.relay, drop.pin, BlobDrop(drop.write), drop.write)
            if isinstance(answered, Done):
                with self._state.change():
                    self._store.blobs_to_drop.drop(drop.write)

    # --- shared ------------------------------------------------------------------------------

    def _ask(
        self, row: Transfer, request: AnonymousRequest, *ahead: AnonymousRequest
    ) -> Anonymously:
        """Each file on a connection of its own: nothing else ties it to anybody."""
        relay, pin = self._transfers.relay_of(row)
        return Anonymously(relay, pin, request, row.local.encode(), ahead)

    def _put(self, row: Transfer, offset: int) -> BlobPut:
        return BlobPut(row.write, row.size, offset, self._vault.piece(row.local, offset))

    def _goes_on(self, key: Place, offset: int) -> bool:
        """Whether it is still wanted; and where it is now."""
        row = self._transfers.row(key)
        if row is None or row.state != FileState.WAITING.value or not self._transfers.may_move(row):
            return False
        is_new = key not in self._transfers.moving
        self._transfers.moving[key] = offset
        if is_new or offset // PIECE % SHOW_EVERY == 0:
            self._transfers.show(*key)
        return True

    def _stop(self, key: Place) -> None:
        if (offset := self._transfers.moving.pop(key, None)) is not None:
            self._transfers.reached[key] = offset
            self._transfers.show(*key)

    def _fail(self, key: Place, why: str) -> None:
        row = self._transfers.row(key)
        if row is not None:
            with self._state.change():
                self._transfers.fail(row, why)

    def _change(self, key: Place, *, state: FileState, note: str) -> None:
        row = self._transfers.row(key)
        if row is not None:
            with self._state.change():
                self._transfers.put(msgspec.structs.replace(row, state=state.value, note=note))


def _next(row: Transfer, offset: int) -> range:
    """Where this piece begins, and those that may be on their way behind it."""
    return range(offset, min(row.size, offset + AT_ONCE * PIECE), PIECE)


def _received(answered: Answered) -> int:
    """How much the relay has. Raises BusyError: it wants to be asked later."""
    if isinstance(answered, BlobHeld):
        return answered.received
    if isinstance(answered, Refused) and answered.reason == Refusal.FULL:
        raise BusyError(NO_ROOM, min(float(answered.retry_after or FULL_RETRY), FULL_RETRY))
    raise BusyError("", _patience(answered))


def _patience(answered: Answered) -> float:
    asked = answered.retry_after if isinstance(answered, Refused) else 0
    return min(float(asked or BUSY_RETRY), BUSY_RETRY)
