"""One contract for every store: what is promised in store/base.py, kept by each backend."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from doorless_server.limits import RELEASED_DAYS, Bounds
from doorless_server.store.base import (
    Arriving,
    Batch,
    Fate,
    Listing,
    LookalikeError,
    OneTime,
    Position,
    ReleasedError,
    Seat,
    StaleError,
    TakenError,
)
from doorless_server.store.memory import MemoryStore
from doorless_server.store.sqlite import SqliteStore

TOKEN, OLD = b"t" * 32, b"o" * 32


def seat(account: str, device: str) -> Seat:
    return Seat(account.encode(), device.encode(), b"box of " + device.encode(), b"key")


def listing(*seats: Seat, version: int = 1, bindings: tuple[bytes, ...] = ()) -> Listing:
    hashes = [bytes((number,)) * 32 for number in range(version + 1)]
    head, manifest = b"head %d" % version, b"manifest %d" % version
    return Listing(version, hashes[version], hashes[version - 1], head, manifest, seats, bindings)


def mail(number: int, device: str = "phone", size: int = 2048, token: bytes = TOKEN) -> Arriving:
    return Arriving(b"box of " + device.encode(), number.to_bytes(16, "big"), bytes(size), token)


async def put(store: Any, *mails: Arriving, hour: int = 0, day: int = 0) -> list[Any]:
    return [
        fate if isinstance(fate, Fate) else "kept" for fate in await store.put(mails, hour, day)
    ]


async def waiting(store: Any, device: str = "phone", after: int = 0, count: int = 100) -> list[int]:
    mails = await store.waiting(b"box of " + device.encode(), Position(after), count, 1 << 30)
    return [int.from_bytes(each.id, "big") for each in mails]


KINDS = ("memory", "sqlite", "nats")

Open = Callable[..., Awaitable[Any]]


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens a store of a kind; what was kept in another one of the kind is there."""

    async def open_one(kind: str, bounds: Bounds | None = None) -> Any:
        if kind == "memory":
            return MemoryStore(bounds)
        if kind == "sqlite":
            return await SqliteStore.open(tmp_path / "relay.db", bounds)
        from doorless_server.store.nats.store import NatsStore

        urls = request.getfixturevalue("nats_three").urls
        return await NatsStore.open(urls, bounds, partitions=2)

    return open_one


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, opened: Open) -> AsyncIterator[Any]:
    store = await opened(request.param)
    yield store
    await store.close()


@pytest.fixture
async def held(store: Any) -> Any:
    """A store with one account, `alice`, with one device, `phone`."""
    await store.create("alice", listing(seat("alice", "phone"), bindings=(b"k1",)), TOKEN, 1)
    return store


@pytest.mark.claim("P4", "mail waits in the order in which it came")
async def test_mail_waits_in_the_order_it_came(held: Any) -> None:
    assert await put(held, mail(3), mail(1)) == ["kept", "kept"]
    assert await put(held, mail(2)) == ["kept"]
    assert await waiting(held) == [3, 1, 2]


async def test_positions_grow_and_are_never_used_twice(held: Any) -> None:
    (first,) = await held.put([mail(1)], 0, 0)
    await held.drop([(mail(1).mailbox, mail(1).id)], 0)
    (second,) = await held.put([mail(2)], 0, 0)
    assert second > first


async def test_reading_stops_at_count_and_size_but_gives_at_least_one(held: Any) -> None:
    await put(held, *[mail(number, size=4096) for number in range(1, 6)])
    assert await waiting(held, count=2) == [1, 2]
    box = mail(1).mailbox
    assert len(await held.waiting(box, Position(0), 9, 9000)) == 2
    assert len(await held.waiting(box, Position(0), 9, 1)) == 1
    first = (await held.waiting(box, Position(0), 1, 1))[0]
    assert await waiting(held, after=first.position) == [2, 3, 4, 5]
    assert first.envelope == bytes(4096)


