"""What comes out of envelopes; and that a bad one leaves every row as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.views import State
from doorless_client.store.base import Store
from doorless_client.store.records import ROWS
from doorless_lab.world import Person, World
from doorless_protocol.content import NO_PREVIOUS, Content, Profile, Receipt, Text, Typing
from doorless_protocol.frames import Answered, BundleServed, Found, Submit

ACCOUNTED = ("failures", "seen")
"""What may change when an envelope fails: how many did, and that it was dealt with."""


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def rows(store: Store) -> dict[str, list[Any]]:
    return {
        kind.table: list(getattr(store, kind.table).find())
        for kind in ROWS
        if kind.table not in ACCOUNTED
    }


def assert_refused(world: World, bob: Person, envelope: bytes) -> None:
    """It changes nothing, answers nothing, and is acknowledged like any other."""
    before, sent = rows(bob.store), len(world.submitted)
    failed = sum(row.count for row in bob.store.failures.find())
    world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
    world.settle()
    assert rows(bob.store) == before
    assert len(world.submitted) == sent
    assert bob.mail() == []
    assert sum(row.count for row in bob.store.failures.find()) == failed + 1


def last_envelope(world: World) -> bytes:
    return world.submitted[-1].envelope


# --- gaps --------------------------------------------------------------------------------------


def test_what_the_relay_withholds_shows_with_the_next_message(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    withheld = withhold(world, alice, ["one", "two", "three"])
    alice.says("bob", "four")
    world.settle()
    shown = bob.messages("alice")[-1]
    assert (shown.text, shown.gap) == ("four", 3)
    for submit in withheld:
        world.put_in_mailbox(submit.mailbox, submit.envelope)
    world.settle()
    assert bob.texts("alice")[-4:] == ["one", "two", "three", "four"]
    *late, last = bob.messages("alice")[-4:]
    assert (last.gap, last.late) == (0, False)
    assert {(message.note, message.late) for message in late} == {("arrived late", True)}
    assert shown.position + 3 == last.position


def test_a_late_message_is_news_wherever_it_is_shown(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    (withheld,) = withhold(world, alice, ["first"])
    alice.says("bob", "second")
    world.settle()
    conversation = bob.chat("alice").conversation
    bob.engine.mark_read(conversation)
    world.put_in_mailbox(withheld.mailbox, withheld.envelope)
    world.settle()
    history = bob.engine.history(conversation)
    assert bob.chat("alice").unread == 1
    assert [message.text for message in history.unread()] == ["first"]
    assert history.first_unread() == history.unread()[0].position == len(history) - 2
    (wire,) = bob.engine.wire(history.unread())
    assert wire is not None
    assert wire.head == withheld.envelope[:512]


def test_late_messages_close_the_gap_one_by_one_in_any_order(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    withheld = withhold(world, alice, ["one", "two", "three"])
    alice.says("bob", "four")
    world.settle()
    gaps = []
    for submit in (withheld[1], withheld[2], withheld[0]):
        world.put_in_mailbox(submit.mailbox, submit.envelope)
        world.settle()
        gaps.append(bob.messages("alice")[-1].gap)
    assert gaps == [2, 1, 0]


def test_receipts_and_controls_make_no_gap(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    for number in range(5):
        alice.says("bob", f"{number}")
        bob.says("alice", f"{number}")
        world.advance(10)
    assert {message.gap for message in (*alice.messages("bob"), *bob.messages("alice"))} == {0}
    assert {message.note for message in alice.messages("bob")} == {""}


def test_another_past_than_the_one_heard_is_marked(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    content = alice.next_content("bob", Text("said after something else"))
    alice.says_bytes("bob", msgspec.structs.replace(content, previous=b"\x07" * 32).encode())
    world.settle()
    assert "does not follow" in bob.messages("alice")[-1].note


def withhold(world: World, alice: Person, texts: list[str]) -> list[Submit]:
    """Alice's relay takes these and keeps them."""
    before = len(world.submitted)
    world.lose_submissions = True
    for text in texts:
        alice.says("bob", text)
    world.settle()
    world.lose_submissions = False
    return world.submitted[before:]


