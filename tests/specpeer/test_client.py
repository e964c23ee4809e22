"""SpecPeer as a contact of our whole client: request, acceptance, profiles, receipts, texts."""

from collections.abc import Iterator
from random import Random

import pytest

from doorless_client.core.views import Kind, State
from doorless_lab.world import World
from doorless_lab.world_person import NO_CERTIFICATE, at_once
from doorless_protocol import frames as ours
from doorless_server.peers import Greeted, Peer
from doorless_server.store.base import Position
from specpeer import frames, prekeys
from specpeer.content import (
    CONTROL,
    PROFILE,
    RECEIPT,
    TEXT,
    TYPING,
    Content,
    Voice,
    manifest_of,
    plain,
)
from specpeer.crypto import Fresh
from specpeer.identities import conversation_id
from specpeer.manifests import Manifest
from specpeer.packing import Value
from specpeer.people import Person, person
from specpeer.prekeys import Served
from specpeer.session import Session

DONE: list[Value] = ["done"]


class SpecBob:
    """A device of SpecPeer's at the relay of a world. What passes are encoded frames."""

    def __init__(self, world: World) -> None:
        self.world, self.draws = world, Fresh(Random(5).randbytes)
        self.person: Person = person(b"bob", self.draws)
        self.token = self.draws.random(16)
        self.heard: list[Content] = []
        self.taken: set[bytes] = set()
        self.sessions: list[Session] = []
        self._register()

    def ask(self, peer: Peer, *request: Value) -> tuple[Peer, list[Value]]:
        call = ours.decode_call(frames.encode(["call", 1, list(request)]))
        outcome = self.world.ask(peer, call.request)
        answer = frames.decode(ours.encode(ours.Answer(1, outcome.answered)))[2]
        assert isinstance(answer, list)
        return outcome.peer, answer

    def ask_unnamed(self, *request: Value) -> list[Value]:
        peer = self.world.relay.greet(int(self.world.now), NO_CERTIFICATE)
        return self.ask(peer, *request)[1]

    def _register(self) -> None:
        peer: Peer = self.world.relay.greet(int(self.world.now), NO_CERTIFICATE)
        assert isinstance(peer, Greeted)
        me, device = self.person, self.person.device
        today = int(self.world.now) // 86_400 * 86_400
        me.manifest = Manifest.sign(me.signer, me.manifest.entries, today, None, self.draws)
        nonce = peer.challenge.nonce
        signed = frames.login_object("relay.test", nonce, NO_CERTIFICATE, me.account, device.id)
        proof = device.signer.sign("doorless/1 relay login", signed, self.draws)
        peer, answer = self.ask(peer, "sign_in", me.account, device.id, device.signer.key, proof)
        assert answer == DONE
        secrets = prekeys.draw(device, me.account, today, self.draws, 3)
        me.prekeys = [secrets]
        pairs: list[Value] = [pair.public().encode() for pair in secrets.pairs]
        for request in (
            ["register", "bob", me.manifest.encode(), frames.token_hash(self.token), b"", b""],
            ["begin_prekeys", secrets.bundle.encode()],
            ["add_prekeys", pairs],
            ["commit_prekeys"],
        ):
            peer, answer = self.ask(peer, *request)
            assert answer == DONE

    def begins(self, handle: str) -> None:
        _, found, _, _ = self.ask_unnamed("lookup", handle, 0, 0, 0)
        self.theirs = Manifest.decode(found)
        self.entry = self.theirs.entries[0]
        served = Served.decode(*self.ask_unnamed("fetch_bundle", self.entry.device)[1:])
        self.session = self.person.start(self.theirs, served, self.world.now, self.draws)
        self.voice = Voice(conversation_id(self.person.account, self.theirs.account))

    def says(self, kind: int, body: Value, token: bytes = b"") -> Content:
        content = self.voice.say(kind, body, self.draws.random(16), int(self.world.now * 1000))
        envelope = self.session.seal(content.encode(), self.draws)
        request = "submit", self.entry.mailbox, token, self.draws.random(16), envelope
        assert self.ask_unnamed(*request) == DONE
        return content

    def hears(self) -> list[Content]:
        """What is new in the mailbox."""
        mailbox = self.person.device.mailbox
        new = []
        for mail in at_once(self.world.relay.waiting(mailbox, Position(0), 64, 1 << 20)):
            if mail.id not in self.taken:
                self.taken.add(mail.id)
                self.session, content = self.person.hear(mail.envelope, self.world.now)
                new.append(Content.decode(content))
        self.heard += new
        return new


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def kinds(contents: list[Content]) -> list[int]:
    return sorted(content.kind for content in contents)


def talk(world: World, bob: SpecBob) -> list[Content]:
    world.settle()
    world.advance(5)  # receipts are gathered
    return bob.hears()


def test_it_is_a_contact_like_any_other(world: World) -> None:
    alice, bob = world.person("alice"), SpecBob(world)
    bob.begins("alice")
    hello = bob.says(TEXT, plain("hello, I am another program"))
    assert talk(world, bob) == []
    assert alice.texts("bob@relay.test") == ["hello, I am another program"]

    alice.accepts("bob@relay.test")
    assert kinds(talk(world, bob)) == [CONTROL]
    bob.says(CONTROL, [])
    profile, receipt = sorted(talk(world, bob), key=lambda each: -each.kind)
    assert (profile.kind, receipt.kind) == (PROFILE, RECEIPT)
    assert receipt.said() == [[hello.id], False]
    assert manifest_of(profile).account == bob.theirs.account

    _, token, _ = profile.said() or []
    assert isinstance(token, bytes)
    bob.says(PROFILE, ["Bob, by the book", bob.token, bob.person.manifest.encode()], token)
    bob.says(TYPING, [True], token)
    message = alice.says("bob", "which book?")
    (heard,) = [each for each in talk(world, bob) if each.kind == TEXT]
    assert heard.said() == plain("which book?")
    bob.says(RECEIPT, [[heard.id], False], token)
    bob.says(99, ["of a later version"], token)
    talk(world, bob)
    assert alice.chat("bob").name == "Bob, by the book"
    (shown,) = [each for each in alice.messages("bob") if each.id == message.id]
    assert shown.state is State.DELIVERED
    assert not alice.notes("bob")
    assert [each.kind for each in alice.messages("bob")].count(Kind.UNKNOWN) == 1
