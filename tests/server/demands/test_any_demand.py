"""Whatever may be demanded by whatever law, an answer comes of it in which every line holds."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand_desk import LEFT_OUT, NOW, demand
from doorless_protocol.notice_frames import Notice
from doorless_server.demands import inventory, records
from doorless_server.demands.checks import Facts, check, failed, lacks
from doorless_server.demands.disclosure import Disclosure, Found, Listed, Record
from doorless_server.demands.entity import Operator
from doorless_server.demands.instruments import all_instruments
from doorless_server.demands.items import LEGAL, Case, wanted
from doorless_server.demands.page import render
from doorless_server.demands.response import Circumstances, GagClock, Response, answer
from doorless_server.demands.texts import EMPTY
from doorless_server.directory import schema as log_schema
from doorless_server.store import schema

TARGETS = (
    {"type": "username", "value": "alice"},
    {"type": "username", "value": "nobody-here"},
    {"type": "account_id", "value": "ab" * 32},
    {"type": "device_id", "value": "cd" * 16},
    {"type": "phone", "value": "+49 30 0000000"},
    {"type": "ip+port+time", "value": "192.0.2.7:4711 2026-09-01T00:00Z"},
    {"type": "everyone"},
)
CATEGORIES = (
    *("basic", "id", "traffic", "content_stored", "traffic_live", "content_live"),
    "capability",
)
START = demand().prospective.start  # type: ignore[union-attr]


@cache
def held() -> inventory.Inventory:
    with TemporaryDirectory() as folder:
        schema.open_writer(Path(folder, "relay.db")).close()
        log_schema.open_writer(Path(folder, "log.db")).close()
        return inventory.of(Path(folder))


@st.composite
def demanded(draw: st.DrawFn) -> dict[str, Any]:
    """A demand of any instrument, for anything, about anybody."""
    instrument = all_instruments()[draw(st.sampled_from(list(all_instruments())))]
    categories = draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, unique=True))
    live = {"traffic_live", "content_live"} & set(categories)
    emergency = dict.fromkeys(
        ("nature", "person_at_risk", "why_this_data_helps", "supervisor_contact"), "made up"
    )
    return {
        "instrument": instrument.code,
        "categories": categories,
        "targets": draw(st.lists(st.sampled_from(TARGETS), min_size=1, unique_by=str)),
        "authority__kind": draw(st.sampled_from(instrument.issuers)),
        "authority__country": draw(st.sampled_from(("DE", "US", "GB", "AU", "IN"))),
        "jurisdiction__issuer": draw(st.sampled_from(("DE", "US"))),
        "issuing_judge_or_validator": draw(st.sampled_from(("", "somebody"))),
        "offence__max_penalty_years": draw(st.integers(0, 5)),
        "verification__result": draw(st.sampled_from(("confirmed", "confirmed", "none"))),
        "prospective": {"start": START} if live else LEFT_OUT,
        "preservation_only": instrument.preserves,
        **({"emergency": emergency} if instrument.emergency else {}),
        **({"capability_request": {"mechanism": "x"}} if "capability" in categories else {}),
    }


def read(kinds: Mapping[int, frozenset[str]], *, there: bool) -> Disclosure:
    """As if everybody who is asked about were here, or nobody."""
    if not there:
        return Disclosure(tuple(Found(at, None) for at in kinds))
    sealed = Listed("ciphertext/x.bin", 2048, "ab")
    found = tuple(
        Found(at, bytes([at]) * 32, tuple(_record(kind) for kind in of)) for at, of in kinds.items()
    )
    return Disclosure(found, (sealed,) if any("envelopes" in of for of in kinds.values()) else ())


def _record(kind: str) -> Record:
    envelope = {"envelope": {"file": "ciphertext/x.bin", "bytes": 2048, "sha256": "ab"}}
    return Record(kind, "accounts", envelope if kind == "envelopes" else {"id": "00"}, {})


@settings(max_examples=120, deadline=None)
@given(demanded(), st.booleans(), st.booleans())
@pytest.mark.timeout(120)
def test_any_demand_is_answered_in_full(
    changes: dict[str, Any], there: bool, voluntarily: bool
) -> None:
    asked = demand(**changes)
    us = Operator("relay.example", country="DE")
    case = Case(asked, check(asked, Facts(us, NOW)), held(), voluntarily)
    kinds = wanted(case)
    disclosure = read(kinds, there=there)
    around = Circumstances(us, NOW, GagClock(gag=True, expires=None, renewals=0), None)
    made = answer(case, disclosure, around)
    check_lines(case, made)
    check_elsewhere(case, made)
    page = render(asked, made, disclosure)
    assert all(line.reason_code in page for line in made.items)


def check_lines(case: Case, made: Response) -> None:
    assert {line.requested_category for line in made.items} == set(case.demand.categories)
    for line in made.items:
        assert line.reason_text_de
        assert line.reason_text_en
        assert (line.reason_code in LEGAL) == (not line.authorised)
        assert bool(line.records) == (line.reason_code in ("PRODUCED", "HELD_CIPHERTEXT_ONLY"))
        if line.records:
            assert not failed(case.checks)
            assert lacks(case.demand, line.requested_category) == EMPTY
            assert line.form != "none"
            assert not case.instrument.preserves
    given = [line for line in made.items if line.records]
    assert (made.decision in ("complied_full", "complied_partial")) == bool(
        given or (case.instrument.preserves and any(line.held for line in made.items))
    )
    if case.instrument.emergency and not case.voluntarily:
        assert not given


def check_elsewhere(case: Case, made: Response) -> None:
    """In the log, the ledger, a notice and the bundle it has the form that it must have there."""
    records.slot_record(case.demand, lambda: bytes(32)).encode()
    line = msgspec.json.encode(records.answered(made, "ab" * 32))
    assert len(line) < 1 << 20
    assert msgspec.json.decode(msgspec.json.encode(made), type=Response) == made
    for target in range(len(case.demand.targets)):
        notice = records.notice(case.demand, made, target, None)
        packed = msgspec.msgpack.encode(notice)
        assert msgspec.msgpack.decode(packed, type=Notice) == notice
