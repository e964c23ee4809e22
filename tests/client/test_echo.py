"""Echo: real keys and envelopes on this computer, nothing outside of it, gone for good."""

from collections.abc import Iterator

import msgspec
import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.echo import Echo
from doorless_client.core.echo_device import meet
from doorless_client.core.effects import Ask
from doorless_client.core.views import Compared, MessageAdded, MessageChanged, State, Trust
from doorless_client.store.base import Store
from doorless_client.store.records import ROWS
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import MAX_TEXT_BYTES, NO_PREVIOUS, Content, Control
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.sizes import SIZE_CLASSES

THEIRS = {"echo", "echo_said", "voices", "beside"}
"""Tables in which Echo leaves anything."""


@pytest.fixture
def alice() -> Iterator[Person]:
    with World() as world:
        alice, _ = world.people("alice", "bob")
        yield alice


@pytest.fixture
def echo(alice: Person) -> Echo:
    echo = Echo(alice.engine.state)
    echo.begin()
    return echo


def rows(store: Store) -> dict[str, list[object]]:
    return {kind.table: list(getattr(store, kind.table).find()) for kind in ROWS}


def texts(echo: Echo) -> list[str]:
    return [message.text for message in echo.history().slice(0, 1000)]


def test_it_is_there_with_one_line_said_and_one_thing_to_do(echo: Echo) -> None:
    (chat,) = echo.chats()
    assert chat.echo
    assert chat.unread == 1
    (welcome,) = texts(echo)
    assert "Write me something" in welcome


def test_what_is_typed_comes_back_and_a_real_receipt_before_it(alice: Person, echo: Echo) -> None:
    del alice.shown[:]
    sent = echo.send("hello")
    assert texts(echo)[1:3] == ["hello", "hello"]
    assert sent.state is State.DELIVERED
    first, second, third, *_ = alice.shown
    assert isinstance(first, MessageAdded)
    assert first.message.state is State.WAITING
    assert isinstance(second, MessageChanged)
    assert isinstance(third, MessageAdded)
    assert not third.message.mine


def test_the_envelopes_are_real_ones(alice: Person, echo: Echo) -> None:
    text = "the same words, over and over"
    one, other = (echo.wire(echo.send(text)) for _ in range(2))
    (row,) = alice.store.echo.find()
    assert one is not None
    assert other is not None
    assert one.size == other.size == SIZE_CLASSES[0]
    assert one.head != other.head
    assert text.encode() not in one.head
    assert one.mailbox == DeviceKeys.decode(row.keys).mailbox


def test_only_echos_device_opens_what_is_sealed_for_it(alice: Person) -> None:
    state = alice.engine.state
    us, now, random = state.us, state.clock(), state.random
    ends, others = meet(us, now, random), meet(us, now, random)
    content = ends.to_echo(control(), now, random)
    with pytest.raises(DoorlessError):
        others.theirs.open(content.envelope, now, others.keys.kem)
    with pytest.raises(DoorlessError):
        ends.ours.open(content.envelope, now, us.device.kem)
    with pytest.raises(DoorlessError):  # once, and never again
        content.follows.theirs.open(content.envelope, now, ends.keys.kem)
    assert content.content == control()


def control() -> Content:
    return Content.saying(
        Control(), id=bytes(16), counter=0, previous=NO_PREVIOUS, conversation=bytes(32), time=0
    )


def test_every_step_says_that_it_stays(echo: Echo) -> None:
    echo.send("hello")
    wires = [echo.wire(message) for message in echo.history().slice(0, 100)]
    assert len(wires) == 4
    assert all(wire is not None and wire.stays for wire in wires)


def test_nothing_reaches_a_relay_another_device_or_the_gossip(alice: Person, echo: Echo) -> None:
    asked: list[Ask] = []

    def count(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask)
        return answered

    alice.world.settle()
    alice.change_answer = count
    submitted = len(alice.world.submitted)
    before = rows(alice.store)
    for text in ("hello", "help", "verify", "keys", "add", "x" * MAX_TEXT_BYTES):
        echo.send(text)
    echo.verify(echo.safety_number().digits)
    echo.mark_read()
    echo.save_draft("not yet")
    after = rows(alice.store)
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= THEIRS
    alice.world.settle()
    assert asked == []
    assert len(alice.world.submitted) == submitted
    assert not alice.engine.unsettled()
    assert alice.engine.waiting == 0


def test_it_goes_on_from_what_is_stored(alice: Person, echo: Echo) -> None:
    echo.send("hello")
    again = Echo(alice.engine.state)
    again.begin()
    again.send("still there?")
    assert texts(again)[-1] == "still there?"
    assert len(again.chats()) == 1


