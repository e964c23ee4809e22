"""Two nodes that want the same: one of them has it, and nobody has half of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from cluster_nodes import Node
from doorless_server.limits import RELEASED_DAYS
from doorless_server.store.base import (
    Batch,
    Listing,
    LookalikeError,
    OneTime,
    Seat,
    StaleError,
    TakenError,
    UnavailableError,
)
from doorless_server.store.nats.buckets import Change

TOKEN = b"t" * 32


def listing(
    account: str, *devices: str, version: int = 1, bindings: Sequence[bytes] = ()
) -> Listing:
    seats = tuple(
        Seat(account.encode(), each.encode(), b"box of " + each.encode(), b"key")
        for each in devices
    )
    hashes = [bytes((number,)) * 32 for number in range(version + 1)]
    return Listing(
        version, hashes[version], hashes[version - 1], b"head", b"manifest", seats, tuple(bindings)
    )


async def keys_of(node: Node) -> set[str]:
    """Everything that is held, deleted keys left out."""
    bucket = node.accounts._bucket
    names = sorted(await bucket.keys(">"))
    entries = await bucket.get_all(names)
    return {name for name, entry in zip(names, entries, strict=True) if entry.value} - {"writer"}


async def test_of_many_that_want_one_handle_one_has_it(nodes: list[Node]) -> None:
    people = [f"p{number}" for number in range(12)]
    outcomes = await asyncio.gather(
        *[
            nodes[place % 2].accounts.create(
                "alice" if place % 3 else "a1ice",
                listing(name, f"phone of {name}", bindings=(name.encode(),)),
                TOKEN,
                1,
            )
            for place, name in enumerate(people)
        ],
        return_exceptions=True,
    )
    refused = [each for each in outcomes if each is not None]
    assert len(refused) == len(people) - 1
    assert {type(each) for each in refused} <= {TakenError, LookalikeError}
    winner = people[outcomes.index(None)]
    for node in nodes:
        assert await node.accounts.account(winner.encode()) is not None
        for name in people:
            seat = await node.accounts.seat(f"phone of {name}".encode())
            assert (seat is not None) == (name == winner)
    assert {name.split(".")[1] for name in await keys_of(nodes[0]) if name[:8] == "binding."} == {
        winner.encode().hex()
    }


async def test_of_two_accounts_that_claim_one_key_one_has_it(nodes: list[Node]) -> None:
    outcomes = await asyncio.gather(
        *[
            nodes[place % 2].accounts.create(
                name, listing(name, name, bindings=(b"shared", name.encode())), TOKEN, 1
            )
            for place, name in enumerate(["ada", "ben", "cid", "dora"])
        ],
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType"] + ["TakenError"] * 3


async def test_of_two_manifests_that_follow_one_is_held(nodes: list[Node]) -> None:
    await nodes[0].accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    outcomes = await asyncio.gather(
        *[
            nodes[place % 2].accounts.replace_manifest(
                b"ada", listing("ada", "phone", f"desk {place}", version=2)
            )
            for place in range(6)
        ],
        return_exceptions=True,
    )
    assert sum(isinstance(each, StaleError) for each in outcomes) == 5
    (winner,) = [place for place, each in enumerate(outcomes) if each == []]
    for place in range(6):
        seat = await nodes[1].accounts.seat(f"desk {place}".encode())
        assert (seat is not None) == (place == winner)


async def test_of_two_copies_of_a_device_one_swaps(nodes: list[Node]) -> None:
    await nodes[0].accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    outcomes = await asyncio.gather(
        *[nodes[place % 2].accounts.swap_incarnation(b"phone", 0, place + 1) for place in range(8)]
    )
    (winner,) = [place + 1 for place, each in enumerate(outcomes) if each is None]
    assert {each for each in outcomes if each is not None} == {winner}


@pytest.mark.parametrize("takers", [2, 24])
async def test_of_many_that_ask_for_a_pair_each_gets_another(
    nodes: list[Node], takers: int
) -> None:
    await nodes[0].accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    pairs = tuple(OneTime(number, b"pair %d" % number, b"path") for number in range(takers // 2))
    await nodes[0].prekeys.publish(b"phone", Batch(b"bundle", b"h" * 32, 9, pairs))
    served = await asyncio.gather(
        *[
            nodes[number % 2].prekeys.take_prekeys(b"phone", 1, one_time=True)
            for number in range(takers)
        ]
    )
    taken = [each.one_time for each in served if each is not None and each.one_time is not None]
    assert sorted(taken, key=lambda pair: pair.index) == list(pairs)
    assert await nodes[1].prekeys.prekeys_left(b"phone") == (b"h" * 32, 0)


async def test_a_batch_that_is_published_again_brings_no_pair_back(nodes: list[Node]) -> None:
    await nodes[0].accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    batch = Batch(b"bundle", b"h" * 32, 9, (OneTime(0, b"pair", b"path"),))
    await nodes[0].prekeys.publish(b"phone", batch)
    await nodes[0].prekeys.take_prekeys(b"phone", 1, one_time=True)
    await nodes[1].prekeys.publish(b"phone", batch)
    served = await nodes[1].prekeys.take_prekeys(b"phone", 1, one_time=True)
    assert served is not None
    assert served.one_time is None


@pytest.mark.parametrize("token_first", [False, True])
async def test_a_token_reaches_every_mailbox_whatever_comes_between(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch, *, token_first: bool
) -> None:
    """A device is linked on one node while the token changes on the other: each decides on what
    it read before the other one's change."""
    here, there = nodes
    await here.accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    fresh = b"n" * 32
    both = listing("ada", "phone", "desk", version=2)
    acts: list[Callable[[Node], Awaitable[Any]]] = [
        lambda node: node.accounts.replace_manifest(b"ada", both),
        lambda node: node.accounts.set_token(b"ada", fresh, 9),
    ]
    first, second = reversed(acts) if token_first else acts
    commit, between = here.accounts._bucket.commit, [second]

    async def interrupted(changes: Sequence[Change]) -> None:
        if between:
            await between.pop()(there)
        await commit(changes)

    monkeypatch.setattr(here.accounts._bucket, "commit", interrupted)
    await first(here)
    for device in ("phone", "desk"):
        there.accounts.forget()
        box = await there.accounts.box(b"box of " + device.encode())
        assert box is not None
        assert (box.token_hash, box.previous_hash) == (fresh, TOKEN)