# --- envelopes that are refused ----------------------------------------------------------------


def test_an_altered_envelope_changes_nothing_wherever_it_was_altered(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.goes(online=False)
    alice.says("bob", "meet at nine")
    world.settle()
    (waiting,) = bob.mail()
    bob.acknowledge([waiting.envelope_id])
    bob.goes(online=True)
    for place in (0, 11, 12, 60, 90, 100, 140, 700, 2047):
        altered = bytearray(waiting.envelope)
        altered[place] ^= 0x10
        assert_refused(world, bob, bytes(altered))
    world.put_in_mailbox(bob.engine.state.keys.mailbox, waiting.envelope)
    world.settle()
    assert bob.texts("alice")[-1] == "meet at nine"


def test_junk_of_every_size_changes_nothing(world: World) -> None:
    _, bob = world.friends("alice", "bob")
    for size in (2, 4, 8, 16, 32, 64):
        assert_refused(world, bob, world.random(size * 1024))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: b"\x99",
        lambda content: content.encode() + b"\x00",
        lambda content: msgspec.structs.replace(content, conversation=b"\x01" * 32).encode(),
        lambda content: msgspec.structs.replace(content, body=b"\x91\xc0").encode(),
        lambda content: msgspec.structs.replace(content, body=b"\x92\xa1x\xa1y").encode(),
        lambda content: msgspec.structs.replace(content, kind=2, body=b"\x92\x90\xc2").encode(),
    ],
    ids=[
        "empty",
        "not a list",
        "a byte too many",
        "another conversation",
        "a text that is no text",
        "a field too many",
        "a receipt of nothing",
    ],
)
def test_a_content_not_in_its_form_changes_nothing(
    world: World, change: Callable[[Content], bytes]
) -> None:
    alice, bob = world.friends("alice", "bob")
    before = rows(bob.store)
    alice.says_bytes("bob", change(alice.next_content("bob", Text("x"))))
    world.settle()
    assert rows(bob.store) == before
    alice.says("bob", "as it should be")
    world.settle()
    assert bob.texts("alice")[-1] == "as it should be"


def test_a_first_contact_for_somebody_else_changes_nothing(world: World) -> None:
    alice, bob, _carol = world.people("alice", "bob", "carol")
    alice.add("carol")
    alice.says("carol", "hello")
    alice.live()
    assert_refused(world, bob, last_envelope(world))


