"""What happens when other keys are shown than those that were pinned."""

from collections.abc import Iterator

import msgspec
import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.effects import Ask
from doorless_client.core.views import KeyChanged, Standing, State, Trust
from doorless_lab.world import RELAY, Person, World, showing
from doorless_protocol.content import Text
from doorless_protocol.frames import Answered, Found, Refusal, Refused, Submit
from doorless_protocol.invite import InviteLink
from doorless_protocol.keys import DeviceKeys, SigningKey
from doorless_protocol.manifest import DeviceEntry, Manifest

MORE_THAN_TEN_MINUTES = 700
NEWER = 1_750_000_000_000 + 3_600_000
"""Above the number of every session so far, so that what is begun knowing it replaces them."""


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def with_another_device(world: World, person: Person, *, instead: bool = False) -> Manifest:
    """The successor of a person's manifest, properly signed."""
    state = person.engine.state
    new = DeviceEntry.of(DeviceKeys.draw(world.random), int(world.now))
    entries = [new] if instead else [*state.manifest.entries, new]
    return Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)


def swap_keys(world: World, alice: Person, bob: Person) -> Person:
    """The relay begins to show somebody else's account under Bob's handle."""
    mallory = world.person("mallory")
    alice.change_answer = showing(mallory.engine.state.manifest)
    return mallory


# --- adding ------------------------------------------------------------------------------------