async def test_what_another_node_changed_is_heard(nodes: list[Node]) -> None:
    here, there = nodes
    assert await here.accounts.box(b"box of phone") is None
    await there.accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    async with asyncio.timeout(10):
        while (box := await here.accounts.box(b"box of phone")) is None:  # noqa: ASYNC110
            await asyncio.sleep(0)  # it is heard in another task
    assert box.token_hash == TOKEN


# --- killed half-way -----------------------------------------------------------------------------


class Killed(BaseException):
    """The node ends here."""


def killed_behind(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, *, times: int = 0
) -> None:
    """The node is killed when it is about to do this for the `times` + 1st time."""
    act, left = getattr(target, name), [times]

    async def acting(*args: Any, **options: Any) -> Any:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return await act(*args, **options)

    monkeypatch.setattr(target, name, acting)


@pytest.mark.parametrize("messages", [0, 1, 5])
async def test_a_node_killed_within_create_has_claimed_nothing(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch, messages: int
) -> None:
    """Some of the batch's messages are at the server, and the last one never comes."""
    here, there = nodes
    before = await keys_of(there)
    killed_behind(monkeypatch, here.connection, "publish", times=messages)
    with pytest.raises(Killed):
        await here.accounts.create(
            "ada", listing("eve", "pad", bindings=(b"1", b"2", b"3")), TOKEN, 1
        )
    assert await keys_of(there) == before
    await there.accounts.create("ada", listing("ada", "pad", bindings=(b"1", b"2")), TOKEN, 1)