async def test_the_same_id_is_kept_once_in_one_batch_and_over_many(held: Any) -> None:
    assert await put(held, mail(1), mail(1)) == ["kept", Fate.KNOWN]
    assert await put(held, mail(1, size=4096)) == [Fate.KNOWN]
    assert await waiting(held) == [1]


async def test_one_id_in_two_mailboxes_is_two_mails(held: Any) -> None:
    await held.create("bob", listing(seat("bob", "desk")), TOKEN, 1)
    assert await put(held, mail(1), mail(1, "desk")) == ["kept", "kept"]


@pytest.mark.claim("P3", "an id is known for 24 hours after delivery")
async def test_an_id_is_remembered_for_a_day_after_delivery(held: Any) -> None:
    await put(held, mail(1))
    await held.drop([(mail(1).mailbox, mail(1).id)], 100)
    while await held.sweep(124, 0):
        pass
    assert await put(held, mail(1)) == [Fate.KNOWN]


@pytest.mark.parametrize("store", ["memory", "sqlite"], indirect=True)
async def test_after_that_day_it_is_forgotten(held: Any) -> None:
    """The servers of a cluster forget by clocks of their own: test_nats_mail.py."""
    await put(held, mail(1))
    await held.drop([(mail(1).mailbox, mail(1).id)], 100)
    while await held.sweep(125, 0):
        pass
    assert await put(held, mail(1)) == ["kept"]


async def test_nobody_drops_another_persons_mail(held: Any) -> None:
    await held.create("bob", listing(seat("bob", "desk")), TOKEN, 1)
    await put(held, mail(1))
    await held.drop([(mail(1, "desk").mailbox, mail(1).id), (b"nobody's", mail(1).id)], 0)
    assert await waiting(held) == [1]


async def test_a_token_opens_the_mailbox_and_none_the_places_for_requests(held: Any) -> None:
    strangers = [mail(number, token=b"" if number % 2 else OLD) for number in range(1, 23)]
    fates = await put(held, *strangers)
    assert fates == ["kept"] * 20 + [Fate.NO_ROOM] * 2
    assert await put(held, mail(50)) == ["kept"]
    await held.drop([(mail(1).mailbox, mail(1).id)], 0)
    assert await put(held, mail(21, token=b"")) == ["kept"]


async def test_an_unknown_mailbox_has_no_room(held: Any) -> None:
    assert await put(held, mail(1, "nobody's")) == [Fate.NO_ROOM]


async def test_known_is_known_also_where_there_is_no_room(held: Any) -> None:
    await put(held, *[mail(number, token=b"") for number in range(20)])
    assert await put(held, mail(3, token=b""), mail(99, token=b"")) == [Fate.KNOWN, Fate.NO_ROOM]


