"""C05: a timer that keeps what should go, or destroys what should stay."""

import msgspec
import pytest

from acting import does, said
from doorless_client.core.views import Kind
from doorless_lab.world import World
from doorless_protocol.content import LASTS_AT_MOST, Content, Text, Timer


def sealed_as_it_is(content: Content, body: list[object]) -> bytes:
    return msgspec.structs.replace(content, body=msgspec.msgpack.encode(body)).encode()


@pytest.mark.attack(
    "C05",
    "a timer is within its bounds, whoever chose it",
    weaken={"doorless_protocol.content.check_lasts": lambda seconds: None},
)
@pytest.mark.parametrize("seconds", [4, LASTS_AT_MOST + 1])
def test_no_timer_that_a_person_would_not_choose(seconds: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        before = len(bob.messages("alice"))
        chosen = alice.next_content("bob", Timer(3600, 1))
        alice.says_bytes("bob", sealed_as_it_is(chosen, [seconds, 1]))
        text = alice.next_content("bob", Text("short", lasts=60))
        alice.says_bytes("bob", sealed_as_it_is(text, ["short", None, None, seconds, False]))
        world.settle()
        assert bob.chat("alice").lasts == 0
        assert len(bob.messages("alice")) == before


@pytest.mark.parametrize("seconds", [-1, 2**63 - 1])
def test_no_timer_that_is_no_number_of_seconds(seconds: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        chosen = alice.next_content("bob", Timer(3600, 1))
        alice.says_bytes("bob", sealed_as_it_is(chosen, [seconds, 1]))
        world.settle()
        assert bob.chat("alice").lasts == 0


def in_silence(*_args: object, **_named: object) -> None:
    """What a bug of Signal's did: a timer was taken off, and nobody saw it."""


@pytest.mark.attack(
    "C05",
    "whoever changes a timer, both see a line",
    weaken={"doorless_client.core.conversations.Conversations.add_line": in_silence},
)
def test_no_timer_changes_in_silence() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        does(world, alice, "bob", Timer(3600, 1))
        does(world, alice, "bob", Timer(0, 2))
        lines = [one.text for one in bob.messages("alice") if one.kind is Kind.NOTE]
        assert lines[-2:] == [
            "alice chose that messages disappear 1 hour after they were seen",
            "alice chose that messages stay from now on",
        ]
        assert bob.chat("alice").unread == 0 or all(
            "chose" not in text for text in bob.texts("alice")
        )


@pytest.mark.attack(
    "C05",
    "an old choice of a timer does not come back, and nobody uses the revisions up",
    weaken={"doorless_client.core.timers.holds_over": lambda *_: True},
)
@pytest.mark.parametrize("revision", [2, 2**53 - 1])
def test_the_choice_that_holds_is_the_newest_one(revision: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for seconds in (60, 120, 3600):
            bob.engine.messages.set_timer(bob.chat("alice").conversation, seconds)
            world.settle()
        does(world, alice, "bob", Timer(0, revision))
        assert bob.chat("alice").lasts == 3600
        bob.engine.messages.set_timer(bob.chat("alice").conversation, 7200)
        world.settle()
        assert alice.chat("bob").lasts == bob.chat("alice").lasts == 7200


def test_a_timer_of_somebody_else_concerns_no_other_conversation() -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        carol.add("bob")
        carol.says("bob", "hello")
        world.settle()
        does(world, alice, "bob", Timer(60, 1))
        assert bob.chat("alice").lasts == 60
        assert bob.chat("carol").lasts == 0


def test_what_lasts_keeps_its_own_time_when_the_timer_changes() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        talk = alice.chat("bob").conversation
        alice.engine.messages.set_timer(talk, 60)
        alice.says("bob", "for a minute")
        alice.engine.messages.set_timer(talk, 0)
        alice.says("bob", "for good")
        world.settle()
        bob.engine.mark_read(bob.chat("alice").conversation)
        world.advance(90)
        for person, other in ((alice, "bob"), (bob, "alice")):
            texts = [one.text for one in person.messages(other)]
            assert "for a minute" not in texts
            assert said(person, other, "for good").lasts == 0
