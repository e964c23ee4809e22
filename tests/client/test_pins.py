"""A relay that nobody vouches for is known by one key, until the person says otherwise."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.pins import change_pin, pin_of, relays
from doorless_client.core.views import Event, Link, Notice
from doorless_client.troubles import Troubles
from doorless_lab.world import Person
from doorless_protocol.frames import Answered
from doorless_protocol.invite import InviteLink, text_of
from logged import RELAY
from two_relays import BOB, THERE, TwoRelays

KEY, OTHER = b"\7" * 32, b"\10" * 32


@pytest.fixture
def world() -> Iterator[TwoRelays]:
    with TwoRelays() as made:
        yield made


def link_of(bob: Person, pin: bytes | None) -> str:
    """Bob's invite; the relay of it is known by this key."""
    return replace(InviteLink.parse(bob.engine.invite()), tls=pin).encode()


def asked_by(person: Person) -> list[tuple[str, bytes]]:
    """What relays this person asks from now on, and by which keys."""
    asked: list[tuple[str, bytes]] = []

    def note(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously):
            asked.append((ask.relay, ask.pin))
        return answered

    person.change_answer = note
    return asked


@pytest.mark.parametrize("how", ["link", "address"])
def test_everything_that_is_asked_of_a_contacts_relay_is_asked_by_its_key(
    world: TwoRelays, how: str
) -> None:
    asked = asked_by(world.alice)
    world.alice.add(link_of(world.bob, KEY) if how == "link" else f"{BOB}#{text_of(KEY)}")
    world.alice.says("bob", "hello")
    world.days_pass(2)
    assert world.bob.texts("alice") == ["hello"]
    there = [pin for relay, pin in asked if relay == THERE]
    assert len(there) > 5  # lookups, prekeys, envelopes, the log's anchors
    assert set(there) == {KEY}
    assert {pin for relay, pin in asked if relay == RELAY} <= {b""}


def test_a_link_names_no_other_key_for_a_relay_that_is_known(world: TwoRelays) -> None:
    world.alice.add(link_of(world.bob, KEY))
    world.there.person("carol")
    for named in (f"carol@{THERE}#{text_of(OTHER)}", link_of(world.bob, OTHER)):
        asked = asked_by(world.alice)
        with pytest.raises(RefusedError, match=f"another key is named for {THERE}"):
            world.alice.add(named)
        assert asked == []  # not one byte went to who has that key
    assert pin_of(world.alice.store, THERE) == KEY
    asked = asked_by(world.alice)
    world.alice.add(f"carol@{THERE}")  # a link without a key takes nothing away
    assert set(asked) == {(THERE, KEY)}


def test_a_link_names_no_key_for_a_relay_that_authorities_vouch_for(world: TwoRelays) -> None:
    world.alice.add(BOB)
    world.here.person("dave")
    for named in (link_of(world.bob, KEY), f"dave@{RELAY}#{text_of(KEY)}"):
        with pytest.raises(RefusedError, match="another key is named"):
            world.alice.add(named)
    assert (pin_of(world.alice.store, THERE), pin_of(world.alice.store, RELAY)) == (b"", b"")


def test_a_key_of_a_relay_without_contacts_is_not_kept(world: TwoRelays) -> None:
    with pytest.raises(RefusedError):
        world.alice.add(f"nobody@{THERE}#{text_of(OTHER)}")
    asked = asked_by(world.alice)
    world.alice.add(link_of(world.bob, KEY))
    assert set(asked) == {(THERE, KEY)}


def test_who_wrote_first_is_reached_once_his_link_names_the_key(world: TwoRelays) -> None:
    world.alice.add(BOB)
    world.alice.says("bob", "hello")
    world.advance(10)
    world.bob.add(link_of(world.alice, KEY))  # he knew her by her message alone
    asked = asked_by(world.bob)
    world.bob.says("alice", "here I am")
    world.advance(60)
    assert world.alice.texts("bob") == ["here I am"]
    assert {pin for relay, pin in asked if relay == RELAY} == {KEY}


def test_the_person_changes_the_key_for_everybody_there(world: TwoRelays) -> None:
    alice = world.alice
    alice.add(link_of(world.bob, KEY))
    world.there.person("carol")
    alice.add(f"carol@{THERE}")
    change_pin(alice.store, THERE, OTHER)
    assert {contact.pin for contact in alice.store.contacts.find(relay=THERE)} == {OTHER}
    alice.reopen()
    asked = asked_by(alice)
    alice.says("bob", "hello")
    world.advance(60)
    assert {pin for relay, pin in asked if relay == THERE} == {OTHER}
    change_pin(alice.store, RELAY, KEY)
    own = alice.store.own.get(1)
    assert own is not None
    assert (own.pin, own.tls, pin_of(alice.store, RELAY)) == (KEY, True, KEY)
    assert InviteLink.parse(alice.engine.invite()).tls == KEY
    assert relays(alice.store) == [RELAY, THERE]
    with pytest.raises(RefusedError, match="neither your relay nor"):
        change_pin(alice.store, "elsewhere.test", KEY)


def test_a_stranger_in_the_relays_place_is_told_once_until_the_relay_was_there() -> None:
    told: list[Event] = []
    troubles = Troubles(told.append, lambda: None)
    for link in (Link.CONNECTING, Link.STRANGER, Link.CONNECTING, Link.STRANGER, Link.OFFLINE):
        troubles.tell_link(link)
    (notice,) = told
    assert isinstance(notice, Notice)
    assert notice.halts
    for link in (Link.STRANGER, Link.ONLINE, Link.STRANGER):
        troubles.tell_link(link)
    assert len(told) == 2
