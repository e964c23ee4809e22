"""The control: who runs it can read all of it, and so can whoever he has to give it to."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from doorless_lab.evidence import draw_markers, leak_scan
from doorless_lab.judges import content
from doorless_lab.products.cloud import CloudPerson, CloudService
from doorless_lab.products.cloud_desk import answer, production
from doorless_lab.runner import BEGINS
from doorless_lab.scenario import Outcome
from doorless_lab.stage import RELAY_NAME
from doorless_lab.staging.paper import COURT_DE, COURT_US, demand_toml
from doorless_server.demands.checks import Facts
from doorless_server.demands.demand import Demand
from doorless_server.demands.entity import Operator
from doorless_server.demands.intake import parse

MARKERS = draw_markers(Random(7).randbytes)
US = Facts(Operator(RELAY_NAME, country="US"), BEGINS)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[CloudService]:
    """Alice and Bob said all markers to each other."""
    async with CloudService(tmp_path / "cloud", lambda: BEGINS) as service:
        alice = await CloudPerson.register(service, "alice", "Alice", "203.0.113.7")
        bob = await CloudPerson.register(service, "bob", "Bob")
        for at, marker in enumerate(MARKERS):
            sender, hearer = (alice, bob) if at % 2 else (bob, alice)
            await sender.says(hearer.handle, marker.text)
            assert (await hearer.hears())[-1] == marker.text
        try:
            yield service
        finally:
            alice.leave()
            bob.leave()


def demand(instrument: str, *targets: str) -> Demand:
    return parse(
        demand_toml(
            "EX-1",
            office=COURT_DE if instrument.startswith("EU") else COURT_US,
            instrument=instrument,
            categories=("basic", "id", "traffic", "content_stored"),
            targets=targets,
            now=BEGINS,
            scope='"]\nall of it \\',
        )
    )


async def test_a_warrant_gets_every_word(service: CloudService) -> None:
    given = production(answer(service.folder, demand("US_WARRANT", "alice"), US))
    evidence = leak_scan(MARKERS, {"production": given})
    verdict = content()({evidence.name: evidence})
    assert (verdict.outcome, verdict.number) == (Outcome.EXPOSED, 24)


async def test_a_subpoena_gets_no_content_although_it_is_there(service: CloudService) -> None:
    answered = {
        one.category: one for one in answer(service.folder, demand("US_SUBPOENA", "alice"), US)
    }
    assert answered["content_stored"].reason == "NOT_AUTHORISED_BY_INSTRUMENT"
    assert answered["basic"].rows[0]["email"] == "alice@mail.example"
    assert leak_scan(MARKERS, {"p": production(tuple(answered.values()))}).facts["found"] == 0


async def test_there_is_nothing_of_somebody_who_is_not_there(service: CloudService) -> None:
    answered = answer(service.folder, demand("US_WARRANT", "nobody"), US)
    assert {one.reason for one in answered} == {"NO_SUCH_ACCOUNT"}


async def test_an_order_that_does_not_bind_the_operator_gets_nothing(service: CloudService) -> None:
    answered = answer(service.folder, demand("EU_EPOC", "alice"), US)
    assert not any(one.rows for one in answered)