async def test_a_node_killed_behind_create_has_claimed_all(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = nodes
    killed_behind(monkeypatch, here.accounts._boxes, "changed")
    with pytest.raises(Killed):
        await here.accounts.create("ada", listing("ada", "pad", bindings=(b"1",)), TOKEN, 1)
    assert (await there.accounts.account_named("ada")).id == b"ada"
    assert await there.accounts.seat(b"pad") is not None
    with pytest.raises(TakenError):
        await there.accounts.create("ada", listing("eve", "phone"), TOKEN, 1)


async def test_an_answer_that_was_lost_is_asked_for_again(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch was committed, and the node does not know; it is not told that it is taken."""
    here, there = nodes
    store, lost = here.connection.store, [True]

    async def losing(*args: Any) -> int:
        sequence = await store(*args)
        if lost.pop() if lost else False:
            raise UnavailableError("no answer in time")
        return sequence

    monkeypatch.setattr(here.connection, "store", losing)
    await here.accounts.create("ada", listing("ada", "pad"), TOKEN, 1)
    assert not lost
    assert await there.accounts.account_named("ada") is not None


async def test_what_a_node_killed_within_closing_left_is_swept(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = nodes
    await here.accounts.create("ada", listing("ada", "phone", bindings=(b"1",)), TOKEN, 1)
    for version in range(2, 26):
        more = listing("ada", "phone", version=version, bindings=(b"1", b"k%d" % version))
        await here.accounts.replace_manifest(b"ada", more)
    pairs = tuple(OneTime(number, b"pair", b"path") for number in range(3))
    await here.prekeys.publish(b"phone", Batch(b"bundle", b"h" * 32, 9, pairs, (b"served",)))
    killed_behind(monkeypatch, here.accounts._leavings, "clear")
    with pytest.raises(Killed):
        await here.accounts.close_account(b"ada", 7)
    assert await there.accounts.account_named("ada") is None
    assert await there.accounts.box(b"box of phone") is None
    assert len(await keys_of(there)) > 50
    while await there.accounts.sweep(8) + await there.prekeys.sweep(8):
        pass
    assert there.forgotten == [b"box of phone"]
    assert {name.partition(".")[0] for name in await keys_of(there)} == {"name", "released"}
    await there.accounts.sweep(7 + RELEASED_DAYS + 1)
    assert await keys_of(there) == set()


async def test_an_account_that_comes_back_keeps_what_it_claims(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left of it is erased before, and not behind."""
    here, there = nodes
    await here.accounts.create("ada", listing("ada", "phone", bindings=(b"1",)), TOKEN, 1)
    killed_behind(monkeypatch, here.accounts._leavings, "clear")
    with pytest.raises(Killed):
        await here.accounts.close_account(b"ada", 7)
    await there.accounts.create("ada", listing("ada", "phone", bindings=(b"1",)), TOKEN, 8)
    assert there.forgotten == [b"box of phone"]
    assert await there.accounts.sweep(9) == 0
    with pytest.raises(TakenError):
        await there.accounts.create("eve", listing("eve", "pad", bindings=(b"1",)), TOKEN, 9)


async def test_a_node_killed_within_taking_wastes_a_pair_and_nobody_gets_it_twice(
    nodes: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = nodes
    await here.accounts.create("ada", listing("ada", "phone"), TOKEN, 1)
    pairs = tuple(OneTime(number, b"pair %d" % number, b"path") for number in range(3))
    await here.prekeys.publish(b"phone", Batch(b"bundle", b"h" * 32, 9, pairs))
    remove, answered = here.prekeys._bucket.remove, []

    async def killed(revision: int) -> bool:
        answered.append(await remove(revision))
        raise Killed

    monkeypatch.setattr(here.prekeys._bucket, "remove", killed)
    with pytest.raises(Killed):
        await here.prekeys.take_prekeys(b"phone", 1, one_time=True)
    assert answered == [True]
    served = [await there.prekeys.take_prekeys(b"phone", 1, one_time=True) for _ in range(3)]
    assert [each and each.one_time for each in served] == [pairs[1], pairs[2], None]
