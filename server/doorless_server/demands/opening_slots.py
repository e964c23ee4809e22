"""Slots that are laid open: when secrecy ends, or when the log is old enough that all must be.

    a demand: its secrecy is over, and it is decided or PATIENCE has passed ──► LDR1
    HORIZON behind the period: a dummy, or secrecy is over ──► LDR1
                               secrecy goes on ──► LDN1, which says until when

Spec: docs/spec/18-demand-log.md §6.4.
"""

from collections.abc import Sequence
from typing import Final

from doorless_protocol import merkle
from doorless_protocol.demand_log.entries import Outcome, Renewal, Reveal
from doorless_protocol.demand_log.rules import DAY, Rules
from doorless_protocol.demand_log.slot import OpenedSlot
from doorless_server.demands.log_rows import Kept, Rows
from doorless_server.demands.slots import Slot

PATIENCE: Final = 30 * DAY
"""Seconds after which a demand is laid open though nobody said what came of it."""

RENEWED_FOR: Final = 365 * DAY
"""Seconds that a slot stays shut at most before it is said again, where an order has no end."""


def opened(period: int, place: int, slots: Sequence[Slot]) -> OpenedSlot:
    """One of a period's slots with the path that proves it."""
    path = merkle.inclusion_path([slot.commitment for slot in slots], place)
    return OpenedSlot(period, place, slots[place].opening, slots[place].record, path)


def reveal(rows: Rows, period: int, place: int) -> None:
    """Append what lays a slot open, unless it is."""
    if rows.revealed(period, place) is None:
        _, _, slots = rows.period(period)
        _append(rows, opened(period, place, slots), rows.at(period, place))


def reveal_due(rows: Rows, rules: Rules, now: int) -> None:
    """Lay open the demands whose time has come."""
    for kept in rows.shut():
        if kept.slot is not None and is_due(kept, rules.end_of(kept.slot[0]), now):
            reveal(rows, *kept.slot)


def is_due(kept: Kept, logged: int, now: int) -> bool:
    """Whether nothing keeps a demand shut that has been in the log since `logged`."""
    since = max(kept.gag_until, logged)
    return since <= now and (kept.outcome is not Outcome.UNDECIDED or since + PATIENCE <= now)


def pass_horizon(rows: Rows, rules: Rules, now: int) -> None:
    """See to it that of every old slot something is said."""
    for period in rows.periods((now - rules.horizon) // rules.period):
        _, _, slots = rows.period(period)
        paths = merkle.inclusion_paths([slot.commitment for slot in slots])
        for place, (slot, path) in enumerate(zip(slots, paths, strict=True)):
            kept = None if slot.demand_id is None else rows.demand(slot.demand_id)
            if rows.revealed(period, place) is not None:
                continue
            if kept is None or kept.gag_until <= now:
                _append(rows, OpenedSlot(period, place, slot.opening, slot.record, path), kept)
            elif rows.renewed(period, place) <= now:
                until = min(kept.gag_until, now + RENEWED_FOR)
                rows.append(Renewal(period, place, until))
                rows.keep_renewed(period, place, until)


def _append(rows: Rows, slot: OpenedSlot, kept: Kept | None) -> None:
    outcome = kept.outcome if kept else Outcome.UNDECIDED
    entry = rows.append(Reveal(outcome, slot))
    rows.keep_revealed(slot.period, slot.place, entry)
