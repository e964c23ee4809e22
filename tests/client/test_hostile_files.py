"""Files that a changed program tells of: sizes, names and bytes that no honest one sends."""

import msgspec
import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import Message
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer, opened
from doorless_lab.world_person import Person
from doorless_protocol.content import File, Text


def told(world: World, alice: Person, bob: Person, file: File) -> Message:
    """Alice's changed program says that there is this file."""
    conversation = alice.chat("bob").conversation
    said = Text("look", None, file)
    contact = alice.store.contacts.find(conversation=conversation)[0]
    state, outbox = alice.engine.state, alice.engine.files.transfers._outbox
    with state.change():
        outbox.say(contact, said)
    world.settle()
    return bob.messages("alice")[-1]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("size", [100 * 2**20 + 1, 2**31, 2**31 + 1, 2**32 + 1, 2**53 - 1])
def test_a_size_that_is_too_large_is_shown_and_never_fetched(world: World, size: int) -> None:
    alice, bob = world.friends("alice", "bob")
    message = told(world, alice, bob, File("film", size, bytes(32), bytes(32), bytes(32)))
    assert message.file is not None
    assert (message.file.size, message.file.state) == (size, FileState.OFFERED)
    with pytest.raises(RefusedError, match="100 MiB"):
        fetch(bob, message)
    assert bob.store.transfers.find() == []


@pytest.mark.parametrize(
    "name",
    ["../../.bashrc", "a\x1b[2Jb", "photo\u202egnp.exe", "\ud7ff" * 80, " ", "a\nb", "x" * 255],
)
def test_a_name_is_harmless_on_the_screen(world: World, name: str) -> None:
    alice, bob = world.friends("alice", "bob")
    message = told(world, alice, bob, File(name, 1, bytes(32), bytes(32), bytes(32)))
    assert message.file is not None
    shown = str(message.file.name)
    assert shown
    assert "/" not in shown
    assert not set(shown) & set("\x1b\u202e\n")


def test_a_file_that_is_nowhere_is_gone(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    message = told(world, alice, bob, File("a", 1, bytes(32), b"\x01" * 32, bytes(32)))
    fetch(bob, message)
    world.settle()
    view = bob.engine.files.transfers.view(message)
    assert view is not None
    assert view.state is FileState.GONE


def test_the_bytes_of_another_file_are_not_taken_for_this_one(world: World) -> None:
    """Somebody names a file that is there, with a key, size or digest that is not its own."""
    alice, bob = world.friends("alice", "bob")
    offer(alice, "bob", b"true")
    world.settle()
    (row,) = alice.store.extras.find()
    true = msgspec.msgpack.decode(row.file, type=File)
    for wrong in ({"key": bytes(32)}, {"digest": bytes(32)}, {"size": 3}, {"size": 70_000}):
        message = told(world, alice, bob, msgspec.structs.replace(true, **wrong))
        fetch(bob, message)
        world.advance(120)
        view = bob.engine.files.transfers.view(message)
        assert view is not None
        assert view.state is FileState.FAILED
        with pytest.raises(RefusedError):
            opened(bob, message)
