"""A serving relay turns the log's periods by itself, and shows the log to anybody."""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demand_stage import DAY, NOW, Desk, periods
from doorless_protocol import merkle
from doorless_protocol.demand_log.entries import decode_entry
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.encoding import Reader
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tree import verify_consistency
from doorless_server import events, listener
from doorless_server.datadir import DataError
from doorless_server.demands import begun, turning
from doorless_server.demands.log import DemandLog
from doorless_server.demands.turning import LOOK, MOST_APART, Pauses, Turning
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

WITNESS = Cosigner.from_seed("w.test/1", Algorithm.COSIGNATURE, bytes(32))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def turned(data: Path, clock: Clock) -> AsyncIterator[Turning]:
    failures: list[Exception] = []
    running = await Turning.start(
        data, "relay.test", Random(1).randbytes, clock=clock, broken=failures.append
    )
    try:
        yield running
    finally:
        await running.close()
    assert not failures


async def get(url: str, path: str) -> tuple[int, bytes]:
    host, port = url.removeprefix("ws://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]), body


async def until_size(running: Turning, size: int) -> bytes:
    """The checkpoint, as soon as it is of so many entries."""
    async with asyncio.timeout(20):
        while True:
            page = await running.page("/demands/checkpoint", "")
            assert page is not None
            if Checkpoint.parse(Note.decode(page.body).text).size >= size:
                return page.body
            await asyncio.sleep(0.01)


async def test_a_stranger_reads_all_of_it(tmp_path: Path) -> None:
    clock = Clock()
    desk = Desk(tmp_path / begun.FOLDER)
    desk.open().close()
    clock.now += 5 * DAY  # the relay was away
    async with turned(tmp_path, clock) as running:
        relay = Relay(
            MemoryStore(), Identity("r"), random=Random(3).randbytes, demands=running.page
        )
        server = await listener.serve(relay, "127.0.0.1", 0, clock=clock)
        try:

            async def read(path: str) -> bytes:
                status, body = await get(server.url, f"/demands/{path}")
                assert status == 200
                return body

            rules = Rules.decode(await read("config"))
            assert rules == running.rules
            checkpoint = verify_log(Note.decode(await read("checkpoint")), *rules.vkeys)
            assert checkpoint.size == 6
            bundle = Reader(await read("tile/entries/000.p/6"), "bundle")
            entries = [bundle.prefixed(2, 1 << 14) for _ in range(6)]
            bundle.end()
            assert merkle.root(entries) == checkpoint.root
            numbers = [entry.period for entry in map(decode_entry, entries[1:])]  # type: ignore[union-attr]
            assert numbers == list(range(20_000, 20_005))
            hashes = await read("tile/0/000.p/6")
            assert hashes == b"".join(merkle.leaf_hash(entry) for entry in entries)
            proof = await read("consistency/2/6")
            path = [proof[at : at + 32] for at in range(0, len(proof), 32)]
            verify_consistency(2, merkle.root(entries[:2]), 6, checkpoint.root, path)
            for nothing in ("", "tile/0/000.p/7", "consistency/2/7", "consistency/3/2", "x?y=1"):
                assert (await get(server.url, f"/demands/{nothing}"))[0] == 404
        finally:
            await server.close()


async def test_the_page_is_not_there_where_no_log_is(tmp_path: Path) -> None:
    relay = Relay(MemoryStore(), Identity("r"), random=Random(3).randbytes)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=Clock())
    try:
        assert (await get(server.url, "/demands/checkpoint"))[0] == 404
    finally:
        await server.close()


async def test_a_period_ends_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "LOOK", 0.01)
    clock = Clock()
    async with turned(tmp_path, clock) as running:
        with closing(Desk(tmp_path / begun.FOLDER).open(name=None, slots=16)) as beside:
            Desk(tmp_path / begun.FOLDER).commit(beside, "D1")
            clock.now += DAY
            await until_size(running, 2)
            assert periods(beside) == [20_000]
            beside.proof("D1").check(beside.rules)


