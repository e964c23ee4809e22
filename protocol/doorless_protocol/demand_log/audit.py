"""The whole log, read from its beginning: whether it keeps the rules that it began with.

    LDC1 ─► LDS1 LDS1 LDS1 ─► LDR1 opens a slot of one of them ─► LDB1 counts them ─► …

Whoever has the entries, in their order and under a checked head, can do this alone.
Spec: docs/spec/18-demand-log.md §9.
"""

from typing import Final

from doorless_protocol.demand_log.entries import (
    MAX_BANDS,
    Band,
    Entry,
    Outcome,
    PeriodEntry,
    Renewal,
    Reveal,
)
from doorless_protocol.demand_log.record import SlotRecord
from doorless_protocol.demand_log.rules import DAY, Rules
from doorless_protocol.errors import ProofError

LONGEST_RENEWAL: Final = 366 * DAY
"""Seconds ahead to which a slot may be said to stay shut: a year, and a day for who reads late."""


class Audit:
    """What is known of a log after some of its entries.

    Attributes:
        periods: by their number.
        opened: of slots that were laid open, by period and place; None of a dummy.
        outcomes: of the demands among them.
        bands: in the order of the log.
        renewed: of slots that stay shut, until when, Unix seconds.
    """

    def __init__(self, rules: Rules) -> None:
        """
        Args:
            rules: those that the reader pinned.
        """
        self.rules, self.size = rules, 0
        self.periods: dict[int, PeriodEntry] = {}
        self.opened: dict[tuple[int, int], SlotRecord | None] = {}
        self.outcomes: dict[tuple[int, int], Outcome] = {}
        self.bands: list[Band] = []
        self._counted: list[int] = []  # demands laid open of each band
        self.renewed: dict[tuple[int, int], int] = {}
        self._demands: list[tuple[int, SlotRecord]] = []  # laid open, by their periods

    def take(self, entry: Entry) -> None:
        """Go on with the next entry.

        Raises:
            ProofError: no log that keeps its rules has it here.

        Spec: docs/spec/18-demand-log.md §9.1.
        """
        if (self.size == 0) != (entry == self.rules):
            raise ProofError(f"entry {self.size} is not the rules, or is them again")
        match entry:
            case PeriodEntry():
                self._take_period(entry)
            case Reveal():
                self._take_reveal(entry)
            case Renewal():
                self._check_shut(entry.period, entry.place)
                self.renewed[entry.period, entry.place] = entry.until
            case Band():
                self._take_band(entry)
        self.size += 1

    def check_time(self, now: int) -> None:
        """Check that nothing is missing that has to be there by `now`, Unix seconds.

        Raises:
            ProofError: a period that is over has no entry, a slot behind the horizon is neither
                laid open nor said to stay shut, or one is said to for too long.

        Spec: docs/spec/18-demand-log.md §9.2.
        """
        expected = self.rules.first + len(self.periods)
        if self.rules.end_of(expected) <= now:
            raise ProofError(f"period {expected} is over, and has no entry")
        for period, entry in self.periods.items():
            if self.rules.end_of(period) + self.rules.horizon > now:
                continue
            for place in range(entry.slots):
                self._check_said(period, place, now)
        for (period, place), until in self.renewed.items():
            if until > now + LONGEST_RENEWAL:
                raise ProofError(f"slot {place} of period {period} is to stay shut for years")
        for band, count in zip(self.bands, self._counted, strict=True):
            self._check_final(band, count, now)

    # --- what an entry must be ---------------------------------------------------------------

    def _take_period(self, entry: PeriodEntry) -> None:
        expected = self.rules.first + len(self.periods)
        if entry.period != expected:
            raise ProofError(f"entry of period {entry.period} in the place of {expected}")
        if entry.slots != self.rules.slots:
            raise ProofError(f"period {entry.period} with {entry.slots} slots")
        self.periods[entry.period] = entry

    def _take_reveal(self, entry: Reveal) -> None:
        opened = entry.opened
        slot = opened.period, opened.place
        self._check_shut(*slot)
        period = self.periods[opened.period]
        opened.check(period.slots, period.root)
        self.opened[slot], self.outcomes[slot] = opened.demand, entry.outcome
        if opened.demand is not None:
            self._demands.append((opened.period, opened.demand))
            for at, band in enumerate(self.bands):
                if band.counts(opened):
                    self._counted[at] += 1
                    self._check_band(at)

    def _take_band(self, band: Band) -> None:
        if band.first not in self.periods or band.last not in self.periods:
            raise ProofError("band of periods that the log does not hold")
        if len(self.bands) >= MAX_BANDS:
            raise ProofError(f"more than {MAX_BANDS} bands")
        counted = (band.counts_demand(period, demand) for period, demand in self._demands)
        self.bands.append(band)
        self._counted.append(sum(counted))
        self._check_band(-1)

    def _check_shut(self, period: int, place: int) -> None:
        entry = self.periods.get(period)
        if entry is None or place >= entry.slots or (period, place) in self.opened:
            raise ProofError(f"slot {place} of period {period} is not there, or is open")

    def _check_band(self, at: int) -> None:
        count, high = self._counted[at], self.bands[at].high
        if count > high:
            raise ProofError(f"{count} demands were laid open, and the log said {high}")

    def _check_said(self, period: int, place: int, now: int) -> None:
        slot = period, place
        if slot not in self.opened and self.renewed.get(slot, 0) <= now:
            raise ProofError(f"slot {place} of period {period} is shut behind the horizon")

    def _check_final(self, band: Band, count: int, now: int) -> None:
        """Once every slot is open or known to be a demand's, the band holds the true number."""
        if self.rules.end_of(band.last) + self.rules.horizon > now:
            return
        shut = sum(
            slot not in self.opened and band.first <= slot[0] <= band.last for slot in self.renewed
        )
        if count + shut < band.low:
            raise ProofError(f"all slots are open, and there are fewer than {band.low} demands")
