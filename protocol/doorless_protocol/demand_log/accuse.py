"""Make a bundle of what a whole log holds: of a slot that is open, or of the entry that is a lie.

Spec: docs/spec/18-demand-log.md §10.4.
"""

from collections.abc import Sequence

from doorless_protocol.demand_log.entries import Band, Entry, PeriodEntry, Reveal
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, judge
from doorless_protocol.demand_log.proof import Placed
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.errors import ProofError
from doorless_protocol.log.note import Note
from doorless_protocol.log.tree import MemoryTree, inclusion_path


class Whole:
    """All entries of a log, under one signed head.

    Args:
        note: checked by who made this, as `entries` are against its root.
    """

    def __init__(self, rules: Rules, note: Note, entries: Sequence[Entry]) -> None:
        self.rules, self.note, self.entries = rules, note, tuple(entries)
        self._tree = MemoryTree()
        for entry in entries:
            self._tree.append(entry.encode())

    def placed(self, index: int) -> Placed:
        """An entry with the proof that the log holds it."""
        path = inclusion_path(self._tree, index, len(self.entries))
        return Placed(self.note, index, self.entries[index], path)

    def opened(self, index: int) -> DemandEvidence:
        """What a reveal shows to anybody. Raises TypeError: the entry is none."""
        entry = self.entries[index]
        if not isinstance(entry, Reveal):
            raise TypeError(f"entry {index} lays nothing open")
        return self._bundle(Kind.OPENED, self._period(entry.opened.period, index), index)

    def accused(self, index: int) -> DemandEvidence | None:
        """What convicts, of the first entry that an audit refused; None: it convicts nobody.

        Spec: docs/spec/18-demand-log.md §10.4.
        """
        for kind, places in self._suspicions(index):
            bundle = self._bundle(kind, *places)
            try:
                judge(bundle)
            except ProofError:
                continue
            return bundle
        return None

    def _suspicions(self, index: int) -> list[tuple[Kind, tuple[int, ...]]]:
        entry = self.entries[index]
        if isinstance(entry, PeriodEntry):
            twice = self._period(entry.period, index)
            return [(Kind.TWO_PERIODS, (twice, index)), (Kind.AGAINST_RULES, (index,))]
        if isinstance(entry, Reveal):
            period = self._period(entry.opened.period, index)
            return [(Kind.FALSE_REVEAL, (period, index)), *self._exceeded(index)]
        return self._exceeded(index)

    def _exceeded(self, until: int) -> list[tuple[Kind, tuple[int, ...]]]:
        """Each band that was exceeded, with as many of the reveals that it counts as show it."""
        known = list(enumerate(self.entries[: until + 1]))
        bands = [(at, entry) for at, entry in known if isinstance(entry, Band)]
        reveals = [(at, entry) for at, entry in known if isinstance(entry, Reveal)]
        found = []
        for place, band in bands:
            counted = [at for at, reveal in reveals if band.counts(reveal.opened)]
            if len(counted) > band.high:
                found.append((Kind.BAND_EXCEEDED, (place, *counted[: band.high + 1])))
        return found

    def _period(self, period: int, otherwise: int) -> int:
        """Where a period's first entry is; `otherwise`: there is none."""
        for at, entry in enumerate(self.entries):
            if isinstance(entry, PeriodEntry) and entry.period == period:
                return at
        return otherwise

    def _bundle(self, kind: Kind, *places: int) -> DemandEvidence:
        return DemandEvidence(kind, self.rules, tuple(self.placed(at) for at in places))
