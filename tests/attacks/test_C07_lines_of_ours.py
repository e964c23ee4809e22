"""C07: somebody's words look like a line of our own program."""

import pytest

from acting import does
from doorless_client.core import present
from doorless_client.core.conversations import Conversations
from doorless_client.core.views import Kind
from doorless_client.store.records import Contact, Entry
from doorless_lab.world import World
from doorless_protocol.content import Edit, Profile, React, Text, Timer

LINES = (
    "bob's keys changed",
    "you chose that messages stay from now on",
    "alice chose that messages disappear 5 seconds after they were seen",
    "you accepted the new keys",
    "alice was verified",
    "something is missing here",
)

add_as_it_is = Conversations._add


def by_its_words(self: Conversations, contact, **what):  # type: ignore[no-untyped-def]
    """A program that knows its lines by how they begin."""
    if what["text"] in LINES:
        what["kind"] = Kind.NOTE
    return add_as_it_is(self, contact, **what)


@pytest.mark.attack(
    "C07",
    "a line of our own comes of what happened here, never of somebody's words",
    weaken={"doorless_client.core.conversations.Conversations._add": by_its_words},
)
def test_no_words_of_others_are_a_line_of_ours() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        lines = bob.notes("alice")
        for words in LINES[::2]:
            sent = does(world, alice, "bob", Text("x"))
            does(world, alice, "bob", Edit(sent.id, words), time=sent.time + 1)
            does(world, alice, "bob", Text(words))
            does(world, alice, "bob", React(alice.engine.me.account, sent.id, words[:32]))
        does(world, alice, "bob", Profile(LINES[0], bytes(16), b""))
        assert bob.notes("alice") == lines
        assert bob.texts("alice").count(LINES[0]) == 2


def test_a_name_in_a_line_of_ours_is_one_line_and_harmless() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        does(world, alice, "bob", Profile("Al\n\x1b[2J" + "e" * 100, bytes(16), b""))
        does(world, alice, "bob", Timer(60, 1))
        (line,) = bob.notes("alice")[-1:]
        assert "\n" not in line
        assert "\x1b" not in line
        assert line.startswith("“Al")
        rows: list[Entry] = list(bob.store.messages.find(kind=Kind.NOTE.value))
        assert all("\x1b" not in row.text for row in rows)


def as_they_say(contact: Contact) -> str:
    return str(present.name(contact))


@pytest.mark.attack(
    "C07",
    "a name that reads like a line of our own ends where it ends",
    weaken={
        "doorless_client.core.timers.subject": as_they_say,
        "doorless_client.core.trust.subject": as_they_say,
    },
)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("You", "alice@relay.test"),
        ("you.", "alice@relay.test"),
        ("You verified Alice. She", "“You verified Alice. She”"),
        ("x” chose nothing. “You", "“x chose nothing. You”"),
        ("y\N{CYRILLIC SMALL LETTER O}u", "“y\N{CYRILLIC SMALL LETTER O}u”"),
    ],
)
def test_a_name_in_a_line_of_ours_is_told_from_the_line(name: str, said: str) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        does(world, alice, "bob", Profile(name, bytes(16), b""))
        does(world, alice, "bob", Timer(3600, 1))
        chose = "chose that messages disappear 1 hour after they were seen"
        assert bob.notes("alice")[-1] == f"{said} {chose}"
