"""A1, A2, A3, A8: orders to the operator."""

from dataclasses import replace

import pytest

from doorless_lab.catalogue import find
from doorless_lab.scenario import Cell, Evidence, Fact, Held, Outcome, Product
from doorless_lab.words import same
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def cell(id: str, product: Product, what: str) -> Cell:
    (found,) = [one for one in find(id).cells if one.product is product and one.what.en == what]
    return found


def held(name: str, **facts: Fact) -> Held:
    return {name: Evidence(name, same(name), facts)}


EACH = pytest.mark.parametrize("id", ["A1", "A2", "A3", "A8"])


@EACH
def test_the_verdicts_are_those_expected(id: str) -> None:
    check_verdicts(id)


@EACH
def test_the_powers_are_those_named(id: str) -> None:
    check_powers(id)


@EACH
def test_a_class_can_follow_it(id: str) -> None:
    check_steps(id)


@pytest.mark.parametrize("product", [Product.CLOUD, Product.MANDATED])
def test_who_can_read_has_to_give_every_word(product: Product) -> None:
    """The control of A1: the same search finds all of them."""
    (judged,) = played("A1", product).judged
    assert judged.verdict is not None
    assert (judged.verdict.outcome, judged.verdict.number) == (Outcome.EXPOSED, 24)


def test_of_the_same_service_a_subpoena_gets_no_word() -> None:
    evidence = played("A1", Product.CLOUD).evidence
    assert evidence["answer to US_SUBPOENA"].facts["contents"] == 0
    assert evidence["answer to US_WARRANT"].facts["contents"] == 24


def test_with_escrow_the_pile_of_a_wiretap_is_read_whole() -> None:
    (judged,) = played("A2", Product.MANDATED).judged
    assert judged.agrees


@pytest.mark.parametrize(("id", "order"), [("A3", "order"), ("A8", "answer")])
def test_who_is_ordered_to_be_silent_answers_so(id: str, order: str) -> None:
    assert fact(id, order, "gag") == 1


def test_who_wrote_is_not_in_the_past_and_is_in_the_future() -> None:
    assert fact("A3", "school", "candidates") == 28
    assert fact("A3", "school", "tokens") == 1
    assert all(fact("A3", name, "sender_among_them") for name in ("direct", "proxy", "receipts"))


def test_two_dates_and_three_envelopes_are_a_limit_and_not_a_success() -> None:
    metadata = cell("A1", Product.E2EE, "metadata")
    answer = held("answer to US_WARRANT", dates=2, envelopes=3, given=9, asked=31)
    assert metadata.agrees(metadata.judge(answer))
    more = held("answer to US_WARRANT", dates=2, envelopes=4, given=9, asked=31)
    everything = held("answer to US_WARRANT", dates=2, envelopes=3, given=31, asked=31)
    assert not metadata.agrees(metadata.judge(more))
    assert metadata.judge(everything).outcome is Outcome.EXPOSED


def test_a_phone_that_opens_nothing_at_all_proves_nothing() -> None:
    later = cell("A2", Product.E2EE, "content, with the phone later")
    fine = {"delivered": 90, "opened": 0, "waiting": 2, "control": 2}
    assert later.agrees(later.judge(held("seizure", **fine)))
    assert not later.agrees(later.judge(held("seizure", **{**fine, "opened": 1})))
    for control in (0, 1):
        with pytest.raises(KeyError):
            later.judge(held("seizure", **{**fine, "control": control}))


def test_an_answer_that_says_nothing_of_senders_is_no_answer() -> None:
    past = cell("A3", Product.E2EE, "past messages")
    assert past.agrees(past.judge(held("past", asked=2, named=0, noted=0)))
    assert not past.agrees(past.judge(held("past", asked=2, named=0, noted=1)))
    with pytest.raises(KeyError):
        past.judge(held("past", asked=1, named=0, noted=0))


def test_one_door_that_nobody_notices_is_enough() -> None:
    server = cell("A8", Product.E2EE, "changing the server alone")
    facts: dict[str, Fact] = {"server/1 A2": "prevented", "server/2 B1": "detected"}
    table = Evidence("mechanisms", same("table"), facts)
    assert server.agrees(server.judge({"mechanisms": table}))
    opened = replace(table, facts={**facts, "server/3 B5": "exposed"})
    assert server.judge({"mechanisms": opened}).outcome is Outcome.EXPOSED
    with pytest.raises(KeyError):
        server.judge({"mechanisms": replace(table, facts={"client/1 E1": "exposed"})})