async def test_a_clock_put_ahead_enters_no_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is signed for good is not signed for a time that is not here."""
    monkeypatch.setattr(turning, "LOOK", 0.01)
    clock, noticed = Clock(), asyncio.Event()
    say = events.say

    def heard(event: events.Event, **fields: Any) -> None:
        say(event, **fields)
        if event is events.CLOCK_JUMPED:
            noticed.set()

    monkeypatch.setattr(events, "say", heard)
    running = await Turning.start(
        tmp_path,
        "relay.test",
        Random(1).randbytes,
        clock=clock,
        broken=lambda _error: None,
        elapsed=lambda: 0.0,
    )
    try:
        clock.now += 400 * DAY
        async with asyncio.timeout(20):
            await noticed.wait()
        page = await running.page("/demands/checkpoint", "")
        assert page is not None
        assert Checkpoint.parse(Note.decode(page.body).text).size == 1
    finally:
        await running.close()


async def test_witnesses_are_asked_until_enough_of_them_saw_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "LOOK", 0.01)
    policy = f"witness W {WITNESS.vkey.encode()} http://127.0.0.1:9\nquorum W\n"
    (tmp_path / "policy").write_text(policy)
    asked: list[int] = []
    is_seen = asyncio.Event()

    async def cosigned(_panel: Any, note: bytes, size: int, consistency: Any) -> bytes:
        asked.append(size)
        if len(asked) < 3:
            return note
        is_seen.set()
        if size > 1:
            await consistency(1)
        signed = Note.decode(note)
        line = WITNESS.cosign(Checkpoint.parse(signed.text), NOW)
        return signed.with_signatures([line]).encode()

    monkeypatch.setattr("doorless_server.witness.asking.Panel.cosigned", cosigned)
    clock = Clock()
    async with turned(tmp_path, clock) as running:
        async with asyncio.timeout(20):
            await is_seen.wait()
        clock.now += DAY
        note = Note.decode(await until_size(running, 2))
        async with asyncio.timeout(20):
            while not running.rules.policy.cosigners(note):
                note = Note.decode(await until_size(running, 2))
    assert asked[-1] == 2


async def test_a_folder_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / begun.FOLDER).mkdir()
    (tmp_path / begun.FOLDER / begun.DATABASE).write_bytes(b"no database" * 100)
    with pytest.raises(DataError, match="demand log"):
        await Turning.start(
            tmp_path, "r", Random(1).randbytes, clock=Clock(), broken=lambda _error: None
        )


def test_witnesses_who_refuse_are_asked_ever_more_seldom() -> None:
    pauses = Pauses()
    asked = [second for second in range(3 * 3600) if pauses.may_ask(2, second)]
    assert asked[:4] == [0, LOOK, 3 * LOOK, 7 * LOOK]
    assert asked[-1] - asked[-2] == MOST_APART
    assert pauses.may_ask(3, 3 * 3600)
    assert not pauses.may_ask(3, 3 * 3600 + LOOK - 1)


def full() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (full(), False),
        (OSError(errno.EMFILE, "too many open files"), False),
        (OSError(errno.ENOSPC, "no space left"), False),
        (sqlite3.OperationalError("disk I/O error"), True),
        (OSError(errno.EIO, "input/output error"), True),
        (ForkRefusedError("another history"), True),
    ],
)
async def test_what_passes_is_waited_for_and_what_does_not_stops_the_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, stops: bool
) -> None:
    monkeypatch.setattr(turning, "LOOK", 0.01)
    said, failed, clock = list[events.Event](), list[Exception](), Clock()
    heard, say = asyncio.Event(), events.say

    def hear(event: events.Event, **fields: Any) -> None:
        say(event, **fields)
        said.append(event)
        heard.set()

    monkeypatch.setattr(events, "say", hear)
    running = await Turning.start(
        tmp_path, "relay.test", Random(1).randbytes, clock=clock, broken=failed.append
    )
    try:
        with monkeypatch.context() as broken:
            broken.setattr(DemandLog, "turn", raising(error))
            async with asyncio.timeout(20):
                await heard.wait()
        clock.now += DAY
        if not stops:
            await until_size(running, 2)  # it goes on by itself
    finally:
        await running.close()
    assert failed == ([error] if stops else [])
    assert set(said) == {events.DEMANDS_FAILED if stops else events.DEMANDS_WAIT_FOR_ROOM}


def raising(error: Exception) -> Callable[[DemandLog, int], None]:
    def turn(_log: DemandLog, _now: int) -> None:
        raise error

    return turn