def test_a_message_to_one_is_nothing_to_another(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    carol = world.person("carol")
    alice.says("bob", "for Bob")
    alice.live()
    assert_refused(world, carol, last_envelope(world))
    assert bob.texts("alice")[-1] == "for Bob"


# --- answers that are refused ------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 5_440, 8_000, 26_000])
def test_an_answer_that_is_no_manifest_adds_nobody(world: World, size: int) -> None:
    alice, _ = world.people("alice", "bob")

    def change(ask: Ask, answered: Answered) -> Answered:
        return Found(world.random(size), (), None) if isinstance(answered, Found) else answered

    alice.change_answer = change
    before = rows(alice.store)
    with pytest.raises(RefusedError):
        alice.add("bob")
    assert rows(alice.store) == before


def test_an_answer_with_forged_heads_adds_nobody(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    head = bytearray(bob.engine.state.manifest.head.encode())
    head[-1] ^= 1

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found):
            return msgspec.structs.replace(answered, heads=(bytes(head),))
        return answered

    alice.change_answer = change
    with pytest.raises(RefusedError):
        alice.add("bob")
    assert alice.store.contacts.find() == []


@pytest.mark.parametrize("field", ["bundle", "pair", "index", "path"])
def test_a_forged_bundle_begins_no_session(world: World, field: str) -> None:
    alice, _ = world.people("alice", "bob")

    def change(ask: Ask, answered: Answered) -> Answered:
        if not isinstance(answered, BundleServed):
            return answered
        value = getattr(answered, field)
        if field == "index":
            forged: Any = (value + 1) % 100
        elif field == "path":
            forged = (bytes(32), *value[1:])
        else:
            forged = value[:200] + bytes([value[200] ^ 1]) + value[201:]
        return msgspec.structs.replace(answered, **{field: forged})

    alice.add("bob")
    alice.says("bob", "hello")
    before = rows(alice.store)
    alice.change_answer = change
    world.settle()
    assert rows(alice.store) == before
    assert world.submitted == []
    alice.change_answer = lambda _, answered: answered
    world.advance(120)
    assert alice.messages("bob")[0].state is State.SENT


def test_the_relay_of_a_stranger_is_not_asked_before_he_is_accepted(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    asked: list[Ask] = []

    def change(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask)
        return answered

    bob.change_answer = change
    alice.add("bob")
    alice.says("bob", "hello")
    world.advance(3_600)
    assert not [ask for ask in asked if isinstance(ask, Anonymously)]


def test_a_strangers_message_makes_nothing_leave_that_waits(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    mallory = world.person("mallory")
    alice.add("bob")
    world.refuse_bundles = True
    alice.says("bob", "waits for a minute")
    world.settle()
    asked: list[Ask] = []

    def change(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask)
        return answered

    alice.change_answer = change
    world.refuse_bundles = False
    world.write_first(mallory.engine.state.us, alice, Text("are you there?"))
    world.settle()
    assert alice.texts("mallory") == ["are you there?"]
    assert asked == []
    world.advance(61)
    assert bob.texts("alice") == ["waits for a minute"]


def test_the_first_content_of_a_device_names_no_past(world: World) -> None:
    alice, _ = world.people("alice", "bob")
    alice.add("bob")
    content = alice.next_content("bob", Text("first"))
    assert (content.counter, content.previous) == (0, NO_PREVIOUS)


# --- sessions that are not confirmed -----------------------------------------------------------


def test_an_unconfirmed_session_changes_nothing_that_is_known_of_a_contact(world: World) -> None:
    """Who stole a prekey can begin one in a contact's name: a text is all that he can say."""
    alice, bob = world.friends("alice", "bob")
    bob.says("alice", "read this")
    world.advance(10)
    (before,) = bob.store.contacts.find()
    (ours,) = [one for one in bob.messages("alice") if one.mine]
    state = alice.engine.state
    for said in (
        Profile("Eve", bytes(16), b""),
        Receipt((ours.id,), True),
        Typing(True),
    ):
        world.write_first(state.us, bob, said, known=int(world.now * 1000) + 60_000)
        bob.live()
        assert bob.store.contacts.find() == [before]
        assert not bob.chat("alice").typing
        assert bob.messages("alice")[ours.position].state is State.DELIVERED


def test_a_session_that_replaces_a_confirmed_one_is_told_once(world: World) -> None:
    """It may be a new installation, or a thief: nothing takes a session's place in silence."""
    alice, bob = world.friends("alice", "bob")
    assert bob.notes("alice") == alice.notes("bob") == []  # the very first one is no news
    known = int(world.now * 1000) + 60_000
    us = alice.engine.state.us
    session = world.write_first(us, bob, Text("am I Alice?"), known=known)
    bob.live()
    told = "a new session began with alice; not confirmed yet"
    assert bob.notes("alice") == [told]
    assert [one.text for one in bob.messages("alice")][-2:] == [told, "am I Alice?"]
    bob.reopen()
    world.write_first(
        us, bob, Text("and I?"), known=session.number
    )  # the place of no confirmed one
    bob.live()
    assert bob.texts("alice")[-1] == "and I?"
    assert bob.notes("alice") == [told]


def test_a_contact_is_confirmed_only_while_the_session_that_sends_is(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    assert bob.chat("alice").confirmed
    known = int(world.now * 1000) + 60_000
    world.write_first(alice.engine.state.us, bob, Text("am I Alice?"), known=known)
    bob.live()
    assert not bob.chat("alice").confirmed
