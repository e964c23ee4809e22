"""What a demand and its answer become elsewhere: in the public log, the ledger, and a notice.

None of these names anybody but the notice, which is for that person alone.
Spec: docs/spec/19-demands.md §11.
"""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from doorless_protocol.demand_log.entries import Outcome
from doorless_protocol.demand_log.proof import SlotProof
from doorless_protocol.demand_log.record import NO_END, NO_GAG, Authority, SlotRecord
from doorless_protocol.notice_frames import Handed, Notice, Slot
from doorless_server.demands import entries
from doorless_server.demands.demand import Demand
from doorless_server.demands.intake import text_of
from doorless_server.demands.items import Item
from doorless_server.demands.redaction import redacted
from doorless_server.demands.response import Response
from doorless_server.limits import DAY

ACCOUNTS_BAND: Final = 10
"""Identifiers, in bands of so many, are what a slot that is laid open says of their number."""

_NAME: Final = 80
"""Characters of a free text in a notice."""


def opened(demand: Demand, data: bytes, sha256: str) -> entries.Opened:
    """The ledger's first line about a demand."""
    location = demand.jurisdiction.data_location
    return entries.Opened(
        demand_id=demand.demand_id,
        sha256=sha256,
        instrument=demand.instrument,
        authority_kind=demand.authority.kind,
        country=demand.authority.country,
        categories=demand.categories,
        accounts=len(demand.targets),
        gag=demand.secrecy.gag,
        gag_until=gag_until(demand),
        abroad=location is not None and location != demand.jurisdiction.issuer,
        redacted=redacted(tomllib.loads(text_of(data))),
        simulation=demand.simulation,
    )


def slot_record(demand: Demand, document: Callable[[], bytes]) -> SlotRecord:
    """What the public log commits to; the same each time it is made of the same demand.

    Args:
        document: the log's commitment to the file as it came.
    """
    low = len(demand.targets) // ACCOUNTS_BAND * ACCOUNTS_BAND
    until = gag_until(demand)
    ending = NO_END if until is None else until
    return SlotRecord(
        received_day=int(demand.received_at.timestamp()) // DAY,
        authority=Authority[demand.authority.kind.upper()],
        country=demand.authority.country,
        instrument=demand.instrument,
        gag_until=ending if demand.secrecy.gag else NO_GAG,
        accounts=(low, low + ACCOUNTS_BAND - 1),
        document=document(),
    )


def gag_until(demand: Demand) -> int | None:
    """When ordered silence ends, Unix seconds: with the day that is named. None: none is."""
    last = demand.secrecy.until
    return None if last is None else end_of(last)


def end_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + DAY


def answered(response: Response, bundle_sha256: str) -> entries.Answered:
    """The ledger's line about an answer: of each kind of item one, whomever it is about."""
    gathered: dict[tuple[object, ...], entries.Item] = {}
    for item in response.items:
        what = item.requested_text.en
        key = (item.requested_category, what, item.reason_code, item.form)
        before = gathered.get(key)
        gathered[key] = entries.Item(
            category=item.requested_category,
            what=what,
            reason=item.reason_code,
            form=item.form,
            records=item.records + (before.records if before else 0),
            size=item.bytes + (before.size if before else 0),
            note=item.reason_text_en,
        )
    given = any(item.records for item in response.items)
    return entries.Answered(
        demand_id=response.demand_id,
        decision=response.decision,
        items=tuple(gathered.values()),
        disclosed="non-content" if given else "none",  # nothing that is held can be read
        minutes=response.turnaround_minutes,
        bundle_sha256=bundle_sha256,
    )


def outcome(response: Response) -> Outcome:
    """What the public log says when the slot is laid open."""
    if response.decision in ("rejected", "challenged"):
        return Outcome.REFUSED
    given = any(item.records for item in response.items)
    return Outcome.NON_CONTENT if given else Outcome.NOTHING_HELD


def notice(demand: Demand, response: Response, target: int, proof: SlotProof | None) -> Notice:
    """What the person is told whom one target of the demand names."""
    handed = [one for one in response.items if one.target == target and one.records]
    slot = None if proof is None else Slot(proof.opened.period, proof.opened.place)
    return Notice(
        demand=demand.demand_id,
        kind=demand.authority.kind,
        country=demand.authority.country,
        authority=demand.authority.name[:_NAME],
        reference=demand.case_reference[:_NAME],
        instrument=demand.instrument,
        asked=demand.categories,
        decision=response.decision,
        handed=tuple(_handed(one) for one in handed),
        received=int(demand.received_at.timestamp()) // DAY,
        answered=response.decided_at // DAY,
        delayed=response.notice.shown_from is None
        or response.notice.shown_from > response.decided_at,
        simulation=demand.simulation,
        slot=slot,
    )


def _handed(item: Item) -> Handed:
    return Handed(item.kind, item.form, item.records)
