"""A relay whose power goes: what its disk may hold then, and what is to be there.

story ──► record_story ──► writes, syncs, names, and the frames that left between them
                         │  cut anywhere, doorless_lab.power_cut.states
                         ▼
look: the stores open, sound, with what the frames before the cut had promised
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

from disk.kills import unsound
from disk.lives import Forking
from disk.story import CONTENT, FILE, LETS_GO, SUBMITS, TOTAL, Told, is_alices, play
from disk.trace import read
from disk.watched import Disk
from doorless_lab.power_cut import Operation, State
from doorless_protocol.blob_frames import BlobHeld, blob_address, read_capability
from doorless_protocol.frames import Answer, Deliver, Done, decode_from_relay, delivery_token_hash
from doorless_protocol.log_frames import Logged
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.directory import opening
from doorless_server.directory.changes import State as Change
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog
from doorless_server.limits import DAY, HOUR
from doorless_server.store.base import Arriving, Position
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person


@dataclass
class Found:
    """What is wrong with a state; nothing, if all is empty."""

    lost: list[object] = field(default_factory=list)
    twice: list[object] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.twice or self.corrupt)

    def add(self, other: "Found") -> None:
        self.lost += other.lost
        self.twice += other.twice
        self.corrupt += other.corrupt


async def record_story(
    folder: Path, forking: Forking, without: str = ""
) -> tuple[Told, list[Operation]]:
    """The story on a watched disk, from an empty folder to a graceful end."""
    trace, told = folder.with_suffix(".trace"), Told()
    with forking(Disk(folder, trace=trace), without) as life:
        assert await play(life.url, told)
    operations = read(trace)
    trace.unlink()
    return told, operations


@dataclass
class Promised:
    """What the frames that had left say: numbers of messages, accounts, bytes of the file."""

    accepted: set[int] = field(default_factory=set)
    handed_out: set[int] = field(default_factory=set)
    let_go: set[int] = field(default_factory=set)
    accounts: int = 0
    file: int = 0

    @classmethod
    def by(cls, frames: Sequence[bytes]) -> "Promised":
        promised = cls()
        for frame in frames:
            promised.take(decode_from_relay(frame))
        return promised

    def take(self, frame: object) -> None:
        if isinstance(frame, Deliver):
            self.handed_out.add(int.from_bytes(frame.envelope_id, "big"))
        if not isinstance(frame, Answer):
            return
        self.accounts += isinstance(frame.answered, Logged)
        if isinstance(frame.answered, BlobHeld):
            self.file = max(self.file, frame.answered.received)
        if isinstance(frame.answered, Done) and frame.id > LETS_GO:
            self.let_go.add(frame.id - LETS_GO)
        elif isinstance(frame.answered, Done) and frame.id > SUBMITS:
            self.accepted.add(frame.id - SUBMITS)


async def look(folder: Path, state: State, told: Told, now: int) -> Found:
    """Start from such a disk, and hold what is there to what had left."""
    _lay(folder, state)
    found, promised = Found(), Promised.by(state.marks)
    try:
        await _mail(folder, promised, told, now, found)
        await _file(folder, promised, now, found)
        _log(folder, promised, found)
    except (sqlite3.Error, *opening.REFUSALS) as error:
        found.corrupt.append(f"it does not start: {error}")
    found.corrupt += unsound(folder)
    return found


def _lay(folder: Path, state: State) -> None:
    folder.mkdir()
    for name, data in state.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


async def _mail(folder: Path, promised: Promised, told: Told, now: int, found: Found) -> None:
    store = await SqliteStore.open(folder / "relay.db")
    try:
        for person in (told.alice, told.carol):
            mine = {n for n in range(1, TOTAL + 1) if is_alices(n) == (person is told.alice)}
            before = await _waiting(store, person)
            wanted = sorted(promised.accepted & mine - promised.handed_out)
            found.lost += sorted(set(wanted) - set(before))
            found.twice += sorted(set(before) & promised.let_go)
            if [each for each in before if each in wanted] != wanted:
                found.corrupt.append("order")
            again = [_arriving(person, number) for number in sorted(promised.accepted & mine)]
            if await store.account_named(person.handle) is None:
                continue
            await store.put(again, now // HOUR, now // DAY)
            after = await _waiting(store, person)
            found.twice += sorted({each for each in after if after.count(each) > 1})
            found.twice += sorted(set(after) & promised.let_go)
        accounts = [await store.account_named(name) for name in ("alice", "carol")]
        if sum(account is not None for account in accounts) < promised.accounts:
            found.lost.append("an account")
        if promised.accepted and await store.prekeys_left(told.alice.device.device) is None:
            found.lost.append("prekeys")
    finally:
        await store.close()


def _arriving(person: Person, number: int) -> Arriving:
    sent = person.envelope(number)
    token = delivery_token_hash(person.token)
    return Arriving(sent.mailbox, sent.envelope_id, sent.envelope, token)


async def _waiting(store: SqliteStore, person: Person) -> list[int]:
    mails = await store.waiting(person.device.mailbox, Position(0), 10 * TOTAL, 1 << 30)
    return [int.from_bytes(mail.id, "big") for mail in mails]


async def _file(folder: Path, promised: Promised, now: int, found: Found) -> None:
    store = await SqliteBlobs.open(folder / "blobs.db")
    try:
        address = blob_address(read_capability(FILE))
        held = await store.held(address, now // DAY)
        if (held.received if held else 0) < promised.file:
            found.lost.append("of a file")
        if held is not None and held.received == len(CONTENT):
            pieces = [await store.read(address, place, now // DAY) for place in range(2)]
            if b"".join(piece or b"" for piece in pieces) != CONTENT:
                found.corrupt.append("a file")
    finally:
        await store.close()


def _log(folder: Path, promised: Promised, found: Found) -> None:
    """It goes on from what it signed, and has what it promised."""
    keys, config = opening.settle(folder, "relay.test", token_bytes, interval=None, window=None)
    heads = HeadStore(folder / opening.HEADS)
    log = KeyLog.open(folder / opening.DATABASE, heads, keys, config, token_bytes)
    with closing(log):
        (waiting,) = log.db.execute(
            "SELECT count(*) FROM pending WHERE state = ?", (Change.CONFIRMED,)
        ).fetchone()
        (entered,) = log.db.execute("SELECT count(*) FROM versions").fetchone()
        if waiting + entered < promised.accounts:
            found.lost.append("a record of the key log")