@pytest.mark.parametrize("bounds", [Bounds(waiting=3), Bounds(size=3 * 2048)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.claim("P5", "a mailbox is full by count or by size")
async def test_a_mailbox_is_full_by_count_or_by_size(
    kind: str, bounds: Bounds, opened: Open
) -> None:
    store = await opened(kind, bounds)
    await store.create("alice", listing(seat("alice", "phone")), TOKEN, 1)
    fates = await put(store, *[mail(number) for number in range(4)])
    assert fates == ["kept"] * 3 + [Fate.FULL]
    await store.drop([(mail(0).mailbox, mail(0).id)], 0)
    assert await put(store, mail(3)) == ["kept"]
    await store.close()


async def test_the_previous_token_serves_through_its_last_day(held: Any) -> None:
    await held.set_token(b"alice", OLD, 8)
    for day, token, fate in ((8, TOKEN, "kept"), (9, TOKEN, Fate.NO_ROOM), (9, OLD, "kept")):
        asked = [
            mail(1000 * day + number + (token == OLD) * 500, token=token) for number in range(30)
        ]
        assert (await put(held, *asked, day=day))[-1] == fate


async def test_a_handle_and_a_binding_belong_to_one_account(held: Any) -> None:
    with pytest.raises(TakenError):
        await held.create("alice", listing(seat("eve", "pad")), TOKEN, 1)
    with pytest.raises(TakenError):
        await held.create("eve", listing(seat("eve", "pad"), bindings=(b"k0", b"k1")), TOKEN, 1)
    assert await held.account_named("eve") is None
    assert await held.seat(b"pad") is None
    await held.create("eve", listing(seat("eve", "pad"), bindings=(b"k0",)), TOKEN, 1)


async def test_a_manifest_must_name_the_one_before_it(held: Any) -> None:
    with pytest.raises(StaleError):
        await held.replace_manifest(b"alice", listing(seat("alice", "phone"), version=3))
    with pytest.raises(StaleError):
        await held.replace_manifest(b"nobody", listing(seat("nobody", "x"), version=2))
    account = await held.account(b"alice")
    assert account is not None
    assert account.manifest == b"manifest 1"


async def test_what_a_revoked_device_had_goes_with_it(held: Any) -> None:
    both = listing(seat("alice", "phone"), seat("alice", "desk"), version=2)
    assert await held.replace_manifest(b"alice", both) == []
    await put(held, mail(1), mail(1, "desk"))
    await held.publish(b"desk", Batch(b"bundle", b"h" * 32, 9, (OneTime(0, b"pair", b""),)))
    await held.swap_incarnation(b"desk", 0, 5)
    gone = await held.replace_manifest(b"alice", listing(seat("alice", "phone"), version=3))
    assert gone == [seat("alice", "desk")]
    assert await waiting(held, "desk") == []
    assert await waiting(held) == [1]
    assert await held.prekeys_left(b"desk") is None
    assert await put(held, mail(2, "desk")) == [Fate.NO_ROOM]
    assert await held.heads(b"alice", 0, 3, 9) == [b"head 1", b"head 2"]
    assert await held.heads(b"alice", 1, 3, 9) == [b"head 2"]
    assert await held.heads(b"alice", 0, 3, 1) == [b"head 1"]


async def test_a_closed_account_leaves_nothing(held: Any) -> None:
    await put(held, mail(1))
    assert await held.close_account(b"alice", 7) == [seat("alice", "phone")]
    assert await held.close_account(b"alice", 7) == []
    assert await held.account_named("alice") is None
    await held.create("eve", listing(seat("eve", "phone"), bindings=(b"k1",)), TOKEN, 1)
    assert await waiting(held) == []
    assert await put(held, mail(1)) == ["kept"]


async def test_a_name_that_looks_like_one_that_is_held_is_nobodys(held: Any) -> None:
    for lookalike in ("a1ice", "al.ice", "aiice"):
        with pytest.raises(LookalikeError):
            await held.create(lookalike, listing(seat("eve", "pad"), bindings=(b"k9",)), TOKEN, 1)
    assert await held.seat(b"pad") is None


async def test_a_name_that_was_given_up_cools_down(held: Any) -> None:
    await held.close_account(b"alice", 100)
    eve = listing(seat("eve", "pad"), bindings=(b"k9",))
    for handle, day in (("alice", 100), ("a1ice", 100 + RELEASED_DAYS)):
        with pytest.raises(ReleasedError):
            await held.create(handle, eve, TOKEN, day)
    await held.sweep(0, 100 + RELEASED_DAYS)
    with pytest.raises(ReleasedError):
        await held.create("alice", eve, TOKEN, 100 + RELEASED_DAYS)
    await held.create("alice", eve, TOKEN, 100 + RELEASED_DAYS + 1)
    with pytest.raises(TakenError):
        await held.create("alice", listing(seat("bob", "desk")), TOKEN, 900)


async def test_a_closed_account_gets_its_own_name_back(held: Any) -> None:
    await held.close_account(b"alice", 100)
    await held.create("alice", listing(seat("alice", "phone")), TOKEN, 100)
    assert await held.account_named("alice") is not None


async def test_what_is_remembered_of_a_name_is_forgotten_in_time(held: Any) -> None:
    await held.close_account(b"alice", 100)
    assert await held.sweep(0, 100 + RELEASED_DAYS) == 0
    assert await held.sweep(0, 100 + RELEASED_DAYS + 1) == 1


async def test_a_pair_is_taken_once(held: Any) -> None:
    pairs = tuple(OneTime(index, b"pair %d" % index, b"path") for index in range(3))
    await held.publish(b"phone", Batch(b"bundle", b"h" * 32, 9, pairs))
    taken = await asyncio.gather(*[held.take_prekeys(b"phone", 9, one_time=True) for _ in range(4)])
    assert {each.one_time for each in taken} == {*pairs, None}  # a cluster's answers overtake
    assert await held.prekeys_left(b"phone") == (b"h" * 32, 0)
    await held.publish(b"phone", Batch(b"again", b"i" * 32, 9, pairs))
    taken = [await held.take_prekeys(b"phone", 9, one_time=True) for _ in range(4)]
    assert [each.one_time for each in taken] == [*pairs, None]
    assert await held.take_prekeys(b"phone", 10, one_time=True) is None
    assert await held.take_prekeys(b"desk", 9, one_time=True) is None


async def test_a_new_bundle_takes_the_place_of_the_old_one_and_its_pairs(held: Any) -> None:
    await held.publish(b"phone", Batch(b"old", b"o" * 32, 9, (OneTime(0, b"old pair", b""),)))
    await held.publish(b"phone", Batch(b"new", b"n" * 32, 9, ()))
    served = await held.take_prekeys(b"phone", 9, one_time=True)
    assert served is not None
    assert (served.bundle, served.one_time) == (b"new", None)


async def test_no_two_devices_serve_one_key_at_a_time(held: Any) -> None:
    await held.create("bob", listing(seat("bob", "desk"), bindings=(b"k2",)), TOKEN, 1)
    await held.publish(b"phone", Batch(b"old", b"o" * 32, 9, (), (b"one", b"two")))
    with pytest.raises(TakenError):
        await held.publish(b"desk", Batch(b"copied", b"c" * 32, 9, (), (b"three", b"two")))
    assert await held.prekeys_left(b"desk") is None
    await held.publish(b"phone", Batch(b"again", b"a" * 32, 9, (), (b"one", b"two")))
    await held.publish(b"phone", Batch(b"new", b"n" * 32, 9, (), (b"four",)))
    await held.publish(b"desk", Batch(b"its own", b"i" * 32, 9, (), (b"two", b"three")))


async def test_an_expired_bundle_is_swept(held: Any) -> None:
    await held.publish(b"phone", Batch(b"old", b"o" * 32, 9, (OneTime(0, b"pair", b""),)))
    while await held.sweep(0, 10):
        pass
    assert await held.prekeys_left(b"phone") is None


async def test_incarnations_are_compared_and_swapped(held: Any) -> None:
    assert await held.swap_incarnation(b"phone", 0, 7) is None
    assert await held.swap_incarnation(b"phone", 0, 8) == 7
    assert await held.swap_incarnation(b"phone", 7, 8) is None


@pytest.mark.parametrize("kind", ["sqlite", "nats"])
async def test_everything_is_there_after_a_restart(kind: str, opened: Open) -> None:
    first = await opened(kind)
    await first.create("alice", listing(seat("alice", "phone")), TOKEN, 1)
    await put(first, mail(1), mail(2), mail(3))
    await first.drop([(mail(2).mailbox, mail(2).id)], 0)
    await first.close()
    second = await opened(kind)
    assert await waiting(second) == [1, 3]
    assert await put(second, mail(2), mail(1)) == [Fate.KNOWN, Fate.KNOWN]
    assert await put(second, mail(4)) == ["kept"]
    assert await waiting(second) == [1, 3, 4]
    await second.close()
