"""The itemised answer: for each thing that was asked for, one line with its reason.

    the demand as a whole ─► each target ─► each category ─► each kind of it
        legal no                legal no        legal no         technical no, or produced

The legal no comes first: what an instrument does not cover is not even looked for.
Spec: docs/spec/19-demands.md §6.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from doorless_server.demands import reasons
from doorless_server.demands.checks import Check, failed, is_overbroad, lacks
from doorless_server.demands.demand import Demand
from doorless_server.demands.disclosure import Disclosure, Found, Record
from doorless_server.demands.entries import Category, Form, Reason
from doorless_server.demands.instruments import Instrument, all_instruments
from doorless_server.demands.inventory import Absence, Holding, Inventory
from doorless_server.demands.texts import EMPTY, Text

FILED: Final = frozenset({"username", "account_id", "device_id"})
"""Types of targets under which something is filed here."""

REFUSED_AS_A_WHOLE: Final[Mapping[str, Reason]] = {
    "authentic": "FORGED_OR_UNVERIFIED",
    "competent": "NOT_AUTHORISED_BY_INSTRUMENT",
    "addressee": "NOT_AUTHORISED_BY_INSTRUMENT",
    "specific": "OVERBROAD",
    "instrument_covers": "NOT_AUTHORISED_BY_INSTRUMENT",
    "in_time": "NOT_AUTHORISED_BY_INSTRUMENT",
    "jurisdiction": "CONFLICT_OF_LAWS",
}
"""By the check that failed."""

LEGAL: Final[frozenset[Reason]] = frozenset(
    (
        "NOT_AUTHORISED_BY_INSTRUMENT",
        "OVERBROAD",
        "CONFLICT_OF_LAWS",
        "FORGED_OR_UNVERIFIED",
    )
)
"""Refused by law, whatever is held."""


class Item(msgspec.Struct, frozen=True):
    """One line of an answer.

    Attributes:
        kind: of a holding or an absence; empty: of the category as a whole.
        target: its place in the demand, from 0; None: of all of them.
        held: None: nobody looked.
        sha256: over the canonical JSON of the records, in hex; empty without any.
    """

    requested_category: Category
    kind: str
    requested_text: Text
    target: int | None
    authorised: bool
    held: bool | None
    form: Form
    records: int
    bytes: int
    sha256: str
    reason_code: Reason
    reason_text_de: str
    reason_text_en: str


@dataclass(frozen=True, slots=True)
class Case:
    """A demand, and what decides about it.

    Attributes:
        voluntarily: the operator gives what it need not give.
    """

    demand: Demand
    checks: tuple[Check, ...]
    inventory: Inventory
    voluntarily: bool = False

    @property
    def instrument(self) -> Instrument:
        return all_instruments()[self.demand.instrument]


def wanted(case: Case) -> Mapping[int, frozenset[str]]:
    """The kinds that the law lets be read, by the target's place: nothing else may be."""
    if failed(case.checks):
        return {}
    kinds = frozenset(
        one.kind
        for one in case.inventory.holdings
        if one.whose == "account"
        and one.category in case.demand.categories
        and is_allowed(case, one.category, one.kind)
    )
    filed = [at for at, one in enumerate(case.demand.targets) if one.type in FILED]
    return dict.fromkeys(filed, kinds) if kinds else {}


def is_allowed(case: Case, category: Category, kind: str) -> bool:
    """Whether the instrument reaches a kind, and the operator gives what it only may give."""
    return refusal(case, category, kind) == EMPTY


def refusal(case: Case, category: Category, kind: str) -> Text:
    """Why the law does not let a kind be given; EMPTY: it does."""
    if (lacking := lacks(case.demand, category)) != EMPTY:
        return lacking
    reach = case.instrument.reach(category)
    if reach.only and kind not in reach.only:
        limit = reach.limit
        return Text(f"Gedeckt sind {limit.de}.", f"It covers {limit.en}.")
    if reach.power == "may" and not case.voluntarily:
        return reasons.VOLUNTARY
    return EMPTY


def itemised(case: Case, disclosure: Disclosure) -> tuple[Item, ...]:
    """Every line of the answer, category by category in the demand's order."""
    if refusing := failed(case.checks):
        return tuple(_refused(case.demand, refusing[0]))
    return tuple(
        item
        for category in case.demand.categories
        for item in _category(case, category, disclosure)
    )


def _refused(demand: Demand, check: Check) -> Iterator[Item]:
    reason = REFUSED_AS_A_WHOLE[check.name]
    for category in demand.categories:
        yield _no(category, "", _CATEGORY[category], None, reason, check.note)


def _category(case: Case, category: Category, disclosure: Disclosure) -> Iterator[Item]:
    words = _CATEGORY[category]
    if (lacking := lacks(case.demand, category)) != EMPTY:
        yield _no(category, "", words, None, "NOT_AUTHORISED_BY_INSTRUMENT", lacking)
        return
    for at, target in enumerate(case.demand.targets):
        if is_overbroad(target.type):
            yield _no(category, "", words, at, "OVERBROAD")
        elif target.type not in FILED:
            yield _absent(category, "", words, at, reasons.NOT_FILED)
        else:
            yield from _target(case, category, at, disclosure)
    yield from _of_nobody(case, category)


