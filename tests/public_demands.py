"""A demand log in memory, as an operator may sign it who keeps the rules, or does not."""

from random import Random

from doorless_protocol import merkle
from doorless_protocol.demand_log.entries import Entry, Outcome, PeriodEntry, Reveal
from doorless_protocol.demand_log.proof import Placed
from doorless_protocol.demand_log.record import DUMMY, Authority, SlotRecord
from doorless_protocol.demand_log.rules import HORIZON, Rules
from doorless_protocol.demand_log.slot import OpenedSlot, commitment, slots_root
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.log.tree import MemoryTree, inclusion_path

FIRST, PERIOD, SLOTS = 20_000, 86_400, 4
SIGNER = LogSigner.from_seed("relay.test/demands", bytes(range(64)))
DEMAND = SlotRecord(20_000, Authority.COURT, "DE", "DE_STPO_100A", 0, (0, 9), bytes(32))


def rules(policy: Policy = NO_WITNESSES) -> Rules:
    return Rules.of(SIGNER, FIRST, period=PERIOD, slots=SLOTS, horizon=HORIZON, policy=policy)


class PublicLog:
    """Signs whatever it is given."""

    def __init__(self, policy: Policy = NO_WITNESSES) -> None:
        self.rules, self.tree, self.entries = rules(policy), MemoryTree(), list[Entry]()
        self._openings = Random(4)
        self.slots: dict[int, list[tuple[bytes, bytes]]] = {}
        self.add(self.rules)

    def add(self, entry: Entry) -> int:
        self.tree.append(entry.encode())
        self.entries.append(entry)
        return len(self.entries) - 1

    def period(self, number: int, *records: bytes) -> int:
        """A period of these records and dummies."""
        filled = [*records, *[DUMMY] * (SLOTS - len(records))]
        self.slots[number] = [(self._openings.randbytes(32), each) for each in filled]
        return self.add(PeriodEntry(number, SLOTS, slots_root(self._committed(number))))

    def opened(self, number: int, place: int) -> OpenedSlot:
        path = merkle.inclusion_path(self._committed(number), place)
        return OpenedSlot(number, place, *self.slots[number][place], path)

    def reveal(self, number: int, place: int, outcome: Outcome = Outcome.UNDECIDED) -> int:
        return self.add(Reveal(outcome, self.opened(number, place)))

    def note(self) -> Note:
        return SIGNER.sign(Checkpoint(self.rules.origin, self.tree.size, self.tree.root), 1)

    def placed(self, index: int, note: Note | None = None) -> Placed:
        path = inclusion_path(self.tree, index, self.tree.size)
        return Placed(note or self.note(), index, self.entries[index], path)

    def _committed(self, number: int) -> list[bytes]:
        return [commitment(*each) for each in self.slots[number]]
