"""The log of a running relay: epochs in time, and what happens when the disk does not help."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import LookupProof
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.service import EPOCHS_IN_A_ROW, Consistency, Service
from doorless_server.store.base import UnavailableError


class Clock:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def serving(bench: Any, **options: Any) -> AsyncIterator[Service]:
    broken: list[Exception] = options.pop("broken", [])
    bench.log.close()
    service = await Service.start(
        bench.another,
        Auditors({}),
        clock=options.pop("clock", Clock(bench.now)),
        broken=broken.append,
        **options,
    )
    service.run()
    yield service
    await service.close()
    bench.open()


async def is_there(service: Service, bench: Any, owner: Any) -> bool:
    proof = LookupProof.decode((await service.look_up(owner.label, 0, 0, 0)).proof)
    entry = proof.entries[0].check(bench.config, owner.label, proof.head.leaf.map_root)
    return entry is not None


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110  (it happens in another task)
            await asyncio.sleep(0)


async def appears(service: Service, bench: Any, owner: Any) -> None:
    async with asyncio.timeout(60):
        while not await is_there(service, bench, owner):
            pass


async def submit(service: Service, owner: Any, now: int) -> None:
    change = owner.change()
    await service.stage(change)
    await service.confirm(change, now)


async def test_a_change_is_in_an_epoch_at_once(bench: Any, ada: Any) -> None:
    async with serving(bench) as service:
        await submit(service, ada, bench.now)
        await appears(service, bench, ada)


async def test_a_heartbeat_comes_when_nothing_does(bench: Any) -> None:
    size = bench.log.size
    late = Clock(bench.now + bench.config.heartbeat)
    async with serving(bench, clock=late) as service:
        await until(lambda: service._log.published > size)


async def test_a_busy_log_has_an_epoch_in_an_interval(bench: Any, ada: Any) -> None:
    async with serving(bench) as service:
        for _ in range(EPOCHS_IN_A_ROW):
            await submit(service, ada, bench.now)
            await until(lambda: not service._log.db.execute("SELECT 1 FROM pending").fetchone())
            row = service._log.db.execute("SELECT version, head FROM labels").fetchone()
            ada.version, ada.head = row
        assert service._epochs.wait(bench.now) == bench.config.interval + 1


async def test_while_witnesses_are_asked_the_epoch_before_is_answered(bench: Any, ada: Any) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def cosign(note: bytes, size: int, consistency: Consistency) -> bytes:
        proof: Sequence[bytes] = await consistency(1)
        assert (size, len(proof)) == (2, 1)
        asked.set()
        await answer.wait()
        return note

    async with serving(bench, cosign=cosign) as service:
        await submit(service, ada, bench.now)
        await asked.wait()
        assert not await is_there(service, bench, ada)
        answer.set()
        await appears(service, bench, ada)


async def stage_many(service: Service, ada: Any) -> None:
    for number in range(50):
        await service.stage(replace(ada, label=Label(f"ada{number}")).change())


async def test_a_full_disk_is_told_and_the_log_goes_on(
    bench: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(bench) as service:
        db = service._log.db
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(UnavailableError):
            await stage_many(service, ada)
        assert not await is_there(service, bench, ada)
        db.execute("PRAGMA max_page_count = 1000000")
        await submit(service, ada, bench.now)
        await appears(service, bench, ada)


async def test_a_disk_that_fails_stops_the_relay(
    bench: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[Exception] = []
    async with serving(bench, broken=broken) as service:

        def fail(*_: object) -> bytes:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        monkeypatch.setattr(service._log, "stage", fail)
        with pytest.raises(UnavailableError):
            await service.stage(ada.change())
        assert [type(error) for error in broken] == [sqlite3.OperationalError]
        with pytest.raises(UnavailableError):
            await service.look_up(ada.label, 0, 0, 0)


async def test_a_log_that_another_process_took_over_stops_the_relay(bench: Any, ada: Any) -> None:
    broken: list[Exception] = []
    async with serving(bench, broken=broken) as service:
        other = bench.another(seed=4)
        await submit(service, ada, bench.now)
        await until(lambda: broken)
        assert "another process" in str(broken[0])
        other.close()


async def test_an_older_log_is_not_served(bench: Any, ada: Any) -> None:
    bench.log.db.execute("VACUUM INTO ?", (str(bench.folder / "backup.db"),))
    bench.put(ada)
    with pytest.raises(ForkRefusedError):
        await Service.start(
            lambda: bench.another("backup.db"),
            Auditors({}),
            clock=Clock(bench.now),
            broken=[].append,
        )
