"""The answer to a demand: decided from the demand, the checks, the inventory and what was read.

Pure: the same is answered to the same.
Spec: docs/spec/19-demands.md §6, docs/spec/19-demands.md §8.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from doorless_server.demands.checks import failed
from doorless_server.demands.demand import Demand
from doorless_server.demands.disclosure import Disclosure, File, Listed
from doorless_server.demands.entity import Operator
from doorless_server.demands.entries import Decision
from doorless_server.demands.instruments import law_as_of
from doorless_server.demands.inventory import Held, Inventory, Thing
from doorless_server.demands.items import LEGAL, Case, Item, canonical, itemised
from doorless_server.demands.texts import EMPTY, Text

RECORDS: Final = "records.json"
_MINUTE: Final = 60


class CheckMade(msgspec.Struct, frozen=True):
    """`pass` None: left open, for a person to judge."""

    name: str
    pass_: bool | None = msgspec.field(name="pass")
    note: Text = EMPTY


class Column(msgspec.Struct, frozen=True):
    """`rows_for_target` None: nobody counted, because nobody had to look."""

    table: str
    column: str
    class_: str = msgspec.field(name="class")
    retention: str = ""
    rows_for_target: int | None = None


class Snapshot(msgspec.Struct, frozen=True):
    schema_hash: str
    tables: tuple[Column, ...]


class Impossibility(msgspec.Struct, frozen=True):
    """What cannot be given, and the tests that show it; ids in docs/reference/attacks.md."""

    what: Text
    why: Text
    proof_test_id: tuple[str, ...]


class Production(msgspec.Struct, frozen=True):
    """Files beside the answer. The bundle is not encrypted: `encrypted_to` is what was asked."""

    files: tuple[Listed, ...]
    encrypted_to: str
    custodian_statement: Text


class Notice(msgspec.Struct, frozen=True):
    """When the people concerned are told: Unix seconds; None: an order names no end."""

    accounts: int
    shown_from: int | None
    text: Text


class GagClock(msgspec.Struct, frozen=True):
    """`expires` Unix seconds; None: there is no gag, or it names no end."""

    gag: bool
    expires: int | None
    renewals: int


class LedgerHead(msgspec.Struct, frozen=True):
    """The operator's ledger as it was before this answer was written into it.

    Of how long it is nothing is said: that would count other demands.
    """

    hash: str
    signature: str


class Response(msgspec.Struct, frozen=True):
    """Fields of the response record, in its order."""

    response_id: str
    demand_id: str
    simulation: bool
    operator: str
    decided_at: int
    turnaround_minutes: int
    instrument: str
    law_as_of: str
    decision: Decision
    checks: tuple[CheckMade, ...]
    items: tuple[Item, ...]
    inventory_snapshot: Snapshot
    impossibility: tuple[Impossibility, ...]
    production: Production
    notice: Notice
    gag_clock: GagClock
    ledger: LedgerHead | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer says beside what was asked and found.

    Attributes:
        now: Unix seconds.
        ledger: None: it was empty.
    """

    operator: Operator
    now: int
    gag: GagClock
    ledger: LedgerHead | None


