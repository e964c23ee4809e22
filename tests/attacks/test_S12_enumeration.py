"""S12: whoever tries names and ids cannot tell what he may not have from what is not there.

The one thing that anybody may ask is whom a handle stands for (docs/spec/07-relay.md §4.3); and
that, in whatever way, of a hundred names that nobody has, and then of four an hour.
DOORLESS_GUESSES=1000000 guesses as many ids; a sample is enough to see that nothing answers.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from asked_relay import HERS, asked
from doorless_protocol.blob_frames import BlobDrop, BlobGet, BlobPut, BlobStatus
from doorless_protocol.frames import (
    Answer,
    CloseAccount,
    FetchBundle,
    Lookup,
    Refusal,
    Refused,
    Request,
    Submit,
    encode,
)
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.log_frames import Dispute, LogAtAnchor, Logged, LogRecords
from doorless_server.limits import REFUSED_RETRY, Bounds, Rate
from doorless_server.store.admission import Box
from doorless_server.store.base import Fate
from relay_person import Person

GUESSES = int(os.environ.get("DOORLESS_GUESSES", "300"))
UNBOUNDED = Rate(1e9, 1e9)
NOT_ALLOWED = encode(Answer(1, Refused(int(Refusal.NOT_ALLOWED), 0)))
NO_ROOM = encode(Answer(1, Refused(int(Refusal.NOT_ALLOWED), REFUSED_RETRY)))


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path if request.param == "sqlite" else None


def says_full(_box: Box, bounds: Bounds, _size: int, *, request: bool) -> Fate | None:
    return Fate.FULL if request and _box.requests >= bounds.requests else None


@pytest.mark.attack(
    "S12",
    "a mailbox that is full for who asks, was closed, or never was: the same bytes",
    weaken={
        "doorless_server.store.memory.refusal": says_full,
        "doorless_server.store.sqlite_mail.refusal": says_full,
    },
)
@pytest.mark.claim(
    "P7", "a mailbox that is full for who asks, was closed, or never was: the same bytes"
)
async def test_mailboxes_that_take_nothing_are_alike(place: Path | None, record: Any) -> None:
    full, closed = Person("alice", 1), Person("bob", 2)
    async with asked(place) as at:
        for person in (full, closed):
            await at.does(person, person.register())
        await at.does(closed, CloseAccount())
        await at.fill(full, Bounds().requests)
        unknown = [at.random(16) for _ in range(GUESSES)]
        told = set()
        for mailbox in (full.device.mailbox, closed.device.mailbox, *unknown):
            for token in (b"", at.random(16)):
                told.add(await at.bytes_of(Submit(mailbox, token, at.random(16), bytes(2048))))
        assert told == {NO_ROOM}
        record("S12", "different answers about mailboxes", len(told), "", "== 1")


@pytest.mark.attack(
    "S12",
    "a device without prekeys, of a closed account, or never seen; files likewise: the same bytes",
    weaken={"doorless_server.relay.NOT_ALLOWED": Refused(int(Refusal.STALE), 0)},
)
async def test_devices_and_files_that_give_nothing_are_alike(place: Path | None) -> None:
    silent, closed = Person("alice", 1), Person("bob", 2)
    async with asked(place) as at:
        await at.does(silent, silent.register())
        await at.does(closed, closed.register(), *closed.upload())
        await at.does(closed, CloseAccount())
        write = at.random(32)
        await at.anybody(BlobPut(write, 100, 0, bytes(100)))
        devices = [silent.device.device, closed.device.device]
        devices += [at.random(16) for _ in range(GUESSES)]
        questions: list[Request] = [FetchBundle(device) for device in devices]
        questions += [BlobGet(at.random(32), 0) for _ in range(GUESSES)]
        questions += [BlobStatus(at.random(32)) for _ in range(GUESSES)]
        questions += [BlobGet(write, 0)]  # what may write a file does not read it
        assert {await at.bytes_of(each) for each in questions} == {NOT_ALLOWED}
        dropped = {await at.bytes_of(BlobDrop(one)) for one in (write, at.random(32))}
        assert len(dropped) == 1


def told_apart(answered: object) -> bool:
    """Did he learn whether somebody has it?"""
    return not (isinstance(answered, Refused) and answered.reason == Refusal.BUSY)


@pytest.mark.attack(
    "S12",
    "an address asks for 100 names that nobody has, and one more in 15 minutes, and is then told "
    "nothing of those that somebody has",
    weaken={"doorless_server.rates.UNKNOWN_LOOKUPS": UNBOUNDED},
)
@pytest.mark.parametrize("log", [False, True])
async def test_lookups_are_few(log: bool, record: Any) -> None:
    alice = Person("alice", 1)
    async with asked(None, log=log) as at:
        await at.does(alice, alice.register())
        told = [told_apart(await at.anybody(Lookup(f"n{n}", 0))) for n in range(130)]
        assert told == [True] * 100 + [False] * 30
        record("S12", "names told of at once", sum(told), f"of {len(told)}", "<= 100")
        assert not told_apart(await at.anybody(Lookup("alice", 0)))
        assert told_apart(await at.anybody(Lookup("alice", 0), "192.0.2.2"))
        known, unknown = [await at.bytes_of(Lookup(name, 0)) for name in ("alice", "nobody")]
        assert known == unknown
        at.passes(900)
        assert [told_apart(await at.anybody(Lookup(f"m{n}", 0))) for n in range(2)] == [True, False]


@pytest.mark.attack(
    "S12",
    "the key log is no second way to ask for names: its answers about nobody are of the same 100",
    weaken={"doorless_server.name_desk.name_in": lambda _asked: ""},
)
@pytest.mark.parametrize("kind", ["anchor", "records", "dispute"])
async def test_the_key_log_is_no_way_round(kind: str) -> None:
    def about(name: str) -> Request:
        if kind == "anchor":
            return LogAtAnchor(name, 1, 0)
        return LogRecords(name, 0) if kind == "records" else Dispute(name, b"", bytes(16))

    alice = Person("alice", 1)
    async with asked(None, log=True) as at:
        await at.does(alice, alice.register())
        for _ in range(40):
            assert told_apart(await at.anybody(about("alice")))  # whom somebody has, costs nothing
        for number in range(60):
            assert told_apart(await at.anybody(Lookup(f"n{number}", 0)))
        told = [told_apart(await at.anybody(about(f"m{number}"))) for number in range(60)]
        assert told == [True] * 40 + [False] * 20
        assert not told_apart(await at.anybody(about("alice")))


def free(self: object, _source: str, _now: int) -> object:
    class Free:
        def wait(self, _now: float) -> int:
            return 0

        def take(self, _now: float) -> int:
            return 0

    return Free()


@pytest.mark.attack(
    "S12",
    "to try to register names is no way round either: whether a name is taken is told 100 times",
    weaken={"doorless_server.rates.Rates.of_misses": free},
)
async def test_registering_is_no_way_round() -> None:
    alice = Person("alice", 1)
    async with asked(None, log=True) as at:
        assert isinstance(await at.does(alice, alice.register()), Logged)
        for number in range(90):
            await at.anybody(Lookup(f"n{number}", 0), HERS)
        told = []
        for seed in range(2, 22):
            at.passes(3)  # for the bound of signatures (S06)
            one = Person("alice", seed)
            told.append(told_apart(await at.does(one, one.register())))
        assert told == [True] * 10 + [False] * 10


def test_ids_are_128_bits_of_chance() -> None:
    """Each bit of the ids that a device draws takes both values, and no two ids are alike."""
    drawn = [DeviceKeys.draw(os.urandom) for _ in range(64)]
    for ids in ([one.device for one in drawn], [one.mailbox for one in drawn]):
        assert len(set(ids)) == len(ids)
        assert {len(one) for one in ids} == {16}
        numbers = [int.from_bytes(one, "big") for one in ids]
        ever, always = 0, (1 << 128) - 1
        for number in numbers:
            ever, always = ever | number, always & number
        assert (ever, always) == ((1 << 128) - 1, 0)
