"""A device that was removed says so, says what to do, and does not try any longer."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.own_devices import LEFT_OUT
from doorless_client.core.prekeys import UNKNOWN_HERE, UnknownHereError
from doorless_client.core.removal import CUT_OFF, NOT_SENT
from doorless_client.core.views import ConnectionChanged, Event, Link, Notice, State
from doorless_client.messenger import Messenger
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered, Lookup


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def removed(world: World) -> Person:
    """Alice's laptop, which was away when she removed it, with a text that waits on it."""
    alice, _ = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(700)
    laptop.goes(online=False)
    laptop.says("bob", "typed on the train")
    alice.run(alice.engine.fleet.remove("laptop"))
    return laptop


def comes_back(laptop: Person) -> None:
    with pytest.raises(UnknownHereError):
        laptop.goes(online=True)


def test_a_device_that_the_relay_does_not_know_learns_that_it_was_removed(world: World) -> None:
    laptop = removed(world)
    comes_back(laptop)
    assert laptop.engine.fleet.removal.is_certain
    assert not laptop.engine.home.may_send()
    assert not any(isinstance(one, Notice) and "does not know" in one.text for one in laptop.shown)
    with pytest.raises(RefusedError, match="was removed from your account"):
        laptop.says("bob", "anybody there?")


def test_it_is_never_told_to_choose_between_copies(world: World) -> None:
    laptop = removed(world)
    comes_back(laptop)
    with pytest.raises(RefusedError, match="was removed from your account"):
        laptop.run(laptop.engine.keep())
    assert not laptop.engine.is_frozen


def test_keep_at_a_relay_that_knows_no_such_device_changes_nothing(world: World) -> None:
    laptop = removed(world)
    laptop.change_answer = silent_about_lists
    comes_back(laptop)
    with pytest.raises(UnknownHereError):
        laptop.run(laptop.engine.keep())
    assert not laptop.engine.is_frozen


def test_the_relays_word_alone_is_told_as_that(world: World) -> None:
    laptop = removed(world)
    laptop.change_answer = silent_about_lists
    comes_back(laptop)
    assert not laptop.engine.fleet.removal.is_certain
    halting = [one.text for one in laptop.shown if isinstance(one, Notice) and one.halts]
    assert halting == [UNKNOWN_HERE]
    laptop.says("bob", "kept")  # nothing is given up


class NoNetwork:
    """Is asked for nothing but to end."""

    def __init__(self) -> None:
        self.started = False

    async def start(self, *_: Any, **__: Any) -> None:
        self.started = True

    async def close(self) -> None:
        pass


async def test_it_connects_no_more_and_gives_up_what_waited(world: World) -> None:
    laptop = removed(world)
    comes_back(laptop)
    network, heard = NoNetwork(), list[Event]()
    store, now = laptop.store, lambda: world.now
    messenger = Messenger(store, network, now=now, random=world.random)  # type: ignore[arg-type]
    messenger.listen(heard.append)
    async with messenger:
        await is_left_out(messenger)
        assert not network.started
        assert [one.text for one in heard if isinstance(one, Notice) and one.halts] == [LEFT_OUT]
        assert any(isinstance(one, ConnectionChanged) for one in heard)
        chat = messenger.find("bob")
        last = messenger.history(chat.conversation).slice(0, 100)[-1]
        assert (last.state, last.note) == (State.FAILED, NOT_SENT)
        assert not messenger.connection.waiting


async def test_what_the_relay_cut_off_while_it_was_connected_finds_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.own_fleet.FIND_OUT_AFTER", (0.0, 0.0))
    laptop = removed(world)
    laptop.online = True
    asked: list[str] = []

    class CutOff(NoNetwork):
        async def start(self, *_: Any, on_link: Any, **__: Any) -> None:
            on_link(Link.REMOVED, 0.0, None)

        async def anonymous(self, relay: str, request: Any, **_: Any) -> Answered:
            asked.append(relay)
            if len(asked) == 1:
                raise UnreachableError("away for a moment")
            return world.ask_anonymously(request)

    now = lambda: world.now  # noqa: E731
    messenger = Messenger(laptop.store, CutOff(), now=now, random=world.random)  # type: ignore[arg-type]
    said: list[Event] = []
    messenger.listen(said.append)
    async with messenger:
        await is_left_out(messenger)
    assert messenger.fleet.removed
    assert len(asked) == 3  # nobody answers; how it is set up; our list
    assert [one.text for one in said if isinstance(one, Notice)] == [CUT_OFF, LEFT_OUT]


async def is_left_out(messenger: Messenger) -> None:
    changed = asyncio.Event()
    messenger.listen(lambda _: changed.set())
    async with asyncio.timeout(60):
        while messenger.connection.link is not Link.REMOVED:
            await changed.wait()
            changed.clear()


def silent_about_lists(ask: Any, answered: Answered) -> Answered:
    if isinstance(ask.request, Lookup):
        raise UnreachableError("no answer")
    return answered
