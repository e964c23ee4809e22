"""Persons, and a relay over each store."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from doorless_protocol.frames import Answered, Request
from doorless_protocol.keys import DeviceKeys
from doorless_server.effects import Effect
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store import disk as disks
from doorless_server.store.base import Store
from doorless_server.store.memory import MemoryStore
from doorless_server.store.sqlite import SqliteStore
from relay_person import NOW, Person
from told_disk import Told

BINDING = bytes(32)


class Talk:
    """A connection to the pure core. Remembers what followed from what was asked."""

    def __init__(self, relay: Relay, now: int = NOW) -> None:
        self.relay, self.now = relay, now
        self.peer: Peer = relay.greet(now, BINDING)
        self.effects: list[Effect] = []

    async def ask(self, request: Request, source: str = "") -> Answered:
        outcome = await self.relay.handle(self.peer, request, self.now, source)
        self.peer = outcome.peer
        self.effects += outcome.effects
        return outcome.answered

    async def ask_all(self, requests: list[Request]) -> list[Answered]:
        return [await self.ask(request) for request in requests]


@dataclass
class World:
    """A relay over a store, and how to talk to it."""

    relay: Relay
    store: Store

    def connect(self, now: int = NOW) -> Talk:
        return Talk(self.relay, now)

    async def signed_in(self, person: Person, device: DeviceKeys | None = None) -> Talk:
        talk = self.connect()
        await talk.ask(person.sign_in(talk.peer, device))
        return talk

    async def registered(self, person: Person) -> Talk:
        talk = await self.signed_in(person)
        await talk.ask(person.register())
        return talk


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def alice() -> Person:
    return Person("alice", 1)


@pytest.fixture
def bob() -> Person:
    return Person("bob", 2)


@pytest.fixture
def mallory() -> Person:
    return Person("mallory", 3)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened: Store
    if request.param == "memory":
        opened = MemoryStore()
    else:
        opened = await SqliteStore.open(tmp_path / "relay.db")
    yield opened
    await opened.close()


@pytest.fixture
def world(store: Store) -> World:
    return World(Relay(store, Identity("relay.test"), random=Random(9).randbytes), store)


@pytest.fixture
def changed() -> Callable[..., object]:
    """A frozen frame with some of its fields replaced."""
    return replace


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What every disk says of itself."""
    disk = Told()
    monkeypatch.setattr(disks.os, "statvfs", disk.statvfs)
    return disk
