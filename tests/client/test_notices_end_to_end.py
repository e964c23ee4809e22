"""A real desk, a real relay process, a real client: who is asked about is told, when it may be."""

from asyncio import sleep
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from doorless_client.core.notice_views import NoticesTold
from doorless_client.core.views import Event
from doorless_lab.person import Person
from doorless_lab.scenario import Product, Scene
from doorless_lab.stage import until
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import LabStage
from doorless_lab.staging.paper import COURT_US, demand_toml
from doorless_lab.staging.years import YearsStage
from doorless_server.demands import silence

NOW, WITHIN = 1_800_000_000, 60.0
DAY = timedelta(days=1)
DAYS = 2 * DAY.total_seconds()

Case = tuple[LabStage, LabDesk, Person, list[str]]


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    """A relay, its desk, Alice, and what she is told as new."""
    random = Random(7).randbytes
    async with YearsStage(Scene(Product.E2EE, {}, random, NOW, tmp_path)) as stage:
        alice = await stage.enrol("alice", "Alice", "Alice Meadows")
        new: list[str] = []

        def hear(event: Event) -> None:
            if isinstance(event, NoticesTold):
                new.extend(str(notice.demand) for notice in event.notices)

        stop = alice.messenger.listen(hear)
        try:
            yield stage, LabDesk(stage.relay.data, stage.clock, random), alice, new
        finally:
            stop()


def demand(number: str, now: float, *, gag_days: int = 0) -> bytes:
    toml = demand_toml(
        number,
        office=COURT_US,
        instrument="US_WARRANT",
        categories=("basic", "content_stored"),
        targets=("alice",),
        now=now,
    )
    if not gag_days:
        return toml
    until = (datetime.fromtimestamp(now, UTC) + gag_days * DAY).date()
    return toml + f'[secrecy]\ngag = true\nbasis = "2705(b)"\nuntil = {until}\n'.encode()


async def signs_in_again(alice: Person) -> None:
    """Cut off, and back: what the relay may tell is asked anew."""
    alice.cut()
    await until(lambda: not alice.connected, WITHIN, "the cut")
    alice.messenger.settled_in.clear()
    alice.restore()
    await alice.messenger.settled_in.wait()
    await sleep(0)


async def test_at_once_or_after_the_order_though_it_was_renewed_and_the_relay_killed(
    case: Case,
) -> None:
    stage, desk, alice, new = case
    await desk.take(demand("EX-1", NOW))
    await desk.take(demand("EX-2", NOW, gag_days=90))
    stage.clock.advance(DAYS)  # until the public log shows them
    for number in ("EX-1", "EX-2"):
        await desk.answer(number)
    for _ in range(2):
        await signs_in_again(alice)
    assert new == ["EX-1"]
    (shown,) = alice.messenger.notices.every()
    assert shown.simulation
    assert not shown.delayed
    assert (shown.kind, shown.country, shown.instrument) == ("court", "US", "US_WARRANT")
    assert {one.what for one in shown.handed} >= {"handle", "created", "last_connected"}
    assert shown.slot is not None
    stage.clock.advance(80 * DAY.total_seconds())
    later = datetime.fromtimestamp(stage.clock.now(), UTC).date() + 90 * DAY
    silence.renew(desk.data, "EX-2", later, desk.sources)
    await stage.kill_relay()
    await stage.restart_relay()
    stage.clock.advance(89 * DAY.total_seconds())
    await signs_in_again(alice)
    assert new == ["EX-1"]
    stage.clock.advance(2 * DAY.total_seconds())  # nobody does anything at the relay
    await signs_in_again(alice)
    assert new == ["EX-1", "EX-2"]
    assert alice.messenger.notices.every()[0].delayed
