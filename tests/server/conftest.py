"""A person as the relay meets one: an account with devices, and what they ask."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from doorless_protocol.frames import (
    AddPrekeys,
    Answered,
    BeginPrekeys,
    CommitPrekeys,
    PublishManifest,
    Register,
    Request,
    SignIn,
    Submit,
    delivery_token_hash,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_server.effects import Effect
from doorless_server.peers import Greeted, Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Store
from doorless_server.store.memory import MemoryStore
from doorless_server.store.sqlite import SqliteStore

NOW = 1_750_000_000
BINDING = bytes(32)


@dataclass
class Person:
    """An account with one device, until it gets more. Keys follow from `seed`."""

    handle: str
    seed: int
    random: Callable[[int], bytes] = field(init=False)
    key: SigningKey = field(init=False)
    device: DeviceKeys = field(init=False)
    manifest: Manifest = field(init=False)
    token: bytes = field(init=False)
    _record: bytes | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.random = Random(self.seed).randbytes
        self.key = SigningKey.draw(self.random)
        self.device = DeviceKeys.draw(self.random)
        self.token = self.random(16)
        self.manifest = self.listing(self.device)

    @property
    def account(self) -> bytes:
        return account_id(self.key.verifying)

    def listing(self, *devices: DeviceKeys, after: Manifest | None = None) -> Manifest:
        entries = [DeviceEntry.of(device, NOW) for device in devices]
        return Manifest.sign(self.key, entries, NOW, after.head if after else None)

    def sign_in(self, peer: Peer, device: DeviceKeys | None = None) -> SignIn:
        assert isinstance(peer, Greeted)
        device = device or self.device
        challenge = peer.challenge
        signed = login_object(
            challenge.relay, challenge.nonce, peer.binding, self.account, device.device
        )
        return SignIn(
            self.account,
            device.device,
            device.signing.verifying.encode(),
            device.signing.sign(Purpose.RELAY_LOGIN, signed),
        )

    def register(self) -> Register:
        """The same each time, with a record for a relay that has a log."""
        if self._record is None:
            named = Label(self.handle), 1, NO_HEAD, 0, self.manifest.version, self.manifest.hash
            self._record = Record.sign(self.key, RecordKind.CREATE, *named).encode()
        token = delivery_token_hash(self.token)
        return Register(self.handle, self.manifest.encode(), token, self._record, bytes(16))

    def publish(self, manifest: Manifest) -> PublishManifest:
        self.manifest = manifest
        return PublishManifest(manifest.encode())

    def upload(self, count: int = 3, now: int = NOW) -> list[Request]:
        bundle, pairs, _ = draw_bundle(self.device, self.account, now, self.random, count)
        encoded = tuple(pair.encode() for pair in pairs)
        added = [AddPrekeys(encoded[at : at + 32]) for at in range(0, len(encoded), 32)]
        return [BeginPrekeys(bundle.encode()), *added, CommitPrekeys()]

    def envelope(self, number: int, token: bytes | None = None, size: int = 2048) -> Submit:
        """The `number`-th envelope to this person, with her token unless another is given."""
        return Submit(
            self.device.mailbox,
            self.token if token is None else token,
            number.to_bytes(16, "big"),
            number.to_bytes(4, "big") * (size // 4),
        )


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
