"""Each thing that was asked for has one line with its reason, and the legal no comes first."""

from collections.abc import Mapping
from typing import Any

import pytest

from demand_desk import LEFT_OUT, NOW, US, demand
from doorless_server.demands import inventory
from doorless_server.demands.checks import Facts, check
from doorless_server.demands.disclosure import NOTHING, Disclosure, Found, Record
from doorless_server.demands.inventory import Inventory
from doorless_server.demands.items import LEGAL, Case, Item, itemised, wanted
from doorless_server.demands.reasons import PLAIN
from doorless_server.demands.response import decide
from doorless_server.directory import schema as log_schema
from doorless_server.store import schema

ALICE = {"type": "username", "value": "alice"}
STORED = ["basic", "id", "traffic", "content_stored"]
FROM_US = {
    "authority__country": "US",
    "jurisdiction__issuer": "US",
    "prospective": LEFT_OUT,
    "targets": [ALICE],
    "categories": STORED,
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    data = tmp_path_factory.mktemp("relay")
    schema.open_writer(data / "relay.db").close()
    log_schema.open_writer(data / "log.db").close()
    return inventory.of(data)


def case(held: Inventory, *, voluntarily: bool = False, **changes: Any) -> Case:
    asked = demand(**changes)
    us = US if asked.jurisdiction.issuer == "DE" else type(US)(US.name, country="US")
    return Case(asked, check(asked, Facts(us, NOW)), held, voluntarily)


def found(case: Case) -> Disclosure:
    """What is read where everything that may be is there, once."""
    return Disclosure(
        tuple(
            Found(at, b"a" * 32, tuple(_record(kind) for kind in kinds))
            for at, kinds in wanted(case).items()
        )
    )


def _record(kind: str) -> Record:
    values = {"envelope": {"file": "x", "bytes": 2048, "sha256": ""}}
    return Record(kind, "t", values if kind == "envelopes" else {"a": 1}, {})


def lines(case: Case, disclosure: Disclosure | None = None) -> Mapping[str, Item]:
    """By their kind; of a category as a whole, by the category."""
    made = itemised(case, found(case) if disclosure is None else disclosure)
    return {one.kind or one.requested_category: one for one in made}


def decision(case: Case, disclosure: Disclosure | None = None) -> str:
    return decide(case, itemised(case, found(case) if disclosure is None else disclosure))


def test_every_reason_has_its_words_in_both_languages() -> None:
    assert len(PLAIN) == 10
    assert all(text.de and text.en for text in PLAIN.values())


def test_a_subpoena_gets_subscriber_data_and_no_content(held: Inventory) -> None:
    asked = case(held, instrument="US_SUBPOENA", **FROM_US)
    found_ = lines(asked)
    assert found_["created"].reason_code == "PRODUCED"
    assert found_["content_stored"].reason_code == "NOT_AUTHORISED_BY_INSTRUMENT"
    assert found_["waiting"].reason_code == "NOT_AUTHORISED_BY_INSTRUMENT"
    assert found_["session_times"].reason_code == "NOT_HELD_NEVER_COLLECTED"
    assert found_["senders"].reason_code == "NOT_AUTHORISED_BY_INSTRUMENT"
    assert "waiting" not in wanted(asked)[0]
    assert decision(asked) == "complied_partial"


def test_a_letter_gets_name_address_and_length_of_service(held: Inventory) -> None:
    changes = {**FROM_US, "authority__kind": "intelligence"}
    asked = case(held, instrument="US_NSL", **changes)
    assert wanted(asked)[0] == {"created"}
    found_ = lines(asked)
    assert found_["last_connected"].reason_code == "NOT_AUTHORISED_BY_INSTRUMENT"
    assert found_["civil_name"].reason_code == "NOT_HELD_NEVER_COLLECTED"
    assert found_["toll_records"].reason_code == "NOT_HELD_NEVER_COLLECTED"


def test_a_warrant_gets_ciphertext_as_it_is_held(held: Inventory) -> None:
    asked = case(held, instrument="US_WARRANT", **FROM_US)
    found_ = lines(asked)
    assert found_["envelopes"].reason_code == "HELD_CIPHERTEXT_ONLY"
    assert (found_["envelopes"].records, found_["envelopes"].bytes) == (1, 2048)
    assert found_["delivered_messages"].reason_code == "NOT_HELD_DELETED"
    assert "30 days" in found_["delivered_messages"].reason_text_en
    assert "30 Tage" in found_["delivered_messages"].reason_text_de
    assert found_["decryption_keys"].reason_code == "NOT_HELD_NEVER_COLLECTED"
    assert decision(asked) == "complied_full"


def test_a_warrant_without_a_judge_reaches_nothing(held: Inventory) -> None:
    asked = case(held, instrument="US_WARRANT", issuing_judge_or_validator="", **FROM_US)
    assert wanted(asked) == {}
    assert {one.reason_code for one in itemised(asked, NOTHING)} == {"NOT_AUTHORISED_BY_INSTRUMENT"}
    assert decision(asked, NOTHING) == "rejected"


def test_an_interception_order_is_told_that_there_is_no_switch(held: Inventory) -> None:
    start = demand().prospective.start  # type: ignore[union-attr]
    asked = case(
        held,
        instrument="DE_TKUE",
        categories=["traffic_live", "content_live"],
        targets=[ALICE],
        prospective={"start": start, "end": start.replace(month=11)},
    )
    found_ = lines(asked)
    assert found_["live_recording"].reason_code == "NOT_HELD_NEVER_COLLECTED"
    assert "no switch" in found_["live_recording"].reason_text_en
    assert found_["live_content"].reason_code == "WOULD_REQUIRE_CLIENT_CHANGE"
    assert decision(asked) == "not_technically_possible"
    assert wanted(asked) == {}


def test_a_capability_would_need_other_clients(held: Inventory) -> None:
    asked = case(
        held,
        instrument="UK_TCN",
        authority__country="GB",
        authority__kind="ministry",
        jurisdiction__issuer="DE",
        categories=["capability"],
        prospective=LEFT_OUT,
        targets=[ALICE],
        capability_request={"mechanism": "ghost participant", "affected_users": "all"},
    )
    assert lines(asked)["capability"].reason_code == "WOULD_REQUIRE_CLIENT_CHANGE"
    assert decision(asked) == "not_technically_possible"


EMERGENCY = {
    **FROM_US,
    "instrument": "US_EDR",
    "authority__kind": "police",
    "emergency": dict.fromkeys(
        ("nature", "person_at_risk", "why_this_data_helps", "supervisor_contact"), "made up"
    ),
}


def test_an_emergency_compels_nothing_and_may_be_answered(held: Inventory) -> None:
    asked = case(held, **EMERGENCY)
    assert wanted(asked) == {}
    assert decision(asked) == "rejected"
    assert "volunteers nothing" in lines(asked)["created"].reason_text_en
    given = case(held, voluntarily=True, **EMERGENCY)
    assert lines(given)["created"].reason_code == "PRODUCED"
    assert "voluntarily" in lines(given)["created"].reason_text_en


def test_a_forged_emergency_is_refused_though_the_operator_would_volunteer(held: Inventory) -> None:
    changes = {**EMERGENCY, "verification__result": "refuted"}
    asked = case(held, voluntarily=True, **changes)
    assert wanted(asked) == {}
    assert {one.reason_code for one in itemised(asked, NOTHING)} == {"FORGED_OR_UNVERIFIED"}
    assert decision(asked) == "rejected"


def test_what_is_preserved_is_not_disclosed(held: Inventory) -> None:
    changes = {**FROM_US, "preservation_only": True}
    asked = case(held, instrument="US_PRESERVE", **changes)
    assert "envelopes" in wanted(asked)[0]
    line = lines(asked)["envelopes"]
    assert (line.reason_code, line.held, line.records) == ("NOT_AUTHORISED_BY_INSTRUMENT", True, 0)
    assert "Preserved" in line.reason_text_en
    assert decision(asked) == "complied_full"


def test_everyone_is_nobody_in_particular(held: Inventory) -> None:
    asked = case(held, targets=[{"type": "everyone"}, ALICE])
    made = itemised(asked, found(asked))
    assert {one.reason_code for one in made if one.target == 0} == {"OVERBROAD"}
    assert set(wanted(asked)) == {1}
    alone = case(held, targets=[{"type": "everyone"}])
    assert {one.reason_code for one in itemised(alone, NOTHING)} == {"OVERBROAD"}


def test_nothing_is_filed_under_a_telephone_number(held: Inventory) -> None:
    asked = case(held, targets=[{"type": "phone", "value": "+49 30 0000000"}])
    assert wanted(asked) == {}
    made = [one for one in itemised(asked, NOTHING) if one.target == 0]
    assert {one.reason_code for one in made} == {"NOT_HELD_NEVER_COLLECTED"}
    assert decision(asked, NOTHING) == "no_data"


def test_who_is_not_here_is_not_here(held: Inventory) -> None:
    asked = case(held, targets=[ALICE])
    made = itemised(asked, Disclosure((Found(0, None),)))
    assert {one.reason_code for one in made if one.target == 0} == {"NO_SUCH_ACCOUNT"}


def test_another_countrys_order_is_challenged(held: Inventory) -> None:
    changes = {**FROM_US, "instrument": "US_WARRANT"}
    asked = demand(**changes)
    ours = Case(asked, check(asked, Facts(US, NOW)), held)
    assert {one.reason_code for one in itemised(ours, NOTHING)} == {"CONFLICT_OF_LAWS"}
    assert decide(ours, itemised(ours, NOTHING)) == "challenged"


@pytest.mark.parametrize("instrument", ["US_2703D", "US_WARRANT", "US_FISA", "US_NSL"])
def test_no_line_that_the_law_refused_holds_anything(held: Inventory, instrument: str) -> None:
    kind = {"US_NSL": "intelligence", "US_FISA": "intelligence"}.get(instrument, "court")
    asked = case(held, instrument=instrument, **{**FROM_US, "authority__kind": kind})
    for line in itemised(asked, found(asked)):
        if line.reason_code in LEGAL:
            assert not line.authorised
            assert (line.held, line.records, line.sha256) == (None, 0, "")
        assert line.reason_text_de
        assert line.reason_text_en


def test_every_retention_is_said_in_german(held: Inventory) -> None:
    asked = case(held, instrument="US_WARRANT", **FROM_US)
    empty = Disclosure((Found(0, b"a" * 32),))
    kept = [one for one in itemised(asked, empty) if one.reason_code == "NOT_HELD_DELETED"]
    assert len(kept) >= 9
    for line in kept:
        retention = line.reason_text_en.partition("Retention: ")[2]
        assert retention
        assert retention not in line.reason_text_de