def test_forgotten_it_is_gone_for_good(alice: Person, echo: Echo) -> None:
    before = rows(alice.store)
    echo.send("hello")
    (chat,) = echo.chats()
    echo.forget()
    echo.begin()
    assert not echo.chats()
    assert not echo.is_here(chat.conversation)
    assert not alice.store.echo_said.find()
    assert not alice.store.voices.find(conversation=chat.conversation)
    assert not alice.store.beside.find(conversation=chat.conversation)
    (row,) = alice.store.echo.find()
    assert not any((row.keys, row.manifest, row.ours, row.theirs, row.draft))
    with pytest.raises(RefusedError):
        echo.send("are you there?")
    assert rows(alice.store)["contacts"] == before["contacts"]


def test_a_step_that_fails_changes_nothing(alice: Person, echo: Echo) -> None:
    before = rows(alice.store)
    with pytest.raises(ValueError, match="text of more than"):
        echo.send("x" * (MAX_TEXT_BYTES + 1))
    assert rows(alice.store) == before
    assert echo.send("hello").state is State.DELIVERED


def test_both_ends_work_out_the_same_safety_number(echo: Echo) -> None:
    echo.send("verify")
    digits = echo.safety_number().digits
    assert digits in texts(echo)[-1]
    assert echo.compare(digits) is Compared.SAME
    echo.verify(digits)
    assert echo.chats()[0].trust is Trust.VERIFIED
    assert echo.details().trust is Trust.VERIFIED


def test_another_number_marks_nothing(echo: Echo) -> None:
    with pytest.raises(KeyChangedError):
        echo.verify("0" * 60)
    with pytest.raises(RefusedError):
        echo.verify("nonsense?")
    assert echo.chats()[0].trust is Trust.FIRST_SEEN


@pytest.mark.parametrize("word", ["help", "xray", "relay", "keys", "add", "forget", "verify"])
def test_it_teaches_what_it_says_it_teaches(echo: Echo, word: str) -> None:
    echo.send("help")
    assert word == "help" or f"\n{word} - " in texts(echo)[-1]
    echo.send(f" {word.upper()}?")
    assert len(texts(echo)[-1]) > 60


def test_the_draft_strip_says_what_sealing_gives(echo: Echo) -> None:
    for length in (1, 1500, 3000, MAX_TEXT_BYTES):
        text = "é"[: length % 2] + "x" * (length - 2 * (length % 2))
        said = echo.wire_size(text)
        wire = echo.wire(echo.send(text))
        assert wire is not None
        assert wire.size == said


def test_reading_it_owes_nobody_a_receipt(alice: Person, echo: Echo) -> None:
    echo.send("hello")
    echo.mark_read()
    assert echo.chats()[0].unread == 0
    assert echo.history().first_unread() is None
    assert not alice.store.receipts_due.find()


def test_a_contact_has_no_way_into_its_place(alice: Person, echo: Echo) -> None:
    """Whatever somebody calls themselves: what decides is the id alone."""
    bob = alice.add("bob")
    contact = alice.store.contacts.find()[0]
    with alice.engine.state.change():
        alice.store.contacts.put(msgspec.structs.replace(contact, name="Echo"))
    assert not echo.is_here(bob.conversation)
    assert not any(chat.echo for chat in alice.engine.chats())
    assert echo.wire_size("hi") != alice.engine.wire_size(bob.conversation, "hi")


def test_a_reply_shows_what_it_answers(echo: Echo) -> None:
    welcome = echo.history().slice(0, 1)[0]
    replied = echo.send("so you are", welcome)
    assert replied.quote is not None
    assert replied.quote.position == 0
    assert not replied.quote.mine
    assert replied.quote.text == welcome.text[:160]


def test_a_reaction_is_sealed_like_a_text_and_told_once(alice: Person, echo: Echo) -> None:
    (welcome,) = echo.history().slice(0, 1)
    row = alice.store.echo.get(1)
    echo.react(welcome, "\N{THUMBS UP SIGN}")
    assert alice.store.echo.get(1) != row  # the sessions went on
    (again,) = echo.history().slice(0, 1)
    assert [one.emoji for one in again.reactions] == ["\N{THUMBS UP SIGN}"]
    assert "2,048 bytes, just like a text" in texts(echo)[-1]
    count = len(texts(echo))
    echo.react(welcome, "")
    assert not echo.history().slice(0, 1)[0].reactions
    assert len(texts(echo)) == count


def test_its_receipt_looks_like_a_message(echo: Echo) -> None:
    wire = echo.wire(echo.send("hello"))
    assert wire is not None
    (receipt,) = wire.beside
    assert receipt.kind == "receipt"
    assert receipt.size == wire.size
    assert receipt.head != wire.head[: len(receipt.head)]


def test_a_message_of_ours_was_sealed_once_for_echos_device(echo: Echo) -> None:
    (copy,) = echo.sealings(echo.send("hello"))
    assert not copy.own
    assert not copy.sent
    assert copy.size == SIZE_CLASSES[0]
    assert echo.sealings(echo.history().slice(0, 1)[0]) == ()
