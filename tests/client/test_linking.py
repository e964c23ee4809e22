"""A second device: linked by link and code, told what there is, and then one of all."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.joining import Joining
from doorless_client.core.views import Notice, Standing, State, Trust
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def show(world: World, name: str = "laptop") -> Joining:
    return Joining(name, RELAY, b"", int(world.now), world.random)


def lines(person: Person) -> list[str]:
    return [event.text for event in person.shown if isinstance(event, Notice)]


def test_a_linked_device_is_listed_by_name_on_both(world: World) -> None:
    alice = world.person("alice")
    laptop = link(alice, "laptop")
    world.advance(40)
    for device in (alice, laptop):
        listed = device.engine.fleet.listed()
        assert [one.name for one in listed] == ["", "laptop"]
        assert [one.primary for one in listed] == [True, False]
    assert [one.this for one in laptop.engine.fleet.listed()] == [False, True]


def test_contacts_come_with_what_was_decided_of_them(world: World) -> None:
    alice, bob, _ = world.friends("alice", "bob", "carol")
    chat = alice.chat("bob")
    alice.engine.verify(chat.conversation, alice.engine.safety_number(chat.conversation).digits)
    alice.engine.block(alice.chat("carol").conversation)
    laptop = link(alice)
    world.advance(40)
    assert laptop.chat("bob").trust is Trust.VERIFIED
    assert laptop.chat("carol").standing is Standing.BLOCKED
    laptop.says("bob", "from the laptop")
    world.settle()
    assert bob.texts("alice")[-1] == "from the laptop"
    assert any("added a device" in note for note in bob.notes("alice"))


def test_history_comes_in_order_before_what_was_heard_since(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    for number in range(40):
        (alice if number % 3 else bob).says("bob" if number % 3 else "alice", f"old {number}")
        world.settle()
    laptop = link(alice)
    world.now += 601
    bob.says("alice", "new")
    world.advance(40)
    texts = [one.text for one in laptop.messages("bob") if one.id]
    assert texts == ["hello", *(f"old {number}" for number in range(40)), "new"]
    assert len({one.id for one in laptop.messages("bob") if one.id}) == len(texts)
    assert not any(one.gap or one.late for one in laptop.messages("bob"))
    assert laptop.chat("bob").unread == alice.chat("bob").unread


def test_what_is_said_and_read_on_one_device_is_so_on_the_other(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(700)
    laptop.says("bob", "one")
    world.advance(40)
    assert alice.messages("bob")[-1].text == "one"
    assert alice.messages("bob")[-1].mine
    bob.says("alice", "two")
    world.advance(40)
    assert laptop.chat("bob").unread == alice.chat("bob").unread
    laptop.engine.mark_read(laptop.chat("bob").conversation)
    world.advance(40)
    assert alice.chat("bob").unread == 0


def test_a_contact_added_or_verified_later_is_so_on_all(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    laptop = link(alice)
    world.advance(40)
    laptop.add("bob")
    laptop.says("bob", "hello")
    world.advance(40)
    assert alice.messages("bob")[-1].text == "hello"
    chat = alice.chat("bob")
    alice.engine.verify(chat.conversation, alice.engine.safety_number(chat.conversation).digits)
    world.advance(40)
    assert laptop.chat("bob").trust is Trust.VERIFIED
    laptop.engine.forget(laptop.chat("bob").conversation)
    world.advance(40)
    assert not alice.engine.chats()
    assert bob.chat("alice").standing is Standing.REQUEST


def test_a_removed_device_hears_nothing_more_and_says_so(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(700)
    bob.says("alice", "to both")
    world.settle()
    assert laptop.texts("bob")[-1] == "to both"
    alice.run(alice.engine.fleet.remove("laptop"))
    world.advance(700)
    bob.says("alice", "to one")
    world.settle()
    assert alice.texts("bob")[-1] == "to one"
    assert laptop.texts("bob")[-1] == "to both"
    assert any("removed a device" in note for note in bob.notes("alice"))
    assert [one.name for one in alice.engine.fleet.listed()] == [""]


def test_a_third_device_is_told_of_on_the_second(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice, "laptop")
    world.advance(40)
    desk = link(alice, "desk")
    world.advance(700)
    shown = desk.engine.fleet.own.find("desk").device.hex()[:8]
    said = [line for line in lines(laptop) if "added to your account" in line]
    assert shown in said[0]
    assert said[-1].endswith(f"desk ({shown})") or f"desk ({shown})" in said[0]
    for device in (alice, laptop, desk):
        assert {one.name for one in device.engine.fleet.listed()} == {"", "laptop", "desk"}
    desk.says("bob", "from the desk")
    world.advance(40)
    assert bob.texts("alice")[-1] == "from the desk"
    for device in (alice, laptop):
        assert device.messages("bob")[-1].text == "from the desk"


def test_another_code_links_nothing(world: World) -> None:
    alice = world.person("alice")
    joining = show(world)
    answering = alice.run(alice.engine.fleet.approving.begin(joining.link))
    alice.run(joining.hello(int(world.now)))
    challenging = alice.run(alice.engine.fleet.approving.offered(answering))
    assert challenging is not None
    wrong = f"{(int(challenging.code.replace(' ', '')) + 1) % 10**8:08}"
    with pytest.raises(KeyChangedError):
        alice.run(alice.engine.fleet.approving.allow(challenging, wrong))
    assert len(alice.engine.fleet.listed()) == 1


def test_who_shows_a_link_in_vain_is_told_what_to_do(world: World) -> None:
    world.person("alice")
    joining = show(world)
    world.advance(300)
    with pytest.raises(RefusedError, match="begin anew"):
        world.person("bob").run(joining.hello(int(world.now)))


def test_a_linked_device_links_removes_and_renames_nobody(world: World) -> None:
    alice = world.person("alice")
    laptop = link(alice)
    world.advance(40)
    with pytest.raises(RefusedError):
        laptop.run(laptop.engine.fleet.approving.begin(show(world).link))
    with pytest.raises(RefusedError):
        laptop.run(laptop.engine.fleet.remove("laptop"))
    with pytest.raises(RefusedError):
        laptop.engine.fleet.rename("laptop", "mine")
    alice.engine.fleet.rename("laptop", "mine")
    world.advance(40)
    assert [one.name for one in laptop.engine.fleet.listed()] == ["", "mine"]


def test_a_state_of_a_message_is_never_worse_than_sent(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    message = alice.says("bob", "before")
    world.settle()
    laptop = link(alice)
    world.advance(40)
    (copy,) = [one for one in laptop.messages("bob") if one.id == message.id]
    assert copy.mine
    assert copy.state >= State.SENT
    assert bob.texts("alice")[-1] == "before"


def test_a_contact_with_several_lists_in_their_past_can_be_added_again(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    for name in ("laptop", "phone"):
        link(bob, name)
        world.advance(700)
        alice.add("bob")
        alice.add(bob.engine.invite())
    chat = alice.chat("bob")
    assert (chat.trust, chat.standing) == (Trust.FIRST_SEEN, Standing.CONTACT)
    assert alice.engine.details(chat.conversation).devices == 3
