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

from collections.abc import Callable, Coroutine, Sequence
from hashlib import shake_256
from typing import Any, Self, TypeVar

import msgspec

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Acknowledge, Anonymously, Ask, Effect, Flow, Show, SignedIn
from doorless_client.core.engine import Engine
from doorless_client.core.registration import prepare
from doorless_client.core.sign_in import sign_in
from doorless_client.core.views import Chat, Event, Kind, Message
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore as ClientStore
from doorless_client.store.records import Contact, OwnManifest
from doorless_protocol.content import NO_PREVIOUS, Body, Content
from doorless_protocol.first_contact import Us, initiate
from doorless_protocol.frames import (
    Answered,
    BundleServed,
    Deliver,
    Done,
    FetchBundle,
    Found,
    Lookup,
    Refusal,
    Refused,
    Request,
    SignedInRequest,
    Submit,
)
from doorless_protocol.keys import AccountId, DeviceKeys, conversation_id
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekeys import ServedBundle
from doorless_protocol.session import Session
from doorless_server.effects import Outcome
from doorless_server.peers import Peer
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Position
from doorless_server.store.memory import MemoryStore as RelayStore

T = TypeVar("T")

RELAY = "relay.test"
NO_CERTIFICATE = bytes(32)
MAX_ROUNDS = 200
"""Exchanges after which people who still talk are taken to talk for ever."""


class World:
    """One relay, some people, one clock that stands still unless it is moved.

    Attributes:
        submitted: every envelope that was handed to the relay, in order.
        lose_submissions: the relay says that it has them, and has not.
        refuse_bundles: it gives nobody prekeys.
    """

    def __init__(self, seed: bytes = b"world", now: float = 1_750_000_000.0) -> None:
        self.now = now
        self._seed, self._drawn = seed, 0
        self.relay = Relay(RelayStore(), Identity(RELAY), random=self.random)
        self.everybody: list[Person] = []
        self.submitted: list[Submit] = []
        self.lose_submissions = self.refuse_bundles = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for person in self.everybody:
            person.store.close()

    def random(self, size: int) -> bytes:
        """The same bytes in every run."""
        self._drawn += 1
        return shake_256(self._seed + self._drawn.to_bytes(8)).digest(size)

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