def test_a_contact_is_pinned_at_first_sight(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    chat = alice.add("bob")
    assert (chat.trust, chat.address) == (Trust.FIRST_SEEN, "bob@relay.test")
    assert alice.engine.details(chat.conversation).account == bob.engine.me.account


def test_a_link_binds_to_the_account_that_it_names(world: World) -> None:
    alice, bob, eve = world.people("alice", "bob", "eve")
    assert alice.add(bob.engine.invite()).address == "bob@relay.test"
    link = InviteLink.parse(bob.engine.invite())
    forged = InviteLink(
        link.relay, link.handle, eve.engine.state.account, None, None, None
    ).encode()
    carol = world.person("carol")
    with pytest.raises(RefusedError, match="not who the link says"):
        carol.add(forged)
    assert carol.engine.chats() == []


def test_a_link_carries_the_token_so_that_its_bearer_is_no_stranger(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add(bob.engine.invite())
    alice.says("bob", "hello")
    world.settle()
    assert world.submitted[0].token == bob.store.own.find()[0].token


@pytest.mark.parametrize(
    "address", ["nobody@relay.test", "bob", "bob@", "@relay.test", "doorless:v1?", "BOB@relay.test"]
)
def test_what_names_nobody_is_refused(world: World, address: str) -> None:
    alice, _ = world.people("alice", "bob")
    with pytest.raises(RefusedError):
        alice.run(alice.engine.add(address))
    assert alice.engine.chats() == []


def test_nobody_adds_themselves(world: World) -> None:
    (alice,) = world.people("alice")
    with pytest.raises(RefusedError, match="you"):
        alice.add("alice")


# --- comparing ---------------------------------------------------------------------------------


def test_the_safety_number_is_the_same_on_both_screens(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    ours = alice.engine.safety_number(alice.chat("bob").conversation)
    theirs = bob.engine.safety_number(bob.chat("alice").conversation)
    assert ours.digits == theirs.digits
    alice.engine.verify(alice.chat("bob").conversation, theirs.qr)
    assert alice.chat("bob").trust is Trust.VERIFIED


def test_another_number_marks_nothing(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    digits = alice.engine.safety_number(conversation).digits
    wrong = digits.translate(str.maketrans("0123456789", "1234567890"))
    with pytest.raises(KeyChangedError):
        alice.engine.verify(conversation, wrong)
    with pytest.raises(RefusedError):
        alice.engine.verify(conversation, "looks fine to me")
    assert alice.chat("bob").trust is Trust.FIRST_SEEN


# --- other keys --------------------------------------------------------------------------------


def test_other_keys_stop_sending_and_ask_the_person(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    swap_keys(world, alice, bob)
    before = len(world.submitted)
    world.advance(MORE_THAN_TEN_MINUTES)
    waiting = alice.says("bob", "for Bob's eyes")
    world.settle()
    assert alice.chat("bob").trust is Trust.CHANGED
    assert [event.chat.trust for event in alice.shown if isinstance(event, KeyChanged)]
    assert alice.notes("bob") != []
    assert len(world.submitted) == before
    assert alice.messages("bob")[waiting.position].state is State.WAITING
    with pytest.raises(KeyChangedError):
        alice.says("bob", "more")


def test_accepting_the_new_keys_sends_what_waited_to_them_alone(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    alice.engine.verify(conversation, alice.engine.safety_number(conversation).digits)
    mallory = swap_keys(world, alice, bob)
    world.advance(MORE_THAN_TEN_MINUTES)
    waiting = alice.says("bob", "sealed to whom I accept")
    world.settle()
    alice.engine.accept(conversation)
    world.settle()
    assert alice.chat("bob").trust is Trust.FIRST_SEEN
    assert mallory.texts("alice") == ["sealed to whom I accept"]
    assert bob.texts("alice") == ["hello"]
    assert alice.messages("bob")[waiting.position].state is State.SENT


def test_the_new_keys_can_be_compared_instead(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    mallory = swap_keys(world, alice, bob)
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "anybody")
    world.settle()
    conversation = alice.chat("bob").conversation
    digits = alice.engine.safety_number(conversation).digits
    mallory.add("alice")
    assert digits == mallory.engine.safety_number(mallory.chat("alice").conversation).digits
    alice.engine.verify(conversation, digits)
    assert alice.chat("bob").trust is Trust.VERIFIED


def test_a_new_device_in_a_proper_chain_is_a_line_and_no_alarm(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    alice.engine.verify(conversation, alice.engine.safety_number(conversation).digits)
    alice.change_answer = showing(with_another_device(world, bob))
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "hello, both of you")
    world.settle()
    assert alice.chat("bob").trust is Trust.VERIFIED
    assert alice.notes("bob") == ["bob added a device"]
    assert alice.engine.details(conversation).devices == 2


def test_copies_for_a_removed_device_are_deleted_unsent(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.change_answer = lambda ask, answered: (
        Refused(Refusal.BUSY, 60) if isinstance(ask.request, Submit) else answered
    )
    alice.says("bob", "sealed to the old device")
    world.settle()
    assert len(alice.store.copies.find()) == 1
    world.now += MORE_THAN_TEN_MINUTES
    alice.change_answer = showing(with_another_device(world, bob, instead=True))
    before = len(world.submitted)
    world.settle()
    assert alice.notes("bob") == ["bob added a device", "bob removed a device"]
    assert alice.store.copies.find() == []
    to_bob = [one for one in world.submitted if one.mailbox == bob.engine.state.keys.mailbox]
    assert not [one for one in to_bob if one in world.submitted[before:]]


def test_two_lists_of_one_version_are_a_fork_with_evidence(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    one, other = with_another_device(world, bob), with_another_device(world, bob)
    alice.change_answer = showing(one)
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "1")
    world.settle()
    alice.change_answer = showing(other)
    world.advance(MORE_THAN_TEN_MINUTES)  # "1" still waits for the new device's prekeys
    assert alice.chat("bob").trust is Trust.CHANGED
    (evidence,) = alice.store.evidence.find()
    assert {evidence.ours, evidence.theirs} == {one.head.encode(), other.head.encode()}


def test_an_older_list_than_the_pinned_one_is_not_believed(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    old = bob.engine.state.manifest
    alice.change_answer = showing(with_another_device(world, bob))
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "1")
    world.settle()
    alice.change_answer = showing(old)
    world.advance(MORE_THAN_TEN_MINUTES)
    before = len(world.submitted)
    alice.says("bob", "2")
    world.settle()
    assert len(world.submitted) == before
    assert alice.engine.details(alice.chat("bob").conversation).devices == 2


def test_a_list_signed_by_nobody_is_refused_and_changes_nothing(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    forged = bytearray(with_another_device(world, bob).encode())
    forged[-1] ^= 1

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found):
            return msgspec.structs.replace(answered, manifest=bytes(forged))
        return answered

    alice.change_answer = change
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "1")
    world.settle()
    assert alice.engine.details(alice.chat("bob").conversation).devices == 1
    assert alice.messages("bob")[-1].state is State.WAITING


# --- keys in our own name ----------------------------------------------------------------------


def test_somebody_who_was_shown_other_keys_in_our_name_raises_the_alarm(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    bob.add("alice")
    state = bob.engine.state
    # A list of Bob's devices that he never published, signed with his account key, and so a theft
    # of it: the one kind of ghost that a peer's client cannot see by itself.
    same = [*state.manifest.entries]
    ghost = Manifest.sign(state.signing, same, int(world.now) - 60, after=state.manifest.head)
    alice.change_answer = showing(ghost)
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    (evidence,) = bob.store.evidence.find()
    assert evidence.theirs == ghost.hash
    assert bob.texts("alice") == []
    assert bob.chat("alice").trust is Trust.CHANGED
    assert "your name" in bob.notes("alice")[0]
    with pytest.raises(KeyChangedError):
        bob.says("alice", "hello?")


def test_another_account_cannot_take_the_place_of_a_contact(world: World) -> None:
    """Accepted keys that are another contact's already would merge two people into one."""
    alice, bob = world.friends("alice", "bob")
    mallory = swap_keys(world, alice, bob)
    alice.change_answer = lambda _, answered: answered
    alice.add("mallory")
    alice.change_answer = showing(mallory.engine.state.manifest)
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "anybody")
    world.settle()
    conversation = alice.chat(f"bob@{RELAY}").conversation
    with pytest.raises(RefusedError, match="another contact"):
        alice.engine.accept(conversation)
    assert alice.chat(f"bob@{RELAY}").trust is Trust.CHANGED


def test_an_account_key_is_never_another_persons(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    stranger = SigningKey.draw(world.random)
    entry = DeviceEntry.of(DeviceKeys.draw(world.random), int(world.now))
    alice.change_answer = showing(Manifest.sign(stranger, [entry], int(world.now)))
    chat = alice.add("bob")
    assert alice.engine.details(chat.conversation).account != bob.engine.me.account


def test_the_same_ghost_alarm_is_raised_once(world: World) -> None:
    """A relay that keeps the message could else repeat it each time the person decided."""
    alice, bob = world.people("alice", "bob")
    bob.add("alice")
    state = bob.engine.state
    ghost = Manifest.sign(state.signing, state.manifest.entries, 60, after=state.manifest.head)
    alice.change_answer = showing(ghost)
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    bob.engine.accept(bob.chat("alice").conversation)
    world.put_in_mailbox(state.keys.mailbox, world.submitted[0].envelope)
    world.settle()
    assert bob.chat("alice").trust is Trust.FIRST_SEEN
    assert len(bob.store.evidence.find()) == 1


def test_an_account_that_was_replaced_does_not_take_its_successors_place(world: World) -> None:
    """Who stole the account that somebody reset must not get back into the conversation."""
    alice, bob = world.friends("alice", "bob")
    mallory = swap_keys(world, alice, bob)
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "anybody")
    world.settle()
    conversation = alice.chat("bob").conversation
    alice.engine.accept(conversation)
    world.settle()
    (successor,) = alice.store.contacts.find()
    world.write_first(bob.engine.state.us, alice, Text("it is still me"), known=NEWER)
    world.settle()
    assert alice.store.contacts.get(conversation) == successor
    assert alice.engine.details(conversation).account == mallory.engine.me.account
    (request,) = [chat for chat in alice.engine.chats() if chat.standing is Standing.REQUEST]
    assert request.conversation != conversation
    assert [one.text for one in alice.engine.history(request.conversation).slice(0, 9)][-1] == (
        "it is still me"
    )
    assert "it is still me" not in alice.texts(f"bob@{RELAY}")