def _target(case: Case, category: Category, at: int, disclosure: Disclosure) -> Iterator[Item]:
    found = disclosure.at(at)
    if found is not None and found.account is None:
        words = _CATEGORY[category]
        yield _item(
            category, "", words, at, "NO_SUCH_ACCOUNT", reasons.said("NO_SUCH_ACCOUNT"), held=False
        )
    for holding in case.inventory.holdings:
        if holding.category != category or holding.whose != "account":
            continue
        words = holding.words_for
        if (no := refusal(case, category, holding.kind)) != EMPTY:
            yield _no(category, holding.kind, words, at, "NOT_AUTHORISED_BY_INSTRUMENT", no)
        elif found is not None and (found.account is not None or found.of(holding.kind)):
            yield _held(case, holding, found)


def _held(case: Case, holding: Holding, found: Found) -> Item:
    records = found.of(holding.kind)
    place = (holding.category, holding.kind, holding.words_for, found.target)
    if not records:
        retention = reasons.kept(case.inventory.kept(holding.columns[0]))
        text = reasons.said("NOT_HELD_DELETED", reasons.NOTHING_NOW, retention)
        return _item(*place, "NOT_HELD_DELETED", text, held=False)
    if case.instrument.preserves:
        text = reasons.PRESERVED
        return _item(*place, "NOT_AUTHORISED_BY_INSTRUMENT", text, held=True, authorised=False)
    reason: Reason = "HELD_CIPHERTEXT_ONLY" if holding.form == "ciphertext" else "PRODUCED"
    behind = reasons.LEFT_BEHIND if found.account is None else EMPTY
    freely = case.instrument.reach(holding.category).power == "may"
    text = reasons.said(reason, behind, reasons.VOLUNTEERED if freely else EMPTY)
    return _item(*place, reason, text, held=True, form=holding.form, records=records)


def _of_nobody(case: Case, category: Category) -> Iterator[Item]:
    """What is asked for and not there: of all targets at once."""
    rest: list[Holding | Absence] = [
        one for one in case.inventory.holdings if one.whose == "nobody"
    ]
    for one in (*rest, *case.inventory.absences):
        if one.category != category:
            continue
        if (no := refusal(case, category, one.kind)) != EMPTY:
            yield _no(category, one.kind, one.words_for, None, "NOT_AUTHORISED_BY_INSTRUMENT", no)
        elif isinstance(one, Holding):
            yield _absent(category, one.kind, one.words_for, None, reasons.OF_NOBODY)
        else:
            retention = reasons.kept(case.inventory.kept(one.retention_of))
            text = reasons.said(one.reason, retention, one.why)
            yield _item(category, one.kind, one.words_for, None, one.reason, text, held=False)


def _no(
    category: Category,
    kind: str,
    words: Text,
    target: int | None,
    reason: Reason,
    more: Text = EMPTY,
) -> Item:
    """The legal no: nobody looked whether there is anything."""
    text = reasons.said(reason, more)
    return _item(category, kind, words, target, reason, text, held=None, authorised=False)


def _absent(category: Category, kind: str, words: Text, target: int | None, text: Text) -> Item:
    return _item(category, kind, words, target, "NOT_HELD_NEVER_COLLECTED", text, held=False)


def _item(
    category: Category,
    kind: str,
    words: Text,
    target: int | None,
    reason: Reason,
    text: Text,
    *,
    held: bool | None,
    authorised: bool = True,
    form: Form = "none",
    records: tuple[Record, ...] = (),
) -> Item:
    data = canonical(records) if records else b""
    return Item(
        *(category, kind, words, target, authorised, held, form),
        *(len(records), _size(records, data), hashlib.sha256(data).hexdigest() if data else ""),
        *(reason, text.de, text.en),
    )


def _size(records: tuple[Record, ...], data: bytes) -> int:
    """Of ciphertext its own bytes, of rows those of their JSON."""
    files = [one.values["envelope"] for one in records if "envelope" in one.values]
    return sum(file["bytes"] for file in files) if files else len(data)


def canonical(value: Any) -> bytes:
    """JSON in one form: keys in order, no spaces."""
    return msgspec.json.encode(value, order="sorted")


_CATEGORY: Final[Mapping[Category, Text]] = {
    "basic": Text("Bestandsdaten", "basic subscriber information"),
    "id": Text("Daten zur Identifizierung", "data that identify the user"),
    "traffic": Text("gespeicherte Verkehrsdaten", "stored traffic data"),
    "content_stored": Text("gespeicherte Inhalte", "stored content"),
    "traffic_live": Text("künftige Verkehrsdaten", "traffic data from now on"),
    "content_live": Text("künftige Inhalte", "content from now on"),
    "capability": Text("Einbau einer Fähigkeit", "building a capability"),
}
