"""A relay's demand log in a folder, with a clock that the test sets and drawn bytes that repeat."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from doorless_protocol.demand_log.audit import Audit
from doorless_protocol.demand_log.entries import Entry, PeriodEntry, decode_entry
from doorless_protocol.demand_log.record import NO_GAG, Authority, SlotRecord
from doorless_protocol.log.note import Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tree import MemoryTree
from doorless_server.demands.log import DemandLog

DAY = 86_400
NOW = 20_000 * DAY + 3_600  # an hour into period 20,000
SLOTS = 3


@dataclass
class Desk:
    """Opens the log of one folder again and again, as commands do."""

    folder: Path
    now: int = NOW
    random: Random = field(default_factory=lambda: Random(11))

    def open(self, name: str | None = "relay.test", slots: int = SLOTS) -> DemandLog:
        return DemandLog.open(
            self.folder, name=name, random=self.random.randbytes, now=self.now, slots=slots
        )

    def record(self, log: DemandLog, name: str, gag_until: int = NO_GAG) -> SlotRecord:
        document = log.document(name, name.encode())
        return SlotRecord(
            self.now // DAY, Authority.COURT, "DE", "DE_STPO_100A", gag_until, (0, 9), document
        )

    def commit(self, log: DemandLog, *names: str, gag_until: int = NO_GAG) -> None:
        for name in names:
            log.commit(name, self.record(log, name, gag_until), self.now)

    def turn(self, log: DemandLog, days: float = 0) -> None:
        self.now += int(days * DAY)
        log.turn(self.now)


def entries(log: DemandLog) -> list[Entry]:
    """What anybody can read, checked against the signed head."""
    size, note = log.head()
    encoded, tree = log.entries(0, size), MemoryTree()
    for entry in encoded:
        tree.append(entry)
    checkpoint = verify_log(Note.decode(note), *log.rules.vkeys)
    assert (checkpoint.size, checkpoint.root) == (size, tree.root)
    return [decode_entry(entry) for entry in encoded]


def periods(log: DemandLog) -> list[int]:
    return [entry.period for entry in entries(log) if isinstance(entry, PeriodEntry)]


def audited(log: DemandLog, now: int) -> Audit:
    """The log as an auditor has it at `now`. Raises ProofError."""
    found = Audit(log.rules)
    for entry in entries(log):
        found.take(entry)
    found.check_time(now)
    return found