def answer(case: Case, disclosure: Disclosure, around: Circumstances) -> Response:
    """The whole answer."""
    demand, items = case.demand, itemised(case, disclosure)
    received = int(demand.received_at.timestamp())
    return Response(
        response_id=f"{demand.demand_id}-R",
        demand_id=demand.demand_id,
        simulation=demand.simulation,
        operator=around.operator.name,
        decided_at=around.now,
        turnaround_minutes=max(0, (around.now - received) // _MINUTE),
        instrument=demand.instrument,
        law_as_of=law_as_of(),
        decision=decide(case, items),
        checks=tuple(CheckMade(one.name, one.passed, one.note) for one in case.checks),
        items=items,
        inventory_snapshot=_snapshot(case.inventory, disclosure),
        impossibility=tuple(_impossible(case.inventory, items)),
        production=_production(case, disclosure, around),
        notice=_notice(demand, disclosure, around),
        gag_clock=around.gag,
        ledger=around.ledger,
    )


def decide(case: Case, items: tuple[Item, ...]) -> Decision:
    """What the lines of an answer come to."""
    if refusing := failed(case.checks):
        return "challenged" if refusing[0].name == "jurisdiction" else "rejected"
    given = [one for one in items if one.records]
    preserved = case.instrument.preserves and any(one.held for one in items)
    refused = [one for one in items if one.reason_code in LEGAL]
    if given or preserved:
        return "complied_partial" if refused and not preserved else "complied_full"
    if len(refused) == len(items):
        return "rejected"
    if any(one.reason_code == "WOULD_REQUIRE_CLIENT_CHANGE" for one in items):
        return "not_technically_possible"
    return "no_data"


def records_of(disclosure: Disclosure) -> tuple[File, ...]:
    """The rows that were read, as a file; none where there are none."""
    if not any(one.records for one in disclosure.found):
        return ()
    listed = [
        {"target": one.target, "account": (one.account or b"").hex(), "records": one.records}
        for one in disclosure.found
    ]
    return (File(RECORDS, canonical(listed) + b"\n"),)


def _produced(case: Case, disclosure: Disclosure) -> tuple[Listed, ...]:
    """The files that are handed over: none of a demand that only preserves."""
    if case.instrument.preserves:
        return ()
    rows = (Listed(one.name, len(one.data), one.sha256) for one in records_of(disclosure))
    return (*rows, *disclosure.sealed)


def _snapshot(inventory: Inventory, disclosure: Disclosure) -> Snapshot:
    rows: dict[str, int] = {}
    for found in disclosure.found:
        for record in found.records:
            for name in record.values:
                place = f"{record.table}.{name}"
                rows[place] = rows.get(place, 0) + 1
    return Snapshot(inventory.schema_hash, tuple(_column(one, rows) for one in inventory.columns))


def _column(held: Held, rows: dict[str, int]) -> Column:
    database, _, place = held.place.partition("/")
    table, _, column = place.partition(".")
    counted = rows.get(place) if database in ("relay", "log") else None
    return Column(f"{database}/{table}", column, held.category, held.kept, counted)


def _impossible(inventory: Inventory, items: tuple[Item, ...]) -> list[Impossibility]:
    """Of what was asked for, and the law would have let be given."""
    asked = {one.kind for one in items if one.reason_code not in LEGAL}
    everything: list[Thing] = [*inventory.holdings, *inventory.absences]
    return [
        Impossibility(one.words_for, one.why, one.proof)
        for one in everything
        if one.kind in asked and one.proof
    ]


def _production(case: Case, disclosure: Disclosure, around: Circumstances) -> Production:
    listed = _produced(case, disclosure)
    who, hash_ = around.operator.custodian or around.operator.name, case.inventory.schema_hash
    day = datetime.fromtimestamp(around.now, UTC).date().isoformat()
    statement = Text(
        f"{who}: Diese Unterlagen wurden am {day} mit der Software des Relays aus seinen"
        f" Datenbanken gelesen, deren Schema die Prüfsumme {hash_} hat, und nicht verändert. Das"
        " Bündel ist nicht verschlüsselt; es ist so zu übergeben, dass nur die Behörde es lesen"
        " kann.",
        f"{who}: These records were read on {day} by the relay's own software from its databases,"
        f" whose schema has the hash {hash_}, and were not altered. The bundle is not encrypted: it"
        " has to be handed over so that the authority alone can read it.",
    )
    return Production(listed, case.demand.delivery.encrypt_to, statement)


def _notice(demand: Demand, disclosure: Disclosure, around: Circumstances) -> Notice:
    accounts, from_ = len(disclosure.accounts), notice_from(demand, around)
    if not accounts:
        text = Text(
            "Es wurde niemandes Bestand gelesen; es wird niemand benachrichtigt.",
            "Nobody's data was read; nobody is told.",
        )
    elif from_ is None:
        text = Text(
            "Der Betreiber darf die Betroffenen nicht benachrichtigen; ein Ende ist nicht genannt.",
            "The operator may not tell the people concerned, and no end is named.",
        )
    elif from_ > around.now:
        day = datetime.fromtimestamp(from_, UTC).date().isoformat()
        text = Text(
            f"Die Betroffenen werden ab {day} benachrichtigt.",
            f"The people concerned are told from {day} on.",
        )
    else:
        text = Text(
            "Die Betroffenen werden jetzt benachrichtigt.", "The people concerned are told now."
        )
    return Notice(accounts, from_, text)


def notice_from(demand: Demand, around: Circumstances) -> int | None:
    """When the people concerned may be told, Unix seconds; None: nobody knows."""
    gag = around.gag
    return may_tell_from(demand, gag.expires if gag.gag else around.now, around.now)


def may_tell_from(demand: Demand, silent_until: int | None, now: int) -> int | None:
    """The latest of all that keeps people from being told, Unix seconds.

    Args:
        silent_until: when an order ends; None: it names no end, and nobody knows.
    """
    if silent_until is None:
        return None
    allowed = demand.user_notice_allowed_from
    first = (
        0
        if allowed is None
        else int(datetime(allowed.year, allowed.month, allowed.day, tzinfo=UTC).timestamp())
    )
    return max(now, silent_until, first)
