"""An account and what the log says of it change together, wherever a relay is killed."""

from dataclasses import replace
from typing import Any

import pytest

from doorless_protocol.log.record import Record, RecordKind
from doorless_server import registry
from doorless_server.directory import desk
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.inline import InlineDirectory
from doorless_server.store.base import TakenError
from doorless_server.store.memory import MemoryStore


class KilledError(BaseException):
    """Nothing of the process goes on behind it."""


class Account:
    """Ada's account, with the manifests that her records name."""

    def __init__(self, bench: Any, person: Any, owner: Any) -> None:
        self.bench, self.person, self.owner = bench, person, owner
        self.store = MemoryStore()
        self.directory = InlineDirectory(bench.log, Auditors({}))
        owner.key, owner.label = person.key, person.handle
        self.named = person.manifest

    def change(self, kind: RecordKind | None = None) -> Any:
        change = self.owner.change(kind)
        record = change.record
        signed = Record.sign(
            self.person.key,
            record.kind,
            record.label,
            record.version,
            record.previous,
            record.time_ms,
            self.named.version,
            self.named.hash,
        )
        return replace(change, record=signed)

    async def create(self) -> None:
        listing = registry.listed(self.person.manifest)
        await self.store.create(self.person.handle, listing, bytes(32), 0)

    async def restarted(self) -> None:
        self.bench.reopen()
        self.directory = InlineDirectory(self.bench.log, Auditors({}))
        await desk.decide(self.directory, self.store, self.bench.now)

    def version(self) -> int:
        entry = self.bench.look_up(self.owner.label)
        return entry.version if entry is not None else 0


@pytest.fixture
def account(bench: Any, alice: Any, ada: Any) -> Account:
    return Account(bench, alice, ada)


async def test_killed_before_the_account_is_there_there_is_no_record(account: Account) -> None:
    async def killed() -> None:
        raise KilledError

    with pytest.raises(KilledError):
        await desk.logged(account.directory, account.change(), account.bench.now, killed)
    await account.restarted()
    assert account.version() == 0
    assert not account.bench.log.has_waiting()


async def test_killed_when_the_account_is_there_the_record_is_too(account: Account) -> None:
    async def killed() -> None:
        await account.create()
        raise KilledError

    change = account.change()
    with pytest.raises(KilledError):
        await desk.logged(account.directory, change, account.bench.now, killed)
    assert account.version() == 0
    await account.restarted()
    assert account.version() == 1
    await account.directory.stage(change)  # its answer was lost
    assert await account.directory.confirm(change, account.bench.now)


async def test_a_closing_is_confirmed_where_the_account_is_gone(account: Account) -> None:
    await desk.logged(account.directory, account.change(), account.bench.now, account.create)
    account.bench.learn(account.owner)

    async def killed() -> None:
        await account.store.close_account(account.person.account, 0)
        raise KilledError

    closing = account.change(RecordKind.CLOSE)
    with pytest.raises(KilledError):
        await desk.logged(account.directory, closing, account.bench.now, killed)
    await account.restarted()
    assert account.version() == 2


async def test_a_closing_is_dropped_where_the_account_is_still_there(account: Account) -> None:
    await desk.logged(account.directory, account.change(), account.bench.now, account.create)
    account.bench.learn(account.owner)
    account.bench.log.stage(account.change(RecordKind.CLOSE))
    await account.restarted()
    assert account.version() == 1


async def test_what_the_account_refuses_the_log_never_says(account: Account) -> None:
    async def taken() -> None:
        raise TakenError("handle")

    with pytest.raises(TakenError):
        await desk.logged(account.directory, account.change(), account.bench.now, taken)
    assert account.version() == 0
    assert account.bench.log.undecided() == []
