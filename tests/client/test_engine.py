"""Two people and a relay: what each of them sees, online, offline and after a restart."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.settings import Settings
from doorless_client.core.views import ChatChanged, Kind, Notice, Standing, State
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World
from doorless_protocol.content import Text

NewStore = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlcipher"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> NewStore:
    if request.param == "memory":
        return MemoryStore
    numbers = iter(range(9))
    return lambda: open_store(tmp_path / f"{next(numbers)}.db", bytes(32), create=True)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def states(person: Person, whom: str) -> list[State]:
    return [message.state for message in person.messages(whom)]


# --- talking -----------------------------------------------------------------------------------


def test_two_people_talk_both_ways(world: World, new_store: NewStore) -> None:
    alice, bob = world.person("alice", new_store()), world.person("bob", new_store())
    alice.add("bob")
    alice.says("bob", "you there?")
    world.settle()
    bob.accepts("alice")
    bob.says("alice", "yes")
    world.settle()
    alice.says("bob", "good")
    world.settle()
    assert bob.texts("alice") == ["you there?", "good"]
    assert alice.texts("bob") == ["yes"]


def test_what_was_said_offline_leaves_in_the_order_said_once(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.goes(online=False)
    for number in range(20):
        alice.says("bob", f"{number}")
    world.settle()
    assert states(alice, "bob")[-20:] == [State.WAITING] * 20
    assert alice.engine.waiting == 20
    alice.goes(online=True)
    world.settle()
    assert bob.texts("alice") == ["hello", *map(str, range(20))]
    assert alice.engine.waiting == 0


def test_what_waits_at_the_relay_arrives_when_its_reader_is_back(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.goes(online=False)
    for number in range(20):
        alice.says("bob", f"{number}")
    world.settle()
    assert states(alice, "bob")[-20:] == [State.SENT] * 20
    bob.goes(online=True)
    world.advance(10)
    assert bob.texts("alice")[1:] == [str(number) for number in range(20)]
    assert states(alice, "bob")[-20:] == [State.DELIVERED] * 20


def test_what_was_said_before_any_session_waits_for_it(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    alice.goes(online=False)
    alice.says("bob", "first")
    alice.says("bob", "second")
    alice.reopen()
    alice.goes(online=True)
    world.settle()
    assert bob.texts("alice") == ["first", "second"]


def test_a_restart_in_between_loses_nothing(world: World, new_store: NewStore) -> None:
    alice, bob = world.person("alice", new_store()), world.person("bob", new_store())
    alice.add("bob")
    for number in range(6):
        alice.says("bob", f"{number}")
        alice.reopen()
        bob.reopen()
        world.settle()
    assert bob.texts("alice") == [str(number) for number in range(6)]


def test_both_write_first_and_both_are_heard(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    for one, other in ((alice, "bob"), (bob, "alice")):
        one.add(other)
        one.says(other, f"from {one.handle}")
    for one in (alice, bob):  # nothing is taken in before both have sent
        for account in one.engine.upkeep.due():
            one.run(one.engine.upkeep.deliver(account))
    world.advance(10)
    alice.says("bob", "again")
    bob.says("alice", "and again")
    world.advance(10)
    assert alice.texts("bob") == ["from bob", "and again"]
    assert bob.texts("alice") == ["from alice", "again"]
    assert {*states(alice, "bob")} == {State.DELIVERED, State.RECEIVED}


def test_a_long_text_waits_for_the_first_reply(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    alice.says("bob", "short")
    alice.says("bob", "x" * 12_000)
    alice.says("bob", "after it")
    world.settle()
    assert bob.texts("alice") == ["short"]
    bob.accepts("alice")
    world.settle()
    assert [len(text) for text in bob.texts("alice")] == [5, 12_000, 8]


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * 16_385, "é" * 8_193, "\ud800"])
def test_a_text_that_cannot_be_said_is_refused_and_not_stored(world: World, text: str) -> None:
    alice, _ = world.friends("alice", "bob")
    before = len(alice.messages("bob"))
    with pytest.raises(RefusedError):
        alice.says("bob", text)
    assert len(alice.messages("bob")) == before


# --- requests ----------------------------------------------------------------------------------


def test_a_stranger_is_a_request_and_gets_no_answer_of_any_kind(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    bob.engine.change_settings(Settings(read_receipts=True, typing=True))
    alice.add("bob")
    alice.says("bob", "do you know me?")
    world.settle()
    sent = len(world.submitted)
    chat = bob.chat("alice")
    bob.engine.set_typing(chat.conversation, active=True)
    bob.engine.mark_read(chat.conversation)
    world.advance(3_600)
    assert chat.standing is Standing.REQUEST
    assert chat.address == alice.engine.me.account.hex()
    assert states(bob, "alice") == [State.REQUEST]
    assert len(world.submitted) == sent
    assert states(alice, "bob") == [State.SENT]


def test_accepting_confirms_both_sides_and_introduces_them(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.engine.change_settings(Settings(name="Alice A."))
    alice.add("bob")
    alice.says("bob", "do you know me?")
    world.settle()
    bob.accepts("alice")
    world.advance(10)
    seen_by_bob, seen_by_alice = bob.chat("alice"), alice.chat("bob")
    assert (seen_by_bob.confirmed, seen_by_alice.confirmed) == (True, True)
    assert seen_by_bob.address == "alice@relay.test"
    assert seen_by_bob.name == "Alice A."
    assert states(bob, "alice") == [State.RECEIVED]
    assert states(alice, "bob") == [State.DELIVERED]


def test_an_unconfirmed_session_carries_no_profile_and_no_receipt(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    bob.add("alice")  # so that Alice's message is a contact's at once
    alice.says("bob", "hello")
    alice.live()
    bob.live()  # hears it, and owes the control reply
    assert [copy.token for copy in world.submitted][-1] == b""
    assert bob.store.outbox.find(confirmed_only=True) == []
    assert not bob.chat("alice").confirmed


def test_answering_a_request_accepts_it(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    alice.says("bob", "do you know me?")
    world.settle()
    bob.says("alice", "I do")
    world.advance(10)
    assert bob.chat("alice").standing is Standing.CONTACT
    assert alice.texts("bob") == ["I do"]


def test_contacts_use_the_delivery_token_that_they_were_given(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.says("bob", "with your token")
    world.settle()
    assert world.submitted[-1].token == bob.store.own.find()[0].token


# --- blocking and forgetting -------------------------------------------------------------------


def test_who_is_blocked_is_not_heard_and_does_not_notice(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.engine.block(bob.chat("alice").conversation)
    alice.says("bob", "hello?")
    world.advance(60)
    assert bob.texts("alice") == ["hello"]
    assert states(alice, "bob")[-1] is State.SENT
    assert bob.mail() == []
    with pytest.raises(RefusedError):
        bob.says("alice", "no")


def test_blocking_changes_the_token_and_tells_the_others(world: World) -> None:
    alice, bob, carol = world.people("alice", "bob", "carol")
    for friend in (alice, carol):
        friend.add("bob")
        friend.says("bob", "hello")
        world.settle()
        bob.accepts(friend.handle)
        world.advance(10)
    old = bob.store.own.find()[0].token
    bob.engine.block(bob.chat("alice").conversation)
    bob.run(bob.engine.home.publish_token())
    world.advance(10)
    new = bob.store.own.find()[0].token
    assert new != old
    assert carol.store.contacts.find()[0].token == new
    assert alice.store.contacts.find()[0].token == old


def test_a_blocked_contact_that_is_accepted_is_heard_again(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.engine.block(bob.chat("alice").conversation)
    alice.says("bob", "unheard")
    world.advance(10)
    bob.accepts("alice")
    alice.says("bob", "heard")
    world.advance(10)
    assert bob.texts("alice") == ["hello", "heard"]


def test_forgetting_deletes_every_row_of_a_contact(world: World, new_store: NewStore) -> None:
    alice, bob = world.person("alice", new_store()), world.person("bob")
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    bob.accepts("alice")
    world.advance(10)
    alice.engine.forget(alice.chat("bob").conversation)
    for table in ("contacts", "devices", "session_parts", "messages", "wires", "voices", "outbox"):
        assert getattr(alice.store, table).find() == [], table


# --- small things ------------------------------------------------------------------------------


def test_unread_is_counted_and_read_to_the_end(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.engine.mark_read(bob.chat("alice").conversation)
    for number in range(3):
        alice.says("bob", f"{number}")
    world.settle()
    history = bob.engine.history(bob.chat("alice").conversation)
    assert (bob.chat("alice").unread, history.first_unread()) == (3, 1)
    bob.engine.mark_read(bob.chat("alice").conversation)
    assert (bob.chat("alice").unread, history.first_unread()) == (0, None)


def test_a_draft_is_kept_for_the_next_time(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.save_draft(alice.chat("bob").conversation, "half a thou")
    alice.reopen()
    assert alice.chat("bob").draft == "half a thou"


def test_x_ray_shows_the_very_bytes_that_the_relay_got(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.says("bob", "look at me")
    world.settle()
    (sent,) = alice.engine.wire(alice.messages("bob")[-1:])
    (arrived,) = bob.engine.wire(bob.messages("alice")[-1:])
    submitted = next(one for one in world.submitted if sent and one.envelope.startswith(sent.head))
    assert sent is not None
    assert arrived is not None
    assert (sent.size, len(sent.head), sent.copies) == (len(submitted.envelope), 512, 1)
    assert sent.mailbox == submitted.mailbox == arrived.mailbox
    assert arrived.head == sent.head


def test_the_size_on_the_wire_is_told_before_it_is_sent(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    for text in ("hi", "x" * 600, "x" * 5_000):
        promised = alice.engine.wire_size(conversation, text)
        alice.says("bob", text)
        world.settle()
        (sent,) = alice.engine.wire(alice.messages("bob")[-1:])
        assert sent is not None
        assert promised == sent.size
    with pytest.raises(RefusedError):
        alice.engine.wire_size(conversation, "x" * 20_000)


def test_what_cannot_be_opened_is_counted_acknowledged_and_told_in_one_line(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    mailbox = world.submitted[0].mailbox
    for number in range(12):
        world.put_in_mailbox(mailbox, bytes([number]) * 2048)
    world.advance(120)
    notices = [event.text for event in bob.shown if isinstance(event, Notice)]
    assert notices == [
        "12 envelopes could not be opened, and changed nothing: 12 junk, or sealed to keys that "
        "are gone"
    ]
    assert sum(row.count for row in bob.store.failures.find()) == 12
    assert bob.mail() == []
    alice.says("bob", "still here")
    world.settle()
    assert bob.texts("alice")[-1] == "still here"


def test_every_change_of_a_row_in_the_list_is_told(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    bob.shown.clear()
    alice.says("bob", "one")
    world.settle()
    bob.engine.mark_read(bob.chat("alice").conversation)
    unread = [event.chat.unread for event in bob.shown if isinstance(event, ChatChanged)]
    assert unread[0] > 0
    assert unread[-1] == 0


def test_a_kind_of_a_later_version_is_shown_as_what_it_is(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    said = Text("from the future")
    content = alice.next_content("bob", said)
    alice.says_bytes("bob", msgspec.structs.replace(content, kind=77).encode())
    world.settle()
    last = bob.messages("alice")[-1]
    assert last.kind is Kind.UNKNOWN
    assert "cannot show" in last.text
