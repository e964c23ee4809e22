"""One address, one contact: whoever else gives it, or is shown under it."""

from collections.abc import Iterator

import msgspec
import pytest

from doorless_client.core.api import KeyChangedError, RefusedError, UnreachableError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.log_lookup import LogLookups
from doorless_client.core.views import Standing, State, Trust
from doorless_lab.linking import link
from doorless_lab.world import RELAY, Person, World, showing
from doorless_protocol.content import Profile, Text
from doorless_protocol.errors import UnwitnessedError
from doorless_protocol.first_contact import Us
from doorless_protocol.frames import Answered, Hello, Refusal, Refused, RelayInfo
from doorless_protocol.invite import InviteLink
from doorless_protocol.keys import DeviceKeys, SigningKey
from doorless_protocol.manifest import DeviceEntry, Manifest

MORE_THAN_TEN_MINUTES = 700


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_a_stranger_who_gives_a_contacts_address_looks_nothing_like_the_contact(
    world: World,
) -> None:
    alice, _ = world.friends("alice", "bob")
    mallory = world.person("mallory")
    world.write_first(calling_himself(mallory, f"bob@{RELAY}"), alice, Text("it is me"))
    world.settle()
    (request,) = [chat for chat in alice.engine.chats() if chat.standing is Standing.REQUEST]
    assert "bob" not in request.name
    assert "bob" not in request.address
    assert alice.chat("bob").conversation != request.conversation
    notes = alice.notes(mallory.engine.me.account.hex())
    assert notes == [f"gives the address of another contact: bob@{RELAY}"]


