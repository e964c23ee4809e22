"""P08: input of twice the size, or a relay with twice as much in it, and four times the work.

Work is counted and not timed: calls of Python and C functions, and steps of the database's machine.
So the figures are the same on every machine, however busy it is.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from asked_relay import Asked, asked
from doorless_protocol.frames import (
    Acknowledge,
    Call,
    FetchBundle,
    Hello,
    Lookup,
    PrekeyStatus,
    Submit,
    Subscribe,
    decode_call,
    encode,
)
from doorless_protocol.log_frames import LogRecords
from doorless_server.limits import MIB
from doorless_server.store import receipts
from doorless_server.store.base import Position
from doorless_server.store.sqlite import SqliteStore
from relay_person import NOW, Person

MOST = 2.5
"""Times the work for twice as much."""

FEW = 100
STEP = 50
"""Steps of the database's machine that count as one call."""

BY_SIZE = ("submit", "acknowledge", "deliver", "prekeys", "frame", "sweep")
"""Handlers of which the size of what is asked is the asker's."""

BY_STATE = ("submit", "lookup", "lookup of nobody", "fetch", "status", "hello", "sign in")
"""Questions of one size, to a relay with so many accounts."""

Handler = Callable[[Asked, int], Awaitable[Callable[[], Awaitable[Any]]]]


class Work:
    """Counts while it is entered."""

    def __init__(self, at: Asked) -> None:
        self.count = 0
        store = at.store
        assert isinstance(store, SqliteStore)
        self._db: sqlite3.Connection = store.writer._db

    def __enter__(self) -> "Work":
        self._db.set_progress_handler(self._step, STEP)
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self._db.set_progress_handler(None, 0)

    def _step(self) -> None:
        self.count += 1

    def _called(self, _frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            self.count += 1


ALICE = Person("alice", 1)


def asks(count: int, start: int = 0) -> list[Submit]:
    mailbox, token = ALICE.device.mailbox, ALICE.token
    return [Submit(mailbox, token, (start + n).to_bytes(16), bytes(2048)) for n in range(count)]


async def of_size(at: Asked, name: str, count: int) -> Callable[[], Awaitable[Any]]:
    """Prepare; what is returned is counted."""
    mailbox = ALICE.device.mailbox
    if name == "submit":
        return lambda: at.relay.submit(asks(count), NOW)
    if name == "prekeys":
        requests = ALICE.upload(count // 4)
        return lambda: at.does(ALICE, *requests)
    if name == "frame":
        ids = tuple(n.to_bytes(16) for n in range(count))
        encoded = encode(Call(1, Acknowledge(ids)))
        return lambda: asyncio.sleep(0, decode_call(encoded))
    await at.relay.submit(asks(count), NOW)
    if name == "deliver":
        return lambda: at.relay.waiting(mailbox, Position(0), count, MIB)
    delivered = [(mailbox, ask.envelope_id) for ask in asks(count)]
    if name == "acknowledge":
        return lambda: _done(at.relay.acknowledge(delivered, NOW))
    return lambda: swept(at)


async def _done(deletion: Awaitable[None]) -> None:
    await deletion


async def swept(at: Asked) -> None:
    while await at.store.sweep(NOW // 3600 + 10_000, 0):
        pass


async def counted(at: Asked, work: Callable[[], Awaitable[Any]]) -> int:
    with Work(at) as seen:
        await work()
    return seen.count


def one_by_one(self: receipts.Receipts, digests: Any) -> set[bytes]:
    """Look through all that is remembered, for each."""
    held = [each for some in self._held for each in some]
    return {each for each in digests if any(each.__eq__(other) is True for other in held)}


@pytest.mark.parametrize("name", BY_SIZE)
async def test_twice_the_size_is_twice_the_work(name: str, tmp_path: Path) -> None:
    works = []
    for count in (FEW, 2 * FEW):
        (tmp_path / str(count)).mkdir()
        async with asked(tmp_path / str(count)) as at:
            await at.does(ALICE, ALICE.register())
            works.append(await counted(at, await of_size(at, name, count)))
    assert works[1] <= MOST * works[0], works


@pytest.mark.attack(
    "P08",
    "a relay that remembers twice as much, and is asked for twice as much, has twice the work",
    weaken={"doorless_server.store.receipts.Receipts.known": one_by_one},
)
async def test_twice_the_mail_is_twice_the_work(tmp_path: Path, record: Any) -> None:
    works = []
    for count in (FEW, 2 * FEW):
        (tmp_path / str(count)).mkdir()
        async with asked(tmp_path / str(count)) as at:
            await at.does(ALICE, ALICE.register())
            await at.relay.submit(asks(count), NOW)
            delivered = [(ALICE.device.mailbox, ask.envelope_id) for ask in asks(count)]
            await at.relay.acknowledge(delivered, NOW)
            more = asks(count, 10_000)
            works.append(await counted(at, partial(at.relay.submit, more, NOW)))
    ratio = works[1] / works[0]
    record("P08", "work for twice the mail, beside once", ratio, "", f"<= {MOST}")
    assert ratio <= MOST, works


@pytest.mark.parametrize("name", BY_STATE)
async def test_twice_the_accounts_is_the_same_work(name: str, tmp_path: Path) -> None:
    works = []
    for count in (4, 32):
        (tmp_path / str(count)).mkdir()
        async with asked(tmp_path / str(count)) as at:
            for number in range(count):
                person = Person(f"person-{number}", 100 + number)
                await at.does(person, person.register())
            await at.does(ALICE, ALICE.register(), *ALICE.upload(3))
            works.append(await counted(at, question(at, name)))
    assert works[1] <= 1.25 * works[0], works


def question(at: Asked, name: str) -> Callable[[], Awaitable[Any]]:
    match name:
        case "submit":
            return lambda: at.relay.submit(asks(1), NOW)
        case "lookup":
            return lambda: at.anybody(Lookup("alice", 0))
        case "lookup of nobody":
            return lambda: at.anybody(Lookup("nobody", 0))
        case "fetch":
            return lambda: at.anybody(FetchBundle(ALICE.device.device))
        case "status":
            return lambda: at.does(ALICE, PrekeyStatus())
        case "hello":
            return lambda: at.anybody(Hello())
        case _:
            return lambda: at.does(ALICE, Subscribe())


@pytest.mark.parametrize(
    "asked_of_it",
    [Lookup("alice", 0), LogRecords("alice", 0)],
    ids=lambda request: type(request).__name__,
)
async def test_twice_the_records_is_not_twice_the_work_for_the_key_log(
    asked_of_it: Any, tmp_path: Path
) -> None:
    works = []
    for count in (4, 8):
        (tmp_path / str(count)).mkdir()
        async with asked(tmp_path / str(count), log=True) as at:
            for number in range(count):
                person = Person(f"person-{number}", 100 + number)
                await at.does(person, person.register())
            await at.does(ALICE, ALICE.register())
            await at.anybody(asked_of_it)  # what is due is built once
            works.append(await counted(at, partial(at.anybody, asked_of_it)))
    assert works[1] <= 1.6 * works[0], works
