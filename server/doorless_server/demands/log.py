"""The demand log: what was asked of the operator, committed to in public before it is answered.

    commit ─► waits ─► its period is over ─► turn: entry ─► heads.db ─► signed ─► proof
                                                                        │
                            its secrecy is over, or the horizon ─► turn: laid open

Each step is on the disk before the next: a process that ends goes on from there, and no period
has two entries. Spec: docs/spec/18-demand-log.md §6.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from doorless_protocol.demand_log.entries import (
    MAX_BANDS,
    Band,
    Outcome,
    PeriodEntry,
    decode_entry,
)
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind
from doorless_protocol.demand_log.proof import Placed, SlotProof
from doorless_protocol.demand_log.record import SlotRecord, document_commitment
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.demand_log.slot import slots_root
from doorless_protocol.errors import DoorlessError, UnwitnessedError
from doorless_protocol.log import tree
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.primitives import Random, hmac_sha256
from doorless_server.datadir import DataError
from doorless_server.demands import begun, log_rows, opening_slots
from doorless_server.demands.log_rows import Kept, Rows
from doorless_server.demands.slots import filled
from doorless_server.directory.heads import ForkRefusedError, Head, HeadStore, refuse_fork
from doorless_server.store.schema import in_one_piece

AT_ONCE: Final = 500
"""Periods in one transaction: after a year away an hourly log takes eighteen."""

_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)


class NotYetLoggedError(DoorlessError):
    """The log does not show this demand yet. `when`: Unix seconds, the earliest that it may."""

    def __init__(self, when: int, why: str) -> None:
        super().__init__(why)
        self.when = when


class UnknownDemandError(DoorlessError):
    """No demand was committed under this id."""


class OtherRecordError(DoorlessError):
    """Another demand was committed under this id, or what is to be said of it is not true."""


class DemandLog:
    """DIR/demands/log.db. Made by `open`; each used by one thread at a time, beside others.

    Attributes:
        rules: what the log was begun as.
    """

    def __init__(
        self,
        folder: Path,
        db: sqlite3.Connection,
        heads: HeadStore,
        signer: LogSigner,
        rules: Rules,
        random: Random,
    ) -> None:
        self.rules, self._folder, self._random = rules, folder, random
        self._db, self._rows, self._heads, self._signer = db, Rows(db), heads, signer

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        name: str | None,
        random: Random,
        now: int,
        period: int | None = None,
        slots: int | None = None,
    ) -> Self:
        """Open or begin the log.

        Args:
            folder: DIR/demands.
            name: the relay's; None opens only a log that was begun.
            period, slots: seconds, and demands that one period takes; they are settled when the
                log is begun.

        Raises:
            DataError: a file cannot be used, or other numbers are wanted than the log has.
            ForkRefusedError: it is not the log that was signed last.
            NewerSchemaError, sqlite3.Error: as of `log_rows.open_writer`.
        """
        signer, rules = begun.settle(folder, name, random, now, period=period, slots=slots)
        db = log_rows.open_writer(folder / begun.DATABASE)
        try:
            heads = HeadStore(folder / begun.HEADS)
        except BaseException:
            db.close()
            raise
        log = cls(folder, db, heads, signer, rules, random)
        try:
            log._begin(now)
        except BaseException:
            log.close()
            raise
        return log

    def close(self) -> None:
        self._db.close()
        self._heads.close()

    # --- demands -----------------------------------------------------------------------------

    def document(self, demand_id: str, document: bytes) -> bytes:
        """What a record says of the demand as it came; the same each time it is asked."""
        return document_commitment(self.blind(demand_id), document)

    def blind(self, demand_id: str) -> bytes:
        """With the document, it shows to anybody which demand a revealed record is about."""
        key = begun.blinding_key(self._folder, self._random, is_first=not self._rows.committed())
        return hmac_sha256(key, demand_id.encode())

    def commit(self, demand_id: str, record: SlotRecord, now: int) -> None:
        """Let a demand take the next free slot. On the disk when this returns.

        Raises:
            OtherRecordError: another demand was committed under this id.
            ValueError: an id that is none.
        """
        if not _ID.fullmatch(demand_id):
            raise ValueError("a demand's id has 1 to 128 visible ASCII characters")
        with self._writing():
            kept = self._rows.demand(demand_id)
            if kept is None:
                self._rows.commit(demand_id, record, self._now_open(now))
            elif kept.record != record:
                raise OtherRecordError(f"another demand was committed as {demand_id}")

    def renew(self, demand_id: str, until: int) -> None:
        """Its secrecy ends then, Unix seconds: later than it was ordered, or earlier.

        Raises UnknownDemandError.
        """
        with self._writing():
            self._rows.set_gag(self._known(demand_id).demand_id, until)

    def conclude(self, demand_id: str, outcome: Outcome) -> None:
        """Say what came of it: what is laid open with its slot. Raises UnknownDemandError."""
        with self._writing():
            self._rows.set_outcome(self._known(demand_id).demand_id, outcome)

    def proof(self, demand_id: str) -> SlotProof:
        """That it stands in a period of the signed log.

        Raises:
            NotYetLoggedError: it waits, or too few witnesses saw the log since.
            UnknownDemandError
        """
        kept, (size, note) = self._known(demand_id), self._rows.head()
        if kept.slot is None:
            raise NotYetLoggedError(self._earliest(kept), f"{demand_id} waits for its slot")
        index, entry, slots = self._rows.period(kept.slot[0])
        if index >= size:
            raise NotYetLoggedError(self._earliest(kept), f"the period of {demand_id} is unsigned")
        signed = Note.decode(note)
        try:
            self.rules.policy.check(signed)
        except UnwitnessedError as error:
            raise NotYetLoggedError(self._earliest(kept), str(error)) from None
        path = tree.inclusion_path(self._rows, index, size)
        return SlotProof(
            Placed(signed, index, entry, path), opening_slots.opened(*kept.slot, slots)
        )

    def reveal(self, demand_id: str, now: int, outcome: Outcome | None = None) -> None:
        """Lay its slot open for good; once, however often it is asked.

        Args:
            outcome: what came of it; None: what was concluded.

        Raises:
            NotYetLoggedError: it has no slot yet.
            UnknownDemandError
        """
        if outcome is not None:
            self.conclude(demand_id, outcome)
        with begun.alone(self._folder):
            with in_one_piece(self._db):
                kept = self._known(demand_id)
                if kept.slot is None:
                    raise NotYetLoggedError(self._earliest(kept), f"{demand_id} waits for its slot")
                opening_slots.reveal(self._rows, *kept.slot)
            self._publish(now)

    def holds(self, demand_id: str) -> bool:
        """Whether it was committed."""
        return self._rows.demand(demand_id) is not None

    def silent_until(self, demand_id: str) -> int:
        """When its secrecy ends, as it was renewed; Unix seconds. Raises UnknownDemandError."""
        return self._known(demand_id).gag_until

    def is_revealed(self, demand_id: str) -> bool:
        """Whether it was laid open, by whomever. Raises UnknownDemandError."""
        slot = self._known(demand_id).slot
        return slot is not None and self._rows.revealed(*slot) is not None

    def shown(self, demand_id: str) -> DemandEvidence | None:
        """What anybody can check of a demand that was laid open; None: it was not.

        Raises UnknownDemandError.
        """
        slot = self._known(demand_id).slot
        entry = None if slot is None else self._rows.revealed(*slot)
        if slot is None or entry is None or entry >= self.size:
            return None
        index, _, _ = self._rows.period(slot[0])
        return DemandEvidence(Kind.OPENED, self.rules, (self.placed(index), self.placed(entry)))

    def placed(self, index: int) -> Placed:
        """A signed entry with the proof that it is one."""
        size, note = self._rows.head()
        [encoded] = self._rows.entries(index, 1)
        path = tree.inclusion_path(self._rows, index, size)
        return Placed(Note.decode(note), index, decode_entry(encoded), path)

    def say(self, band: Band, now: int) -> None:
        """Publish how many demands some periods hold.

        Raises:
            OtherRecordError: it is not true, a period of it is not over, or no more are taken.
        """
        with begun.alone(self._folder):
            with in_one_piece(self._db):
                last = self._rows.last_period()
                if last is None or not self.rules.first <= band.first <= band.last <= last:
                    raise OtherRecordError("a band of periods that the log does not hold")
                count = sum(
                    _is_counted(band, kept) for kept in self._rows.between(band.first, last)
                )
                if self._rows.bands() >= MAX_BANDS:
                    raise OtherRecordError(f"the log has {MAX_BANDS} bands: no reader takes more")
                if not band.low <= count <= band.high:
                    raise OtherRecordError(f"there are not {band.low} to {band.high} demands")
                self._rows.append(band)
            self._publish(now)

    # --- time --------------------------------------------------------------------------------

    def turn(self, now: int) -> None:
        """Publish every period that is over, and lay open what is due; again as often as wanted.

        Raises:
            ForkRefusedError: another log than this one was signed.
            sqlite3.Error: nothing was published that is not on the disk.
        """
        with begun.alone(self._folder):
            while self._enter_periods(now):
                pass
            self._open_slots(now)
            self._publish(now)

    def next_turn(self) -> int:
        """When the period is over that is entered next, Unix seconds."""
        return self.rules.end_of(self._next_period())

    # --- the public side ---------------------------------------------------------------------

    def head(self) -> tuple[int, bytes]:
        """How many entries are signed, and their checkpoint with the cosignatures that came."""
        return self._rows.head()

    @property
    def size(self) -> int:
        """Entries that are signed."""
        return self.head()[0]

    @property
    def nodes(self) -> tree.NodeReader:
        return self._rows

    def entries(self, first: int, count: int) -> list[bytes]:
        return self._rows.entries(first, min(count, self.size - first))

    def consistency(self, older: int, newer: int) -> Sequence[bytes]:
        """Of two sizes from 1 to what is signed."""
        return tree.consistency_path(self._rows, older, newer)

    def keep_cosigned(self, size: int, note: bytes) -> None:
        """Show a note with what witnesses said of it, unless a newer one was signed meanwhile."""
        with self._writing():
            if self._rows.head()[0] == size:
                self._rows.keep_head(size, note)

    # --- shared ------------------------------------------------------------------------------

    def _begin(self, now: int) -> None:
        with begun.alone(self._folder):
            self._check_continues()
            if not self._rows.size:
                with in_one_piece(self._db):
                    self._rows.append(self.rules)
            self._publish(now)
            [first] = self._rows.entries(0, 1)
            if decode_entry(first) != self.rules:
                raise DataError(f"{begun.DATABASE} and {begun.RULES} are not of one log")

    def _check_continues(self) -> None:
        """Raises ForkRefusedError: the log does not begin with what was signed last."""
        last = self._heads.last(self.rules.ed25519)
        try:
            refuse_fork(last, Head(self._rows.size, last.root))
            if last.size:
                refuse_fork(last, Head(last.size, tree.root(self._rows, last.size)))
        except ForkRefusedError as error:
            raise ForkRefusedError(f"{self._folder}: {error}") from None

    def _enter_periods(self, now: int) -> bool:
        """Enter some of the periods that are over; whether there are more."""
        with in_one_piece(self._db):
            for _ in range(AT_ONCE):
                period = self._next_period()
                if self.rules.end_of(period) > now:
                    return False
                slots = filled(self._rows.waiting(period), self.rules.slots, self._random)
                root = slots_root([slot.commitment for slot in slots])
                self._rows.keep_period(PeriodEntry(period, len(slots), root), slots)
        return True

    def _open_slots(self, now: int) -> None:
        with in_one_piece(self._db):
            opening_slots.reveal_due(self._rows, self.rules, now)
            opening_slots.pass_horizon(self._rows, self.rules, now)

    def _publish(self, now: int) -> None:
        """Sign what is entered: first that it is signed, then the signature, then show it."""
        size = self._rows.size
        if size == self._rows.head()[0]:
            return
        checkpoint = Checkpoint(self.rules.origin, size, tree.root(self._rows, size))
        self._heads.remember(self.rules.ed25519, Head(size, checkpoint.root))
        note = self._signer.sign(checkpoint, max(now, 1)).encode()
        with in_one_piece(self._db):
            self._rows.keep_head(size, note)

    def _next_period(self) -> int:
        last = self._rows.last_period()
        return self.rules.first if last is None else last + 1

    def _now_open(self, now: int) -> int:
        """The period that takes what comes now; none that was entered."""
        return max(self.rules.period_of(now), self._next_period())

    def _earliest(self, kept: Kept) -> int:
        """When its period ends; where it waits, the first one with room for it."""
        if kept.slot is not None:
            return self.rules.end_of(kept.slot[0])
        period = max(kept.since, self._next_period())
        before = [each.demand_id for each in self._rows.waiting(period)].index(kept.demand_id)
        return self.rules.end_of(period + before // self.rules.slots)

    def _known(self, demand_id: str) -> Kept:
        kept = self._rows.demand(demand_id)
        if kept is None:
            raise UnknownDemandError(f"no demand was committed as {demand_id}")
        return kept

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with begun.alone(self._folder), in_one_piece(self._db):
            yield


def _is_counted(band: Band, kept: Kept) -> bool:
    return kept.slot is not None and band.counts_demand(kept.slot[0], kept.record)
