"""Somebody in a World: a real engine over a real store, driven by hand.

Nothing happens by itself: a test, a scenario or the simulation says when this person's device
sends, when it hears, when it crashes and what its clock shows.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Acknowledge, Anonymously, Ask, Effect, Flow, Show, SignedIn
from doorless_client.core.engine import Engine
from doorless_client.core.registration import prepare
from doorless_client.core.sign_in import sign_in
from doorless_client.core.vault import MemoryVault, Vault
from doorless_client.core.views import Chat, Event, Kind, Message
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore as ClientStore
from doorless_client.store.memory import MemoryTable
from doorless_client.store.records import Contact, OwnManifest
from doorless_lab.world_files import move
from doorless_protocol.content import NO_PREVIOUS, Body, Content
from doorless_protocol.frames import Answered, Deliver, SignedInRequest
from doorless_protocol.keys import AccountId, DeviceKeys, conversation_id
from doorless_protocol.manifest import DeviceEntry
from doorless_server.peers import Peer
from doorless_server.store.base import Position

if TYPE_CHECKING:
    from doorless_lab.world import World

T = TypeVar("T")

RELAY = "relay.test"
NO_CERTIFICATE = bytes(32)


class Person:
    """Somebody with one device.

    Attributes:
        online: whether this device reaches the relay.
        clock_error: seconds by which its clock is ahead of the world's; negative: behind.
        shown: every event, in order.
        vault: the sealed files of this device.
        change_answer: may replace what a relay answers, to play a dishonest one.
    """

    def __init__(
        self, world: "World", handle: str, store: Store, keys: DeviceKeys, account: AccountId
    ) -> None:
        """Somebody who is not there yet: `arrive`, once the store holds the account."""
        self.world, self.handle, self.store = world, handle, store
        self.online = True
        self.clock_error = 0.0
        self.shown: list[Event] = []
        self.vault: Vault = MemoryVault()
        self.change_answer: Callable[[Ask, Answered], Answered] = lambda _, answered: answered
        self._peer: Peer | None = None
        self._keys, self._account = keys, account

    @classmethod
    def register(cls, world: "World", handle: str, store: Store) -> "Person":
        newcomer = prepare(
            store,
            handle=handle,
            relay=world.name,
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

    def copied(self, world: "World") -> "Person":
        """The same device with a copy of its profile, as a backup or a thief has it."""
        copy = Person(world, self.handle, copy_store(self.store), self._keys, self._account)
        copy.online, copy.clock_error = self.online, self.clock_error
        copy.reopen()
        return copy

    def restore(self, profile: Store) -> None:
        """Go on from another copy of this profile, in place of what was there."""
        self.store = copy_store(profile)
        self.reopen()

    def reopen(self) -> None:
        """Go on from what is stored alone, as after a crash."""
        self._peer = None
        self.engine = self._open()
        if self.online:
            self.run(self.engine.upkeep.arrive())

    def _open(self) -> Engine:
        return Engine(
            self.store,
            clock=self._now,
            random=self.world.random,
            emit=self._take,
            vault=self.vault,
            uptime=lambda: self.world.now,  # which no wrong clock changes
        )

    def _now(self) -> float:
        return self.world.now + self.clock_error

    def _take(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self.shown.append(effect.event)
        elif isinstance(effect, Acknowledge):
            self.acknowledge(effect.ids)

    # --- what a person does ------------------------------------------------------------------

    def add(self, whom: str) -> Chat:
        """By handle on this relay, by address, or by link."""
        address = whom if "@" in whom or ":" in whom else f"{whom}@{self.world.name}"
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
        subscribed = self.engine.home.may_send()  # a frozen copy is not
        waiting = self.world.wire.deliver(self.mail()) if subscribed else []
        if waiting:
            self.engine.receive(waiting)
        if self.engine.monitor.is_time():
            self.run(self.engine.monitor.look())
        moved = move(self)
        return bool(accounts or waiting or moved)

    def mail(self) -> list[Deliver]:
        """What waits for this device at the relay."""
        waiting = at_once(
            self.world.relay.waiting(self._keys.mailbox, Position(0), 64, 1024 * 1024)
        )
        return [Deliver(mail.id, mail.envelope) for mail in waiting]

    def acknowledge(self, ids: Sequence[bytes]) -> None:
        heard = self.world.wire.acknowledge(ids)
        dropped = [(bytes(self._keys.mailbox), id) for id in heard]
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
        return self.world.wire.ask(ask, self._answer)

    def _answer(self, ask: Ask) -> Answered:
        """What the relay says."""
        if isinstance(ask, Anonymously):
            asked = self.world.others.get(ask.relay, self.world)
            return self.change_answer(ask, asked.ask_anonymously(ask.request))
        outcome = self.world.ask(self._signed_in(), ask.request)
        self._peer = outcome.peer
        return self.change_answer(ask, outcome.answered)

    def _signed_in(self) -> Peer:
        if self._peer is None:
            greeted = self.world.relay.greet(int(self.world.now), NO_CERTIFICATE)
            proof = sign_in(self._keys, self._account, greeted.challenge, NO_CERTIFICATE)
            self._peer = self.world.ask(greeted, proof).peer
        return self._peer


def copy_store(store: Store) -> Store:
    """As a backup has it: the rows of a store in memory, which are values.

    Raises:
        TypeError: a store of another kind.
    """
    if not isinstance(store, ClientStore):
        raise TypeError("only a store in memory is copied")
    copy = ClientStore()
    with copy.transaction():
        for name, table in vars(store).items():
            if isinstance(table, MemoryTable):
                for row in table.find():
                    vars(copy)[name].put(row)
    return copy


def at_once(awaited: Awaitable[T]) -> T:
    """The result of what waits for nothing, as all does over stores in memory."""
    steps = awaited.__await__()
    try:
        next(steps)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise RuntimeError("it waits for something")
