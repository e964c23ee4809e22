"""What a store takes, and for how long, to the last one: the edge is allowed, one more is not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from asked_relay import Asked, asked
from doorless_protocol.frames import BeginPrekeys, Done, Refusal, Refused
from doorless_protocol.keys import Purpose
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_server.limits import ENVELOPE_HOURS, MAX_BUCKETS, MAX_PAIRS, Buckets, Rate
from doorless_server.store import writer as module
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.schema import open_writer
from doorless_server.store.writer import Writer
from relay_person import NOW, Person

ALICE = Person("alice", 1)


@pytest.fixture(params=["memory", "sqlite"])
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Asked]:
    async with asked(tmp_path if request.param == "sqlite" else None) as made:
        await made.does(ALICE, ALICE.register())
        yield made


async def test_an_envelope_waits_for_720_hours_and_not_for_one_more(at: Asked) -> None:
    came = NOW // 3600
    await at.fill(ALICE, 1, ALICE.token)

    async def waits(hours: int) -> int:
        while await at.store.sweep(came + hours, 0):
            pass
        mails = await at.store.waiting(ALICE.device.mailbox, Position(0), 9, 1 << 20)
        return len(mails)

    assert ENVELOPE_HOURS == 720
    assert await waits(ENVELOPE_HOURS) == 1
    assert await waits(ENVELOPE_HOURS + 1) == 0


async def test_a_bundle_promises_100_pairs_and_no_more(at: Asked) -> None:
    bundle, _, _ = draw_bundle(ALICE.device, ALICE.account, NOW, Random(1).randbytes, 1)

    def promising(count: int) -> BeginPrekeys:
        unsigned = replace(bundle, one_time_count=count)
        signed = ALICE.device.signing.sign(Purpose.PREKEY_BUNDLE, unsigned.signed_bytes())
        return BeginPrekeys(replace(unsigned, signature=signed).encode())

    assert await at.does(ALICE, promising(MAX_PAIRS)) == Done()
    assert await at.does(ALICE, promising(MAX_PAIRS + 1)) == Refused(int(Refusal.MALFORMED), 0)


async def test_so_many_pieces_of_work_wait_for_the_disk_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_QUEUED", 3)
    db = open_writer(tmp_path / "relay.db")
    quiet: Any = lambda *_: None  # noqa: E731
    writer = Writer(db, forget=quiet, committed=quiet, broken=quiet)
    work: Any = lambda db: db.execute("SELECT 1").fetchone()[0]  # noqa: E731
    taken = [writer.run(work) for _ in range(3)]
    with pytest.raises(UnavailableError):
        writer.run(work)
    assert await asyncio.gather(*taken) == [1] * 3
    assert await writer.run(work) == 1
    await writer.close()


def test_100_000_buckets_are_remembered_and_no_more() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1))
    for address in range(MAX_BUCKETS):
        buckets.of(address, 0).take(0)
    assert len(buckets) == MAX_BUCKETS == 100_000
    assert buckets.of(0, 0).take(0) > 0  # it is remembered, and used last
    buckets.of("one more", 0)
    assert len(buckets) == MAX_BUCKETS
    assert buckets.of(0, 0).take(0) > 0
    assert buckets.of(1, 0).take(0) == 0  # the one used longest ago went
