"""Ended at any commit, the log has what it said it has, and goes on with one history."""

import os
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import pytest

from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note
from doorless_protocol.log.tree import verify_consistency
from doorless_server.directory import desk
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.inline import InlineDirectory

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))


class KilledError(BaseException):
    """Nothing of the process goes on behind it."""


@dataclass
class Countdown:
    """Ends the process at the `left`-th commit, before or after it is on the disk."""

    left: int
    after: bool
    seen: int = 0

    def commit(self, db: sqlite3.Connection) -> Any:
        self.seen += 1
        if self.seen != self.left:
            return db.execute("COMMIT")
        if self.after:
            db.execute("COMMIT")
        raise KilledError


class Watched:
    """A database whose commits are counted. Undoing works as ever."""

    def __init__(self, db: sqlite3.Connection, countdown: Countdown) -> None:
        self._db, self._countdown = db, countdown

    def execute(self, statement: str, values: Any = ()) -> Any:
        if statement == "COMMIT":
            return self._countdown.commit(self._db)
        return self._db.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


@dataclass
class Relay:
    """Accounts, which are a set here, and their log; with all that ever left the process."""

    bench: Any
    accounts: dict[str, bytes] = field(default_factory=dict)
    signed: list[Checkpoint] = field(default_factory=list)

    def start(self, countdown: Countdown) -> None:
        log = self.bench.log
        log.db = Watched(log.db, countdown)
        log._heads._db = Watched(log._heads._db, countdown)
        sign = log.sign

        def signing(checkpoint: Checkpoint, now: int) -> bytes:
            note: bytes = sign(checkpoint, now)
            self.signed.append(Checkpoint.parse(Note.decode(note).text))
            return note

        log.sign = signing
        self.directory = InlineDirectory(log, Auditors({}))

    async def account_named(self, handle: str) -> Any:
        """What `desk.decide` asks of the accounts."""
        held = self.accounts.get(handle)
        return None if held is None else _Held(*held)

    async def ask(self, change: Any) -> bytes:
        record = change.record

        async def act() -> None:
            self.accounts[record.label] = (record.account, record.manifest_hash)  # type: ignore[assignment]

        self.bench.now += 1
        return (await desk.logged(self.directory, change, self.bench.now, act))[1]

    async def restart(self) -> None:
        """The process is gone with its connections; another one begins."""
        for db in (self.bench.log.db, self.bench.log._heads._db):
            db._db.close()
        self.bench.open(seed=5)
        self.start(Countdown(0, after=False))
        await desk.decide(self.directory, self, self.bench.now)  # type: ignore[arg-type]


@dataclass
class _Held:
    id: bytes
    manifest_hash: bytes


async def story(relay: Relay, requests: list[Any], done: set[int]) -> None:
    for number, change in enumerate(requests):
        await relay.ask(change)
        done.add(number)


COMMITS = 12
"""Of the story; a test below counts them."""

BEFORE, AFTER = False, True
MOMENTS = [(left, BEFORE) for left in range(1, COMMITS + 1)]
"""Ended before a commit, the disk is as after the one before it, and more has left the process."""
MOMENTS += [(left, AFTER) for left in (range(1, COMMITS + 1) if EVERY_POINT else (COMMITS,))]


@pytest.mark.parametrize(("left", "after"), MOMENTS)
async def test_ended_at_any_commit_it_goes_on_as_if_it_had_not_been(
    bench: Any, ada: Any, ben: Any, left: int, after: bool
) -> None:
    relay, done = Relay(bench), set[int]()
    countdown = Countdown(left, after)
    relay.start(countdown)
    requests = [ada.change(), ben.change()]
    with pytest.raises(KilledError):
        await story(relay, requests, done)
    await relay.restart()
    for number in done:  # what was answered is there, or will be with the next epoch
        record = requests[number].record
        entry = bench.look_up(record.label)
        assert entry is not None or bench.log.has_waiting()
    await story(relay, requests, done)  # as clients do whose answer was lost
    for change in requests:
        entry = bench.look_up(change.label)
        assert (entry.version, entry.records) == (1, (change.record,))
    assert check_one_history(bench, relay.signed) >= 2
    integrity = bench.log.db.execute("PRAGMA integrity_check").fetchone()
    assert integrity == ("ok",)


def check_one_history(bench: Any, signed: list[Checkpoint]) -> int:
    """Every head that was ever signed is the beginning of the log as it is; how many sizes."""
    newest = bench.head().check(bench.config)
    for head in signed:
        proof = bench.head(head.size)
        verify_consistency(head.size, head.root, newest.size, newest.root, proof.consistency)
    return len({head.size for head in signed})


async def test_the_story_has_no_more_commits(bench: Any, ada: Any, ben: Any) -> None:
    relay = Relay(bench)
    countdown = Countdown(0, after=False)
    relay.start(countdown)
    await story(relay, [ada.change(), ben.change()], set())
    assert countdown.seen == COMMITS
