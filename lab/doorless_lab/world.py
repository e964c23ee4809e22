"""People and a relay in one process, without sockets, threads or a real clock.

Each person is a real engine over a real store, the relay is its real core over a store in
memory; between them are function calls, in an order that a test or a scenario decides.

    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "you there?")
        world.settle()
        assert bob.texts("alice") == ["you there?"]
"""

from collections.abc import Callable
from copy import deepcopy
from hashlib import shake_256
from typing import Protocol, Self

from doorless_client.core.effects import Anonymously, Ask
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore as ClientStore
from doorless_lab.wire import PERFECT, Wire
from doorless_lab.world_person import NO_CERTIFICATE, RELAY, Person, at_once
from doorless_protocol.content import NO_PREVIOUS, Body, Content
from doorless_protocol.first_contact import Us, initiate
from doorless_protocol.frames import (
    Answered,
    BundleServed,
    Done,
    FetchBundle,
    Found,
    Lookup,
    Refusal,
    Refused,
    Request,
    Submit,
)
from doorless_protocol.keys import conversation_id
from doorless_protocol.log.config import LogKeys, origin_of
from doorless_protocol.manifest import Manifest
from doorless_protocol.prekeys import ServedBundle
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session
from doorless_server.directory.base import Directory
from doorless_server.directory.inline import InlineDirectory
from doorless_server.effects import Outcome
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore as RelayStore

MAX_ROUNDS = 200
"""Exchanges after which people who still talk are taken to talk for ever."""


class KeyLog(Directory, Protocol):
    """A key log that a world can be forked with, and that makes its epochs when it is asked."""

    def copy(self, random: Random) -> "KeyLog": ...

    def turn(self, now: int) -> None:
        """Make the epoch that is due."""


class Draws:
    """The same bytes in every run. Apart from the world: whoever draws does not reach it."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._drawn = seed, 0

    def __call__(self, size: int) -> bytes:
        self._drawn += 1
        return shake_256(self._seed + self._drawn.to_bytes(8)).digest(size)


class World:
    """One relay, some people, one clock that stands still unless it is moved.

    Attributes:
        submitted: every envelope that was handed to the relay, in order.
        lose_submissions: the relay says that it has them, and has not.
        refuse_bundles: it gives nobody prekeys.
        wire: what lies between everybody and the relay.
        name: the relay's address.
        random: where everybody here draws from.
        others: worlds around other relays, by address, which people here can reach as well.
        directory: the relay's key log; None while it keeps none.
    """

    def __init__(
        self,
        seed: bytes = b"world",
        now: float = 1_750_000_000.0,
        wire: Wire = PERFECT,
        *,
        log: bool = False,
        name: str = RELAY,
    ) -> None:
        """`log`: whether the relay keeps a key log."""
        self.now, self.wire, self.name = now, wire, name
        self.others: dict[str, World] = {}
        self.random: Random = Draws(seed)
        self._relay_store = RelayStore()
        self.directory: KeyLog | None = self._key_log() if log else None
        self.relay = self._relay()
        self.everybody: list[Person] = []
        self.submitted: list[Submit] = []
        self.lose_submissions = self.refuse_bundles = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for person in self.everybody:
            person.store.close()

    def fork(self, seed: bytes) -> "World":
        """A world of its own that goes on from here, with other draws and a perfect wire."""
        world = World(seed, self.now, name=self.name)
        world.directory = self.directory.copy(world.random) if self.directory else None
        world._relay_store = deepcopy(self._relay_store)
        world.relay = world._relay()
        world.everybody = [person.copied(world) for person in self.everybody]
        return world

    def _key_log(self) -> KeyLog:
        keys = LogKeys.from_seed(origin_of(self.name), self.random(96))
        return InlineDirectory.in_memory(keys, keys.config(), random=self.random, now=int(self.now))

    def _relay(self) -> Relay:
        return Relay(
            self._relay_store, Identity(self.name), random=self.random, directory=self.directory
        )

    def person(self, handle: str, store: Store | None = None) -> "Person":
        """Register somebody, signed in from now on."""
        person = Person.register(self, handle, ClientStore() if store is None else store)
        self.everybody.append(person)
        return person

    def people(self, *handles: str) -> "list[Person]":
        return [self.person(handle) for handle in handles]

    def friends(self, *handles: str) -> "list[Person]":
        """People who are each other's contacts, confirmed, with nothing under way."""
        people = self.people(*handles)
        for one in people:
            for other in people:
                if one is not other:
                    one.add(other.handle)
        first, *others = people
        for other in others:
            first.says(other.handle, "hello")
        self.settle()
        self.advance(10)
        return people

    def settle(self) -> None:
        """Let everybody who is online send and receive until nothing moves."""
        for _ in range(MAX_ROUNDS):
            moved = [person.live() for person in self.everybody if person.online]
            if not any(moved):
                return
        raise RuntimeError("these people do not come to rest")

    def advance(self, seconds: float) -> None:
        """Let what is under way happen, then time pass, then what that brings happen."""
        self.settle()
        self.now += seconds
        self.settle()

    def ask(self, peer: Peer, request: Request) -> Outcome:
        """Put a request to the relay, on a connection that is `peer` so far."""
        return at_once(self.relay.handle(peer, request, int(self.now)))

    def put_in_mailbox(self, mailbox: bytes, envelope: bytes) -> None:
        """What anybody on the network may do who knows, or guesses, a mailbox's id."""
        submit = Submit(mailbox, b"", self.random(16), envelope)
        at_once(self.relay.submit([submit], int(self.now)))

    def write_first(self, us: Us, to: "Person", body: Body, *, known: int = 0) -> Session:
        """A first contact as `us`, who may be anybody: a changed program, or a thief."""
        answered = self.ask_anonymously(FetchBundle(to.engine.me.device))
        if not isinstance(answered, BundleServed):
            raise TypeError(f"no bundle, but {answered}")
        served = ServedBundle.decode(answered.bundle, answered.pair, answered.index, answered.path)
        theirs = to.engine.state.manifest
        session = initiate(us, theirs, served, known, self.now, self.random)
        content = Content.saying(
            body,
            id=self.random(16),
            counter=0,
            previous=NO_PREVIOUS,
            conversation=conversation_id(us.manifest.account, theirs.account),
            time=int(self.now * 1000),
        )
        session, envelope = session.seal(content.encode(), self.random)
        self.put_in_mailbox(to.engine.state.keys.mailbox, envelope)
        return session

    def take_pairs(self, person: "Person", count: int) -> None:
        """Let strangers use up so many of a person's one-time prekeys, slowly."""
        for _ in range(count):
            self.now += 601  # the relay gives a batch away no faster
            self.ask_anonymously(FetchBundle(person.engine.me.device))

    def ask_anonymously(self, request: Request) -> Answered:
        if isinstance(request, Submit):
            self.submitted.append(request)
            if self.lose_submissions:
                return Done()
        if isinstance(request, FetchBundle) and self.refuse_bundles:
            return Refused(Refusal.NOT_ALLOWED, 0)
        peer = self.relay.greet(int(self.now), NO_CERTIFICATE)
        return self.ask(peer, request).answered


def showing(
    manifest: Manifest, heads: tuple[bytes, ...] = ()
) -> Callable[[Ask, Answered], Answered]:
    """For `change_answer`: a relay that answers every lookup with this manifest."""

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, Lookup):
            return Found(manifest.encode(), heads, None)
        return answered

    return change
