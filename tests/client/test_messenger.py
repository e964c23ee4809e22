"""The messenger on an event loop, between a real store and a real relay."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack

import msgspec
import pytest

from doorless_client import messenger as module
from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.audit import OTHER_PREKEYS
from doorless_client.core.network import Network
from doorless_client.core.registration import Newcomer
from doorless_client.core.views import ChatChanged, ConnectionChanged, Event, Link, Notice, State
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger, open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.registering import is_known, register
from doorless_client.store.base import Store, StoreError
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import ROWS, Setting
from doorless_lab.world_person import copy_store
from doorless_protocol.frames import Answered, Incarnation, Refusal, Request
from doorless_protocol.prekeys import PREKEY_BATCH
from doorless_server import listener
from doorless_server.effects import Outcome, refused
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Served
from doorless_server.store.memory import MemoryStore as RelayStore
from kept_port import kept_port
from looked_again import until


class Home:
    """A relay that can be stopped and started again at the same address, and its people."""

    def __init__(self) -> None:
        self.relay_store = RelayStore()
        self.relay = Relay(self.relay_store, Identity("relay.test"), random=os.urandom)
        self.running, self.keeping = AsyncExitStack(), ExitStack()
        self.port = self.keeping.enter_context(kept_port())
        self.stores: dict[str, Store] = {}

    async def start(self) -> None:
        clock: Callable[[], int] = lambda: int(time.time())  # noqa: E731
        self.server = await listener.serve(self.relay, "127.0.0.1", self.port, clock=clock)
        self.endpoint = Endpoint.parse(self.server.url)

    async def stop(self) -> None:
        await self.server.close()

    def network(self) -> RelayNetwork:
        return RelayNetwork(self.endpoint, os.urandom)

    async def enrol(self, handle: str) -> Store:
        store = MemoryStore()
        await register(
            store,
            self.network(),
            handle=handle,
            relay=self.endpoint.name,
            seed=os.urandom(32),
            now=time.time,
            random=os.urandom,
        )
        self.stores[handle] = store
        return store

    async def person(self, handle: str) -> Messenger:
        store = await self.enrol(handle)
        return await self.running.enter_async_context(self.messenger(store))

    def messenger(self, store: Store) -> Messenger:
        return open_messenger(store, self.network(), now=time.time, random=os.urandom)


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    made = Home()
    await made.start()
    yield made
    await made.running.aclose()
    await made.stop()
    made.keeping.close()


def texts(messenger: Messenger) -> list[str]:
    chats = messenger.chats()
    if not chats:
        return []
    history = messenger.history(chats[0].conversation)
    return [message.text for message in history.slice(0, len(history)) if not message.mine]


async def test_two_messengers_talk_over_a_relay(home: Home) -> None:
    alice, bob = await home.person("alice"), await home.person("bob")
    chat = await alice.add(f"bob@{home.endpoint.name}")
    await alice.send(chat.conversation, "you there?")
    assert await alice.settle(60)
    await until(bob, lambda: texts(bob) == ["you there?"])
    await bob.accept(bob.chats()[0].conversation)
    await bob.send(bob.chats()[0].conversation, "yes")
    await until(alice, lambda: texts(alice) == ["yes"])


async def test_the_address_of_who_is_accepted_is_checked_at_once(home: Home) -> None:
    """Also if they are away, and while every receipt waits."""
    bob = await home.person("bob")
    bob.change_settings(msgspec.structs.replace(bob.settings, receipt_delay=(3600.0, 3600.0)))
    async with home.messenger(await home.enrol("alice")) as alice:
        chat = await alice.add(f"bob@{home.endpoint.name}")
        await alice.send(chat.conversation, "you there?")
        await until(bob, lambda: bool(bob.chats()))
    assert "not checked" in bob.chats()[0].name
    shown: list[Event] = []
    bob.listen(shown.append)
    await bob.accept(bob.chats()[0].conversation)
    await until(bob, lambda: bob.chats()[0].address == f"alice@{home.endpoint.name}")
    names = [event.chat.name for event in shown if isinstance(event, ChatChanged)]
    assert names[-1] == "alice"


async def test_who_runs_comes_back_when_a_copy_was_stopped(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COME_BACK_AFTER", 0.2)
    store = await home.enrol("alice")
    older = copy_store(store)
    async with home.messenger(store) as alice:
        assert await alice.online(60)
        bob = await home.person("bob")
        chat = await bob.add(f"alice@{home.endpoint.name}")
        links: list[Link] = []
        alice.listen(lambda e: links.append(alice.connection.link))
        async with home.messenger(older) as copy:
            await until(copy, lambda: copy.is_frozen)
            await until(copy, lambda: copy.connection.link is Link.REPLACED)
            await bob.send(chat.conversation, "which of you?")
            await until(alice, lambda: texts(alice) == ["which of you?"])
            assert Link.REPLACED in links
            assert copy.connection.link is Link.REPLACED
            assert not texts(copy)
            monkeypatch.setattr(module, "COME_BACK_AFTER", 60.0)  # she leaves the copy its time
            await copy.keep()
            assert not copy.is_frozen
            await until(alice, lambda: alice.connection.link is Link.REPLACED)
            alice._network.retry_now()
            await until(alice, lambda: alice.is_frozen)


async def test_a_relay_that_lost_the_account_is_said_plainly(home: Home) -> None:
    store = await home.enrol("alice")
    async with home.messenger(store) as alice:
        assert await alice.online(60)
    await home.stop()
    home.relay = Relay(RelayStore(), Identity("relay.test"), random=os.urandom)
    await home.start()
    messenger = home.messenger(store)
    said: list[Event] = []
    messenger.listen(said.append)
    async with messenger:
        await until(messenger, lambda: any(isinstance(e, Notice) and e.halts for e in said))
    halting = [event.text for event in said if isinstance(event, Notice) and event.halts]
    assert "does not know this device" in halting[0]
    newcomer = Newcomer(store, new=False)
    assert not await is_known(newcomer, home.network())


async def test_a_relay_that_was_busy_at_sign_in_still_delivers(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await home.enrol("alice")
    handle, refusals = home.relay.handle, [refused(Refusal.BUSY, 1)]

    async def busy_once(peer: Peer, request: Request, now: int, source: str = "") -> Outcome:
        if isinstance(request, Incarnation) and refusals:
            return Outcome(peer, refusals.pop())
        return await handle(peer, request, now, source)

    monkeypatch.setattr(home.relay, "handle", busy_once)
    async with home.messenger(store) as alice:
        assert await alice.online(60)
        bob = await home.person("bob")
        chat = await bob.add(alice.me.address)
        await bob.send(chat.conversation, "are you there?")
        await until(alice, lambda: texts(alice) == ["are you there?"])
    assert not refusals


async def test_what_was_said_without_a_relay_leaves_once_it_is_back(home: Home) -> None:
    alice, bob = await home.person("alice"), await home.person("bob")
    chat = await alice.add(bob.invite())
    await home.stop()
    await until(alice, lambda: alice.connection.link is not Link.ONLINE)
    for number in range(5):
        await alice.send(chat.conversation, f"{number}")
    assert not await alice.settle(0.2)
    assert alice.connection.waiting == 5
    await home.start()
    assert await alice.settle(30)
    await until(bob, lambda: texts(bob) == [str(number) for number in range(5)])
    assert alice.connection.waiting == 0


async def test_the_link_is_told_as_it_changes(home: Home) -> None:
    store = await home.enrol("alice")
    messenger = home.messenger(store)
    seen: list[Event] = []
    messenger.listen(seen.append)
    async with messenger:
        assert await messenger.online(60)
    links = [event.connection.link for event in seen if isinstance(event, ConnectionChanged)]
    assert links[:2] == [Link.CONNECTING, Link.ONLINE]


async def test_a_listener_that_stopped_hears_nothing_more(home: Home) -> None:
    messenger = home.messenger(await home.enrol("alice"))
    seen: list[Event] = []
    messenger.listen(seen.append)()
    async with messenger:
        await messenger.online(60)
    assert seen == []


async def test_adding_without_a_relay_fails_and_changes_nothing(home: Home) -> None:
    alice = await home.person("alice")
    await home.stop()
    with pytest.raises(UnreachableError):
        await alice.add(f"bob@{home.endpoint.name}")
    assert alice.chats() == []
    await home.start()


async def test_a_handle_that_is_taken_registers_nothing(home: Home) -> None:
    await home.enrol("alice")
    store = MemoryStore()
    with pytest.raises(RefusedError, match="taken"):
        await registering(home, store)
    assert_empty(store)


@pytest.mark.parametrize("handle", ["", "A", "alice!", "-alice", "a" * 40, "älice"])
async def test_a_malformed_handle_registers_nothing(home: Home, handle: str) -> None:
    store = MemoryStore()
    with pytest.raises(RefusedError):
        await registering(home, store, handle)
    assert_empty(store)


async def test_registering_without_a_relay_stores_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.registering.WITHIN", 0.2)
    await home.stop()
    store = MemoryStore()
    with pytest.raises(UnreachableError):
        await registering(home, store)
    assert_empty(store)
    await home.start()


async def test_a_relay_that_is_gone_before_it_heard_of_the_account_leaves_nothing(
    home: Home,
) -> None:
    async def gone(*_: object, **__: object) -> Answered:
        raise UnreachableError("gone")

    network, store = home.network(), MemoryStore()
    network.anonymous = gone  # type: ignore[method-assign]
    with pytest.raises(UnreachableError):
        await registering(home, store, network=network)
    assert_empty(store)


async def registering(
    home: Home, store: Store, handle: str = "alice", *, network: Network | None = None
) -> None:
    await register(
        store,
        network or home.network(),
        handle=handle,
        relay=home.endpoint.name,
        seed=os.urandom(32),
        now=time.time,
        random=os.urandom,
    )


def assert_empty(store: Store) -> None:
    for kind in ROWS:
        assert getattr(store, kind.table).find() == [], kind.table


async def test_a_store_that_fails_refuses_the_command_and_keeps_nothing(home: Home) -> None:
    alice, bob = await home.person("alice"), await home.person("bob")
    chat = await alice.add(bob.invite())
    store = home.stores["alice"]
    working = store.transaction

    def full(_: object):  # type: ignore[no-untyped-def]
        raise StoreError("the profile's database: database or disk is full")

    store.transaction = full  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="full"):
        await alice.send(chat.conversation, "lost?")
    store.transaction = working  # type: ignore[method-assign]
    assert len(alice.history(chat.conversation)) == 0
    await alice.send(chat.conversation, "there is room again")
    await until(bob, lambda: texts(bob) == ["there is room again"])


async def test_a_mistake_of_ours_is_told_and_does_not_end_what_goes_on_by_itself(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.messenger.MISTAKE_RETRY", 0.05)
    alice, bob = home.messenger(await home.enrol("alice")), await home.person("bob")
    working, told = alice._engine.upkeep.tick, []

    def mistaken() -> None:
        raise KeyError("the words of a person")

    alice.listen(lambda event: told.append(event.text) if isinstance(event, Notice) else None)
    alice._engine.upkeep.tick = mistaken  # type: ignore[method-assign]
    async with alice:
        await alice.online(60)
        await until(alice, lambda: bool(told))
        assert "KeyError at test_messenger.py" in told[0]
        assert "words" not in told[0]
        alice._engine.upkeep.tick = working  # type: ignore[method-assign]
        chat = await alice.add(bob.invite())
        await alice.send(chat.conversation, "all the same")
        await until(bob, lambda: texts(bob) == ["all the same"])


async def test_a_profile_without_an_account_opens_no_messenger(home: Home) -> None:
    with pytest.raises(ValueError, match="no account"):
        home.messenger(MemoryStore())


async def test_closing_leaves_no_task_and_keeps_what_waits(home: Home) -> None:
    alice, bob = home.messenger(await home.enrol("alice")), await home.person("bob")
    async with alice:
        await alice.online(60)
        chat = await alice.add(bob.invite())
        await home.stop()
        await alice.send(chat.conversation, "later")
    reopened = home.messenger(home.stores["alice"])
    history = reopened.history(chat.conversation)
    assert [message.state for message in history.slice(0, 9)] == [State.WAITING]
    await home.start()
    async with reopened:
        assert await reopened.settle(30)
    await until(bob, lambda: texts(bob) == ["later"])


async def test_at_drawn_times_prekeys_are_refilled_and_looked_at(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a relay that has no pairs left, and shows strangers somebody else's bundle."""
    bob, eve = await home.enrol("bob"), await home.enrol("eve")
    device, other = (Newcomer(store, new=False).me.device for store in (bob, eve))
    held = home.relay_store
    while (served := await held.take_prekeys(device, 0, one_time=True)) and served.one_time:
        pass
    honest = held.take_prekeys

    async def lying(asked: bytes, day: int, *, one_time: bool) -> Served | None:
        return await honest(other, day, one_time=one_time)

    monkeypatch.setattr(held, "take_prekeys", lying)
    with bob.transaction():
        for name in ("maintain at", "audit at"):
            bob.settings.put(Setting(name, msgspec.msgpack.encode(time.time())))
    said: list[Event] = []
    messenger = home.messenger(bob)
    messenger.listen(said.append)
    async with messenger:
        await until(messenger, lambda: any(isinstance(event, Notice) for event in said))
    assert [event.text for event in said if isinstance(event, Notice)] == [OTHER_PREKEYS]
    left = await held.prekeys_left(device)
    assert left is not None
    assert left[1] == PREKEY_BATCH
