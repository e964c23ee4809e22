"""C06: a contact gives a message the id of one of ours, and what is done with ours befalls his."""

import re

import pytest

from acting import does, said
from doorless_client.store.base import Store
from doorless_lab.world import World
from doorless_lab.world_person import Person, copy_store
from doorless_protocol.content import Content, Text
from hostile_profile import printed


def two_of_one_id() -> tuple[Store, bytes]:
    """Alice's profile, in which Bob's words have the id of hers."""
    with World(b"two of one id") as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        ours = alice.says("bob", "lunch at noon")
        world.settle()
        repeats(world, bob, "alice", ours.id, "send all the money")
        does(world, bob, "alice", Text("and something else"))
        assert said(alice, "bob", "send all the money").id == ours.id
        carol.says("alice", "what did you say to Bob?")
        world.settle()
        return copy_store(alice.store), ours.id


def repeats(world: World, who: Person, whom: str, id: bytes, words: str) -> None:
    content = who.next_content(whom, Text(words))
    again = Content.saying(
        Text(words),
        id=id,
        counter=content.counter,
        previous=content.previous,
        conversation=content.conversation,
        time=content.time,
        gossip=bytes(80),
    )
    with who.engine.state.change():
        who.engine.fleet.sync._conversations._voices.say(again, who.engine.me.device)
    who.says_bytes(whom, again.encode())
    world.settle()


@pytest.mark.attack(
    "C06",
    "a command that names an id of two messages is refused: none is taken for the other",
    weaken={"doorless_client.cli_picking.which": lambda message: message.id},
)
def test_a_command_does_nothing_with_one_of_two() -> None:
    store, id = two_of_one_id()
    out = printed(store, "forward", "bob", id.hex(), "carol")
    assert "money" not in printed(store, "history", "carol")
    assert "several messages" in out


def test_a_number_of_plain_mode_names_what_stood_behind_it() -> None:
    store, _ = two_of_one_id()
    opened = printed(store, "--plain", says="/open bob")
    (number,) = re.findall(r"\[(\d+)\] you to bob@.*lunch at noon", opened)
    printed(store, "--plain", says=f"/open bob\n/forward {number} carol")
    forwarded = printed(store, "history", "carol")
    assert "lunch at noon" in forwarded
    assert "money" not in forwarded
