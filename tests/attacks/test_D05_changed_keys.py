"""D05: other keys after the first contact. The table of what is to happen, and that it does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from doorless_client.core.api import KeyChangedError
from doorless_client.core.trust import WAS_VERIFIED
from doorless_client.core.views import KeyChanged, Standing, State, Trust
from doorless_lab.world import Person, World, showing
from doorless_protocol.content import Text
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest

MORE_THAN_TEN_MINUTES = 700
NEWER = 1_750_000_000_000 + 3_600_000
"""Above the number of every session so far."""


def keeps_quiet(_self: Any, contact: Any, _why: str, *, offered: bytes) -> Any:
    del offered
    return contact


def verifies(alice: Person) -> None:
    conversation = alice.chat("bob").conversation
    alice.engine.verify(conversation, alice.engine.safety_number(conversation).digits)


def successor(world: World, person: Person) -> Manifest:
    state = person.engine.state
    entries = [*state.manifest.entries, DeviceEntry.of(DeviceKeys.draw(world.random), 0)]
    return Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)


def other_account(world: World, alice: Person, bob: Person) -> None:
    """The handle stands for somebody else."""
    del bob
    alice.change_answer = showing(world.person("mallory").engine.state.manifest)


def fork(world: World, alice: Person, bob: Person) -> None:
    """The account signed two lists of one version."""
    one, other = successor(world, bob), successor(world, bob)
    alice.change_answer = showing(one)
    alice.run(alice.engine.add("bob@relay.test"))
    alice.change_answer = showing(other)
    world.advance(MORE_THAN_TEN_MINUTES)


def ghost(world: World, alice: Person, bob: Person) -> None:
    """Bob was shown keys in Alice's name that are not hers, and says so."""
    state = alice.engine.state
    unpublished = Manifest.sign(
        state.signing, state.manifest.entries, 60, after=state.manifest.head
    )
    bob.change_answer = showing(unpublished)
    bob.add("alice")
    bob.says("alice", "hello")
    world.settle()


Reason = Callable[[World, Person, Person], None]

TABLE: list[tuple[str, Reason]] = [
    ("fresh", other_account),
    ("known", other_account),
    ("verified", other_account),
    ("fresh", fork),
    ("known", fork),
    ("verified", fork),
    ("fresh", ghost),  # told of in the first message of a session, so there is none yet
    ("verified and silent", ghost),
]
EVERY_CASE = pytest.mark.parametrize(
    ("before", "reason"), TABLE, ids=[f"{before}, {reason.__name__}" for before, reason in TABLE]
)


def begin(world: World, before: str) -> tuple[Person, Person]:
    """Alice, who knows Bob as well as `before` says, a while ago."""
    if before in ("known", "verified"):
        alice, bob = world.friends("alice", "bob")
    else:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
    if before.startswith("verified"):
        verifies(alice)
    world.advance(MORE_THAN_TEN_MINUTES)
    return alice, bob


@EVERY_CASE
@pytest.mark.attack(
    "D05",
    "sending: whatever was known of them, changed keys block until the person decides",
    weaken={"doorless_client.core.trust.TrustKeeper.contradict": keeps_quiet},
)
def test_what_is_said_waits_and_goes_to_nobody(before: str, reason: Reason) -> None:
    with World() as world:
        alice, bob = begin(world, before)
        position = -1
        if reason is not ghost:  # which blocks before anything can be said
            reason(world, alice, bob)
            position = alice.says("bob", "for Bob's eyes").position
        else:
            reason(world, alice, bob)
        sent = len(world.submitted)
        world.advance(MORE_THAN_TEN_MINUTES)
        assert alice.chat("bob").trust is Trust.CHANGED
        assert any(isinstance(event, KeyChanged) for event in alice.shown)
        (why,) = [line for line in alice.notes("bob") if "until you decide" in line]
        assert (WAS_VERIFIED in why) is before.startswith("verified")
        with pytest.raises(KeyChangedError):
            alice.says("bob", "more")
        world.advance(MORE_THAN_TEN_MINUTES)  # not now: it stays so
        assert alice.chat("bob").trust is Trust.CHANGED
        assert len(world.submitted) == sent
        if position >= 0:
            assert alice.messages("bob")[position].state is State.WAITING
        alice.change_answer = lambda _, answered: answered
        alice.engine.accept(alice.chat("bob").conversation)
        assert alice.chat("bob").trust is Trust.FIRST_SEEN  # and never verified


@pytest.mark.attack(
    "D05",
    "sending: while the keys are changed, nothing is sealed and nothing leaves",
    weaken={
        "doorless_client.core.outbox.may_send": lambda _: True,
        "doorless_client.core.delivery.may_send": lambda _: True,
    },
)
def test_what_waits_does_not_leave_under_the_keys_of_before() -> None:
    with World() as world:
        alice, bob = begin(world, "verified")
        other_account(world, alice, bob)
        alice.says("bob", "for Bob's eyes")
        world.advance(MORE_THAN_TEN_MINUTES)
        assert bob.texts("alice") == ["hello"]


@pytest.mark.parametrize("before", ["known", "verified"])
@pytest.mark.attack(
    "D05",
    "receiving: what the known keys say is shown, what the others say is a stranger's",
    weaken={"doorless_client.core.contacts.belongs_to_another": lambda *_: False},
)
def test_whoever_has_the_other_keys_is_a_stranger(before: str) -> None:
    with World() as world:
        alice, bob = begin(world, before)
        other_account(world, alice, bob)
        alice.says("bob", "for Bob's eyes")
        world.advance(MORE_THAN_TEN_MINUTES)
        assert alice.chat("bob").trust is Trust.CHANGED
        bob.says("alice", "I lost nothing")
        claims = replace(world.person("eve").engine.state.us, address="bob@relay.test")
        world.write_first(claims, alice, Text("it is me, Bob"), known=NEWER)
        world.settle()
        assert alice.texts("bob@relay.test")[-1] == "I lost nothing"
        (request,) = [one for one in alice.engine.chats() if one.standing is Standing.REQUEST]
        assert "bob@relay.test" not in request.name
