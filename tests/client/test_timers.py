"""How long messages last: which choice holds, and what a person chose for new chats."""

import msgspec
import pytest

from doorless_client.core.settings import Settings
from doorless_client.core.timers import holds_over, may_be_told
from doorless_client.core.views import ChatChanged, Standing, Trust
from doorless_client.store.talk_records import Timer
from doorless_lab.world import World
from doorless_protocol.content import Timer as Said
from rows import contact

HELD = Timer(b"c" * 32, 60, 7, b"m" * 16)


@pytest.mark.parametrize(
    ("revision", "id", "holds"),
    [
        (8, b"a" * 16, True),
        (6, b"z" * 16, False),
        (7, b"n" * 16, True),
        (7, b"l" * 16, False),
        (7, b"m" * 16, False),  # the same, told again
        (7 + 1024, b"a" * 16, True),
        (7 + 1025, b"a" * 16, False),
    ],
)
def test_the_higher_choice_holds_unless_it_leaps(revision: int, id: bytes, holds: bool) -> None:
    assert holds_over(Said(3600, revision), id, HELD) is holds


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("trust", Trust)
def test_only_a_contact_under_keys_that_nobody_doubts_is_told(
    standing: Standing, trust: Trust
) -> None:
    them = msgspec.structs.replace(contact(b"c" * 32), standing=standing.value, trust=trust.value)
    told = standing is Standing.CONTACT and trust is not Trust.CHANGED
    assert may_be_told(them) is told


def test_the_choice_for_new_chats_holds_at_once_and_is_told_when_they_answered() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.engine.change_settings(Settings(lasts=3600))
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        assert (alice.chat("bob").lasts, bob.chat("alice").lasts) == (3600, 0)
        assert (alice.messages("bob")[0].lasts, bob.messages("alice")[0].lasts) == (3600, 3600)
        assert bob.notes("alice") == alice.notes("bob") == []
        bob.accepts("alice")
        world.advance(10)
        line = "chose that messages disappear 1 hour after they were seen"
        assert alice.notes("bob") == [f"you {line}"]
        assert [note.partition(" ")[2] for note in bob.notes("alice")] == [line]
        assert bob.chat("alice").lasts == 3600
        bob.says("alice", "hello to you")
        world.advance(10)
        assert alice.notes("bob") == [f"you {line}"]  # once


def test_a_chat_that_is_there_keeps_its_own_choice() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.engine.change_settings(Settings(lasts=3600))
        alice.says("bob", "as ever")
        world.advance(10)
        assert alice.chat("bob").lasts == bob.chat("alice").lasts == 0


def test_a_choice_that_lost_leaves_no_gap() -> None:
    with World() as world:
        people = world.friends("alice", "bob")
        people[0].shown.clear()
        for person, other, seconds in zip(people, ("bob", "alice"), (60, 3600), strict=True):
            person.engine.messages.set_timer(person.chat(other).conversation, seconds)
        told = [event.chat.lasts for event in people[0].shown if isinstance(event, ChatChanged)]
        assert told[-1] == 60
        world.advance(10)
        for person, other in zip(people, ("bob", "alice"), strict=True):
            person.says(other, "after that")
        world.advance(10)
        for person, other in zip(people, ("bob", "alice"), strict=True):
            assert not any(one.gap for one in person.messages(other))
            assert person.chat(other).lasts == people[0].chat("bob").lasts