def test_a_link_names_the_configuration_of_its_relay(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    info = world.ask_anonymously(Hello())
    assert isinstance(info, RelayInfo)
    assert InviteLink.parse(bob.engine.invite()).config == info.config_hash
    alice.add(bob.engine.invite())
    assert alice.chat("bob").standing is Standing.CONTACT


def test_a_link_is_refused_at_a_relay_that_is_set_up_otherwise(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    link = bob.engine.invite()
    alice.change_answer = set_up_otherwise
    with pytest.raises(RefusedError, match="not set up as the link says"):
        alice.add(link)
    alice.change_answer = lambda ask, answered: (
        Refused(Refusal.BUSY, 5) if is_hello(ask) else answered
    )
    with pytest.raises(RefusedError, match="does not say how it is set up"):
        alice.add(link)
    assert alice.store.contacts.find() == []
    alice.change_answer = set_up_otherwise
    alice.add("bob")  # an address says nothing of the set-up


def too_few(*_: object) -> None:
    raise UnwitnessedError("no quorum of witnesses for more than a day")


def test_too_few_witnesses_are_an_answer_and_nobody_is_added(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _ = world.people("alice", "bob")
    monkeypatch.setattr(LogLookups, "verify", too_few)
    with pytest.raises(RefusedError, match="too few witnesses"):
        alice.add("bob")
    assert alice.store.contacts.find() == []


def test_an_older_list_is_refused_when_a_contact_is_added_again(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    older = bob.engine.state.manifest
    link(bob, "laptop")
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.add("bob")
    alice.change_answer = showing(older)
    with pytest.raises(RefusedError, match="nothing was changed"):
        alice.add("bob")
    assert alice.engine.details(alice.chat("bob").conversation).devices == 2


def test_a_link_whose_relay_is_away_adds_nobody(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.goes(online=False)
    with pytest.raises(UnreachableError):
        alice.add(bob.engine.invite())
    assert alice.store.contacts.find() == []


def is_hello(ask: Ask) -> bool:
    return isinstance(ask, Anonymously) and isinstance(ask.request, Hello)


def set_up_otherwise(ask: Ask, answered: Answered) -> Answered:
    """For `change_answer`: a relay with another configuration."""
    if is_hello(ask) and isinstance(answered, RelayInfo):
        return msgspec.structs.replace(answered, config_hash=bytes(32))
    return answered


def test_no_relay_gives_a_contacts_address_to_another_contact(world: World) -> None:
    """Somebody who gave the address before the contact was added is asked about afterwards."""
    alice, _, mallory = world.people("alice", "bob", "mallory")
    world.write_first(calling_himself(mallory, f"bob@{RELAY}"), alice, Text("it is me"))
    world.settle()
    alice.add("bob")
    account = mallory.engine.me.account.hex()
    alice.change_answer = showing(mallory.engine.state.manifest)
    alice.engine.accept(alice.chat(account).conversation)
    alice.engine.send(alice.chat(account).conversation, "who are you?")
    world.settle()
    assert alice.chat(account).address == account
    assert alice.chat(account).name == ""
    assert alice.chat(f"bob@{RELAY}").trust is Trust.CHANGED


def test_what_was_said_to_a_false_address_does_not_leave(world: World) -> None:
    alice, carol, mallory = world.people("alice", "carol", "mallory")
    world.write_first(calling_himself(mallory, f"carol@{RELAY}"), alice, Text("it is Carol"))
    world.settle()
    conversation = alice.chat("carol").conversation
    alice.engine.accept(conversation)
    said = alice.says("carol", "for Carol alone")
    world.settle()
    account = mallory.engine.me.account.hex()
    assert alice.messages(account)[said.position].state is State.WAITING
    assert alice.engine.chat(conversation).trust is Trust.CHANGED
    assert f"carol@{RELAY}, the address they gave, is not theirs" in alice.notes(account)[-1]
    assert carol.engine.chats() == []


def test_adding_an_address_that_is_pinned_asks_for_the_contact_who_has_it(world: World) -> None:
    alice, _, mallory = world.people("alice", "bob", "mallory")
    alice.add("bob")
    alice.add("mallory")
    alice.change_answer = showing(mallory.engine.state.manifest)
    with pytest.raises(KeyChangedError):
        alice.add("bob")
    assert alice.chat(f"bob@{RELAY}").trust is Trust.CHANGED
    assert alice.chat(f"mallory@{RELAY}").trust is Trust.FIRST_SEEN


def test_a_head_of_another_account_accuses_nobody(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    mallory = world.person("mallory")
    theirs, foreign = bob.engine.state.manifest, mallory.engine.state.manifest.head.encode()
    alice.change_answer = showing(theirs, (foreign,))
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "waits")
    world.settle()
    assert alice.chat("bob").trust is Trust.FIRST_SEEN
    assert alice.store.evidence.find() == []
    assert alice.messages("bob")[-1].state is State.WAITING


def test_a_profile_with_the_keys_of_another_account_is_passed_over(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    mallory = world.person("mallory")
    profile = Profile("Bob", bytes(16), mallory.engine.state.manifest.encode())
    bob.says_bytes("alice", bob.next_content("alice", profile).encode())
    world.settle()
    assert alice.chat("bob").trust is Trust.FIRST_SEEN
    assert alice.engine.details(alice.chat("bob").conversation).account == bob.engine.me.account


def test_strangers_cannot_fill_the_list_of_requests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.core.contacts.MAX_REQUESTS", 2)
    alice, mallory = world.people("alice", "mallory")
    for number in range(3):
        world.write_first(made_up(world, mallory), alice, Text(f"{number}"))
        world.settle()
    assert len(alice.engine.chats()) == len(alice.engine.state.sessions.newest_first()) == 2
    assert [row.reason for row in alice.store.failures.find()] == ["TooManyRequestsError"]
    alice.engine.forget(alice.engine.chats()[0].conversation)
    world.write_first(made_up(world, mallory), alice, Text("there is room again"))
    world.settle()
    assert len(alice.engine.chats()) == 2


def made_up(world: World, person: Person) -> Us:
    """An account that no relay knows."""
    account, keys = SigningKey.draw(world.random), DeviceKeys.draw(world.random)
    return Us(
        Manifest.sign(account, [DeviceEntry.of(keys, 0)], 0), keys, f"{person.handle}@{RELAY}"
    )


def calling_himself(person: Person, address: str) -> Us:
    state = person.engine.state
    return Us(state.manifest, state.keys, address)


def test_blocking_a_request_takes_the_token_of_an_invite_link_out_of_use(world: World) -> None:
    mallory, bob = world.people("mallory", "bob")
    mallory.add(bob.engine.invite())
    mallory.says("bob", "from a link")
    world.settle()
    assert bob.chat("mallory").standing is Standing.REQUEST
    leaked = bob.store.own.find()[0].token
    assert mallory.store.contacts.find()[0].token == leaked
    bob.engine.block(bob.chat("mallory").conversation)
    new = bob.store.own.find()[0].token
    assert new != leaked
    bob.engine.block(bob.chat("mallory").conversation)  # nothing that is known, is left to change
    assert bob.store.own.find()[0].token == new


def test_accepting_a_blocked_contact_again_accepts_no_keys(world: World) -> None:
    alice, bob, mallory = world.people("alice", "bob", "mallory")
    bob.add("alice")
    bob.change_answer = showing(mallory.engine.state.manifest)
    with pytest.raises(KeyChangedError):
        bob.add("alice")
    bob.engine.block(bob.chat("alice").conversation)
    bob.accepts("alice")
    chat = bob.chat("alice")
    assert (chat.standing, chat.trust) == (Standing.CONTACT, Trust.CHANGED)
    assert bob.store.contacts.find()[0].account == alice.engine.me.account
