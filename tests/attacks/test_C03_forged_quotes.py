"""C03: a quote of words that were never said, or by somebody else."""

import pytest

from acting import does, said
from doorless_lab.world import World
from doorless_protocol.content import Quote, Text


@pytest.mark.attack(
    "C03",
    "a quote shows our own copy of what was said, whatever its sender claims that it said",
    weaken={"doorless_client.core.parts.own_copy": lambda *_: None},
)
def test_a_quote_says_what_was_said_here() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", "I owe you nothing")
        world.settle()
        target = said(bob, "alice", "I owe you nothing")
        forged = Quote(bob.engine.me.account, target.id, "I owe you a thousand")
        does(world, alice, "bob", Text("you said so", forged))
        quote = said(bob, "alice", "you said so").quote
        assert quote is not None
        assert (quote.text, quote.known, quote.mine) == ("I owe you nothing", True, True)
        assert quote.differs


def test_of_what_never_came_the_claim_is_marked_as_one() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", "hello there")
        world.settle()
        of_another_id = Quote(bob.engine.me.account, bytes(16), "I owe you a thousand")
        of_nobody = Quote(bytes(32), said(bob, "alice", "hello there").id, "and a house")
        does(world, alice, "bob", Text("one", of_another_id))
        does(world, alice, "bob", Text("two", of_nobody))
        first, second = said(bob, "alice", "one").quote, said(bob, "alice", "two").quote
        assert first is not None
        assert second is not None
        assert (first.known, first.position, first.text) == (False, None, "I owe you a thousand")
        assert (second.known, second.position, second.author) == (False, None, "somebody else")


def test_a_quote_of_an_edited_message_differs_from_none_of_its_versions() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        message = bob.says("alice", "at nine")
        world.settle()
        old = said(alice, "bob", "at nine")
        bob.engine.messages.edit(message, "at ten")
        alice.engine.send(old.conversation, "fine", quoting=old)
        world.settle()
        quote = said(bob, "alice", "fine").quote
        assert quote is not None
        assert (quote.text, quote.differs) == ("at ten", False)


def test_a_message_of_another_conversation_is_not_found_by_a_quote() -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        carol.add("bob")
        carol.says("bob", "a secret of Carol's")
        world.settle()
        target = said(bob, "carol", "a secret of Carol's")
        does(world, alice, "bob", Text("look", Quote(carol.engine.me.account, target.id, "?")))
        quote = said(bob, "alice", "look").quote
        assert quote is not None
        assert (quote.known, quote.text) == (False, "?")
