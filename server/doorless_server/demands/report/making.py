"""A report from its format's name: which period, which view, and the line in the ledger.

Spec: docs/spec/20-ledger-and-reports.md §8.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Opened, Reported
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.report import microsoft as tables
from doorless_server.demands.report import signal as pages
from doorless_server.demands.report.as_json import as_json
from doorless_server.demands.report.bands import bands
from doorless_server.demands.report.model import Imprint, Report
from doorless_server.demands.report.period import Period, half_of, year_of
from doorless_server.demands.report.structures import STRUCTURES, keep_to_one, last_due

_BANDS: Final = {structure.format: structure for structure in STRUCTURES.values()}
FORMATS: Final = (pages.FORMAT, tables.FORMAT, *_BANDS)


def make(ledger: Ledger, kind: str, period: Period | None, now: int, imprint: Imprint) -> Report:
    """Make a report for publication, and record it in the ledger.

    The record comes first and the report bears its hash: so the ledger is never empty under a
    report, and the report says where in it it was made.

    Args:
        kind: one of FORMATS.
        period: None for what the format is by itself about: everything in Signal style, else
            the newest that may be published.
        imprint: without a head.

    Raises:
        ValueError: the period is not of the format's kind.
        NotYetError, OtherStructureError: the law is against it.
        LedgerError: it was not recorded, and must not be published.
    """
    entries = ledger.entries()
    about = period or _by_itself(kind, now)
    report = view(entries, kind, about, now, imprint)
    if kind in _BANDS and about is not None:
        keep_to_one(_BANDS[kind], about, entries)
    digest = hashlib.sha256(as_json(report).encode()).hexdigest()
    ledger.append(Reported(kind, about.name if about else "", digest), now)
    return view(entries, kind, about, now, replace(imprint, head=ledger.head()))


def view(
    entries: Sequence[Recorded], kind: str, period: Period | None, now: int, imprint: Imprint
) -> Report:
    """The report alone, with nothing recorded. Raises as `make` does."""
    if kind == pages.FORMAT:
        return pages.signal(entries, period, now, imprint)
    if period is None:
        raise ValueError(f"{kind} is about a period")
    if kind == tables.FORMAT:
        return tables.microsoft(entries, period, now, imprint)
    return bands(entries, period, _BANDS[kind].width, now, imprint)


def is_exercise(entries: Sequence[Recorded]) -> bool:
    """Whether a demand in the ledger is none of a real authority's: then every page says so."""
    return any(isinstance(one.entry, Opened) and one.entry.simulation for one in entries)


def _by_itself(kind: str, now: int) -> Period | None:
    if kind == pages.FORMAT:
        return None
    if kind == tables.FORMAT:
        return half_of(now).before()
    structure = _BANDS[kind]
    return last_due(structure, now, year_of(now) if structure.yearly else half_of(now))