class Person:
    """Somebody with one device.

    Attributes:
        online: whether this device reaches the relay.
        shown: every event, in order.
        change_answer: may replace what a relay answers, to play a dishonest one.
    """

    def __init__(
        self, world: World, handle: str, store: Store, keys: DeviceKeys, account: AccountId
    ) -> None:
        """Somebody who is not there yet: `arrive`, once the store holds the account."""
        self.world, self.handle, self.store = world, handle, store
        self.online = True
        self.shown: list[Event] = []
        self.change_answer: Callable[[Ask, Answered], Answered] = lambda _, answered: answered
        self._peer: Peer | None = None
        self._keys, self._account = keys, account

    @classmethod
    def register(cls, world: World, handle: str, store: Store) -> "Person":
        newcomer = prepare(
            store,
            handle=handle,
            relay=RELAY,
            tls=True,
            pin=b"",
            seed=world.random(32),
            now=int(world.now),
            random=world.random,
        )
        person = cls(world, handle, store, newcomer.keys, newcomer.manifest.account)
        person.run(newcomer.register(int(world.now), world.random))
        person.reopen()
        return person

    def linked(self, keys: DeviceKeys, manifest: OwnManifest) -> "Person":
        """Another device of this account, which the manifest lists, with a store of its own."""
        (own,) = self.store.own.find()
        store = ClientStore()
        with store.transaction():
            store.own.put(
                msgspec.structs.replace(
                    own, device_keys=keys.encode(), incarnation=0, next_incarnation=0
                )
            )
            store.own_manifests.put(manifest)
        device = Person(self.world, self.handle, store, keys, self._account)
        device.reopen()
        self.world.everybody.append(device)
        return device

    def reopen(self) -> None:
        """Go on from what is stored alone, as after a crash."""
        self._peer = None
        self.engine = self._open()
        if self.online:
            self.run(self.engine.upkeep.arrive())

    def _open(self) -> Engine:
        world = self.world
        return Engine(self.store, clock=lambda: world.now, random=world.random, emit=self._take)

    def _take(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self.shown.append(effect.event)
        elif isinstance(effect, Acknowledge):
            self.acknowledge(effect.ids)

    # --- what a person does ------------------------------------------------------------------

    def add(self, whom: str) -> Chat:
        """By handle on this relay, by address, or by link."""
        address = whom if "@" in whom or ":" in whom else f"{whom}@{RELAY}"
        return self.run(self.engine.add(address))

    def says(self, whom: str, text: str) -> Message:
        return self.engine.send(self.chat(whom).conversation, text)

    def says_bytes(self, whom: str, plaintext: bytes) -> None:
        """Seal anything at all in the session with a contact, as a changed program may."""
        state = self.engine.state
        (session,) = state.sessions.with_account(self._contact(whom).account)
        following, envelope = session.seal(plaintext, self.world.random)
        with state.change():
            state.sessions.keep(following)
        (device,) = self.store.devices.find(account=session.their_account)
        self.world.put_in_mailbox(DeviceEntry.decode(device.entry).mailbox, envelope)

    def next_content(self, whom: str, body: Body) -> Content:
        """What this device would say next, to be changed and said by `says_bytes`."""
        theirs = AccountId(self._contact(whom).account)
        conversation = conversation_id(self._account, theirs)
        voice = self.store.voices.get(conversation, self._keys.device)
        return Content.saying(
            body,
            id=self.world.random(16),
            counter=voice.next if voice else 0,
            previous=voice.last if voice else NO_PREVIOUS,
            conversation=conversation,
            time=int(self.world.now * 1000),
        )

    def _contact(self, whom: str) -> Contact:
        (contact,) = self.store.contacts.find(conversation=self.chat(whom).conversation)
        return contact

    def accepts(self, whom: str) -> None:
        self.engine.accept(self.chat(whom).conversation)

    def goes(self, *, online: bool) -> None:
        self.online = online
        if online:
            self._peer = None
            self.run(self.engine.upkeep.arrive())

    def chat(self, whom: str) -> Chat:
        return self.engine.find(whom)

    def messages(self, whom: str) -> Sequence[Message]:
        history = self.engine.history(self.chat(whom).conversation)
        return history.slice(0, len(history))

    def texts(self, whom: str) -> list[str]:
        """What the other one said, in the order shown."""
        said = [one for one in self.messages(whom) if not one.mine and one.kind is Kind.TEXT]
        return [one.text for one in said]

    def notes(self, whom: str) -> list[str]:
        return [one.text for one in self.messages(whom) if one.kind is Kind.NOTE]

    # --- what a device does ------------------------------------------------------------------

    def live(self) -> bool:
        """Send what is due and take in what waits; returns whether anything moved."""
        self.engine.upkeep.tick()
        accounts = self.engine.upkeep.due()
        for account in accounts:
            self.run(self.engine.upkeep.deliver(account))
        waiting = self.mail()
        if waiting:
            self.engine.receive(waiting)
        return bool(accounts or waiting)

    def mail(self) -> list[Deliver]:
        """What waits for this device at the relay."""
        waiting = at_once(
            self.world.relay.waiting(self._keys.mailbox, Position(0), 64, 1024 * 1024)
        )
        return [Deliver(mail.id, mail.envelope) for mail in waiting]

    def acknowledge(self, ids: Sequence[bytes]) -> None:
        dropped = [(bytes(self._keys.mailbox), id) for id in ids]
        at_once(self.world.relay.acknowledge(dropped, int(self.world.now)))

    def run_request(self, request: SignedInRequest) -> Answered:
        """Ask our relay one thing as this device."""
        return self.ask(SignedIn(request))

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end, asking the relay what it yields."""
        try:
            ask = next(flow)
            while True:
                try:
                    answered = self.ask(ask)
                except UnreachableError as error:
                    ask = flow.throw(error)
                else:
                    ask = flow.send(answered)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def ask(self, ask: Ask) -> Answered:
        """Raises UnreachableError: offline."""
        if not self.online:
            raise UnreachableError("offline")
        if isinstance(ask, Anonymously):
            return self.change_answer(ask, self.world.ask_anonymously(ask.request))
        outcome = self.world.ask(self._signed_in(), ask.request)
        self._peer = outcome.peer
        return self.change_answer(ask, outcome.answered)

    def _signed_in(self) -> Peer:
        if self._peer is None:
            greeted = self.world.relay.greet(int(self.world.now), NO_CERTIFICATE)
            proof = sign_in(self._keys, self._account, greeted.challenge, NO_CERTIFICATE)
            self._peer = self.world.ask(greeted, proof).peer
        return self._peer


def showing(
    manifest: Manifest, heads: tuple[bytes, ...] = ()
) -> Callable[[Ask, Answered], Answered]:
    """For `change_answer`: a relay that answers every lookup with this manifest."""

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, Lookup):
            return Found(manifest.encode(), heads, None)
        return answered

    return change


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, as those over stores in memory."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("it waits for something")
