"""R12: whatever comes in whatever way, a message comes of an authenticated session alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import pytest

from doorless_client.core.arriving import Arrival
from doorless_client.core.receiving import Receiver
from doorless_client.core.reuse import Place
from doorless_client.store.records import ROWS
from doorless_lab.world import RELAY, Person, World
from doorless_protocol.content import (
    SAID_BY_A_PERSON,
    Body,
    Content,
    Control,
    Delete,
    Edit,
    Profile,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
)
from doorless_protocol.errors import ForgedError
from doorless_protocol.first_contact import Us
from doorless_protocol.frames import Deliver
from doorless_protocol.keys import conversation_id
from doorless_protocol.primitives import HPKE_OVERHEAD, hpke_seal
from doorless_protocol.session import Session, Unanswered
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, size_class

ACCOUNTED = ("failures", "seen")
"""What every envelope leaves behind, opened or not."""

SHOWN_OF_A_CONTACT = {"text", "timer", "later kind", "later version"}
SHOWN_OF_A_STRANGER = {"text"}


@dataclass
class Sender:
    """Somebody with a session to Bob, who says whatever he likes in it."""

    world: World
    session: Session
    conversation: bytes
    first: Unanswered | None = None
    said: int = 100
    previous: bytes = bytes(32)

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Each kind of content there is, with its name."""
        id = self.world.random(16)
        for name, body in (
            ("control", Control()),
            ("text", Text("hello")),
            ("receipt", Receipt((id,), read=True)),
            ("typing", Typing(True)),
            ("profile", Profile("Somebody else", id, b"")),
            ("react", React(bytes(32), id, "x")),
            ("edit", Edit(id, "words")),
            ("delete", Delete(id)),
            ("timer", Timer(3600, 1)),
        ):
            yield name, self._content(body).encode()
        for name, change in (("later kind", {"kind": 77}), ("later version", {"version": 2})):
            later = msgspec.structs.replace(self._content(Text("hidden")), **change)
            self.previous = later.digest()
            yield name, later.encode()

    def _content(self, body: Body) -> Content:
        """What follows on what was said before it, so that nothing seems to be missing."""
        content = Content.saying(
            body,
            id=self.world.random(16),
            counter=self.said,
            previous=self.previous,
            conversation=self.conversation,
            time=0,
        )
        if isinstance(body, SAID_BY_A_PERSON):
            self.said, self.previous = self.said + 1, content.digest()
        return content

    def seal(self, content: bytes) -> bytes:
        self.session, envelope = self.session.seal(content, self.world.random)
        return envelope

    # --- ways that authenticate nothing ------------------------------------------------------

    def in_the_clear(self, content: bytes) -> bytes:
        """As what tells of a failure is sent in other protocols."""
        return content.ljust(size_class(len(content)), b"\0")

    def in_the_clear_behind_a_header(self, content: bytes) -> bytes:
        envelope = self.session.seal(b"", self.world.random)[1]  # dropped: its number comes again
        return envelope[: -len(content) - 16] + content + bytes(16)

    def in_place_of_a_handshake(self, content: bytes) -> bytes:
        """Sealed to Bob's envelope key, which anybody may fetch."""
        first = self.first
        assert first is not None
        inside = content.ljust(FIRST_CONTACT_SIZE - HPKE_OVERHEAD, b"\0")
        return hpke_seal(first.envelope_key, first.info, inside)

    def in_place_of_the_first_message(self, content: bytes) -> bytes:
        """Behind the front of a handshake that is genuine."""
        first = self.first
        assert first is not None
        inside = (first.front + content).ljust(FIRST_CONTACT_SIZE - HPKE_OVERHEAD, b"\0")
        return hpke_seal(first.envelope_key, first.info, inside)


def stranger_to(world: World, bob: Person) -> Sender:
    """Somebody whose first contact Bob has not accepted."""
    eve = world.person("eve")
    state = eve.engine.state
    session = world.write_first(Us(state.manifest, state.keys, f"eve@{RELAY}"), bob, Control())
    bob.live()
    conversation = conversation_id(eve.engine.me.account, bob.engine.me.account)
    return Sender(world, session, conversation, session.unanswered)


def of(world: World, one: Person, other: Person) -> Sender:
    (session,) = one.engine.state.sessions.with_account(other.engine.me.account)
    accounts = (one.engine.me.account, other.engine.me.account)
    return Sender(world, session, conversation_id(*accounts))


def rows(person: Person, *without: str) -> dict[str, list[object]]:
    return {
        kind.table: list(getattr(person.store, kind.table).find())
        for kind in ROWS
        if kind.table not in without
    }


def deliver(world: World, bob: Person, envelope: bytes) -> int:
    """How many messages Bob has more."""
    before = len(bob.store.messages.find())
    world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
    bob.live()
    return len(bob.store.messages.find()) - before


open_as_it_is: Callable[[Receiver, Deliver], Arrival] = Receiver._open


def takes_what_is_not_sealed(self: Receiver, delivered: Deliver) -> Arrival:
    """A second way in, for what need not be secret: "could not decrypt", and the like."""
    try:
        return open_as_it_is(self, delivered)
    except ForgedError:
        content = Content.decode(delivered.envelope.rstrip(b"\0"))
        session = next(
            session
            for session in self._state.sessions.newest_first()
            if conversation_id(self._state.account, session.their_account) == content.conversation
        )
        return Arrival(session, session, content, content.say(), content.digest(), Place(b"", b""))


@pytest.mark.attack(
    "R12",
    "of all ways in and all kinds of content, texts in a ratchet's session alone become messages",
    weaken={"doorless_client.core.receiving.Receiver._open": takes_what_is_not_sealed},
)
def test_only_a_ratchets_session_makes_a_message() -> None:
    with World() as world:
        alice, bob, dave = world.friends("alice", "bob", "dave")
        dave.add("bob")
        dave.says("bob", "hello")
        world.settle()
        contact, blocked = of(world, alice, bob), of(world, dave, bob)
        stranger = stranger_to(world, bob)
        contact.first = stranger.first
        bob.engine.accept(bob.chat("dave").conversation)
        bob.engine.block(bob.chat("dave").conversation)
        for sender, shown in (
            (contact, SHOWN_OF_A_CONTACT),
            (stranger, SHOWN_OF_A_STRANGER),
            (blocked, set()),
        ):
            for name, content in sender.contents():
                assert deliver(world, bob, sender.seal(content)) == (name in shown), name
        world.settle()
        refused = 0
        for sender in (contact, stranger):
            for way in (
                sender.in_the_clear,
                sender.in_the_clear_behind_a_header,
                sender.in_place_of_a_handshake,
                sender.in_place_of_the_first_message,
            ):
                for name, content in sender.contents():
                    envelope, before = way(content), rows(bob, *ACCOUNTED)
                    assert deliver(world, bob, envelope) == 0, (way.__name__, name)
                    assert rows(bob, *ACCOUNTED) == before, (way.__name__, name)
                    refused += 1
        assert refused == 88
        assert deliver(world, bob, contact.seal(next(text_of(contact)))) == 1


def text_of(sender: Sender) -> Iterator[bytes]:
    return (content for name, content in sender.contents() if name == "text")
