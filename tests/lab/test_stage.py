"""A stage is a real world in a box: real relay, real people, real cables that can be pulled."""

import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from doorless_client.core.views import Link, Standing, State
from doorless_lab.person import Person
from doorless_lab.stage import RELAY_NAME, Stage, until
from doorless_protocol.frames import Call, Submit

WITHIN = 60.0

Pair = tuple[Stage, Person, Person]


def make_stage(on_call: Callable[[Call], None] = lambda _: None) -> Stage:
    return Stage(now=time.time, random=os.urandom, on_call=on_call)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """Alice and Bob, contacts of each other, with one message said."""
    async with make_stage() as stage:
        alice = await stage.enrol("alice", "Alice", "Alice Meadows")
        bob = await stage.enrol("bob", "Bob", "Bob Rivers")
        await alice.messenger.add(bob.messenger.me.address)
        await say(alice, bob, "hello")
        await until(lambda: bob.chat(alice) is not None, WITHIN, "the request")
        request = bob.chat(alice)
        assert request is not None
        assert request.standing is Standing.REQUEST
        await bob.messenger.accept(request.conversation)
        yield stage, alice, bob


async def say(sender: Person, other: Person, text: str) -> None:
    chat = sender.chat(other)
    assert chat is not None
    await sender.messenger.send(chat.conversation, text)


def texts(person: Person, other: Person) -> list[str]:
    return [message.text for message in person.messages(other)]


def state(sender: Person, other: Person, text: str) -> State:
    (message,) = [one for one in sender.messages(other) if one.text == text]
    return message.state


def offline(person: Person) -> bool:
    return person.messenger.connection.link is not Link.ONLINE


async def test_two_people_talk_both_ways(pair: Pair) -> None:
    _, alice, bob = pair
    await say(bob, alice, "hello yourself")
    await until(lambda: "hello yourself" in texts(alice, bob), WITHIN, "the answer")
    assert texts(alice, bob) == texts(bob, alice) == ["hello", "hello yourself"]
    assert alice.messenger.me.address == f"alice@{RELAY_NAME}"


async def test_what_was_said_while_cables_were_out_arrives_once_and_in_order(pair: Pair) -> None:
    _, alice, bob = pair
    bob.cut()
    await until(lambda: offline(bob), WITHIN, "Bob's cut")
    await say(alice, bob, "first")
    await until(lambda: state(alice, bob, "first") is State.SENT, WITHIN, "the relay")
    alice.cut()
    await until(lambda: offline(alice), WITHIN, "Alice's cut")
    await say(alice, bob, "second")
    assert state(alice, bob, "second") is State.WAITING
    alice.restore()
    bob.restore()
    await until(lambda: state(alice, bob, "second") is State.DELIVERED, WITHIN, "delivery")
    assert texts(bob, alice) == ["hello", "first", "second"]


async def test_a_relay_that_lost_its_power_comes_back_with_what_it_promised(pair: Pair) -> None:
    stage, alice, bob = pair
    bob.cut()
    await say(alice, bob, "keep this")
    await until(lambda: state(alice, bob, "keep this") is State.SENT, WITHIN, "the relay")
    await stage.kill_relay()
    await until(lambda: offline(alice), WITHIN, "the power cut")
    await stage.restart_relay()
    bob.restore()
    await until(lambda: "keep this" in texts(bob, alice), WITHIN, "delivery")
    assert texts(bob, alice) == ["hello", "keep this"]


async def test_every_request_on_its_way_to_the_relay_is_told() -> None:
    calls: list[Call] = []
    async with make_stage(calls.append) as stage:
        alice = await stage.enrol("alice", "Alice", "Alice Meadows")
        bob = await stage.enrol("bob", "Bob", "Bob Rivers")
        await alice.messenger.add(bob.messenger.me.address)
        await say(alice, bob, "hello")
        await until(lambda: bob.chat(alice) is not None, WITHIN, "the request")
        submits = [call.request for call in calls if isinstance(call.request, Submit)]
        assert bob.mailbox in {submit.mailbox for submit in submits}
        assert sum(size for _, size in stage.recorded()) > sum(len(s.envelope) for s in submits)


async def test_nothing_is_left_behind() -> None:
    async with make_stage() as stage:
        await stage.enrol("alice", "Alice", "Alice Meadows")
        pid, folder = stage.relay.pid, stage.folder
        assert (folder / "alice" / "store.db").exists()
    assert pid is not None
    assert gone(pid, folder)


async def test_nothing_is_left_behind_after_an_exception() -> None:
    seen: list[tuple[int | None, Path]] = []

    async def fail() -> None:
        async with make_stage() as stage:
            await stage.enrol("alice", "Alice", "Alice Meadows")
            seen.append((stage.relay.pid, stage.folder))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    ((pid, folder),) = seen
    assert pid is not None
    assert gone(pid, folder)


def gone(pid: int, folder: Path) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return not folder.exists()
    return False
