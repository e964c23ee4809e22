"""A file that one device of ours sent is on all of them; notes with files lie at our own relay."""

from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import Message, State
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer, opened
from doorless_lab.world_person import Person
from doorless_protocol.blob_frames import BlobPut
from doorless_protocol.frames import Answered, Refusal, Refused

FILE = bytes(range(256)) * 400


def settle(world: World) -> None:
    """Copies for own devices leave after up to half a minute."""
    for _ in range(3):
        world.settle()
        world.now += 31
    world.settle()


def file_of(person: Person, conversation: bytes) -> Message:
    history = person.engine.history(conversation)
    return next(one for one in history.slice(0, len(history)) if one.file is not None)


def uploads(person: Person) -> list[Ask]:
    seen: list[Ask] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, BlobPut):
            seen.append(ask)
        return answered

    person.change_answer = watch
    return seen


def test_another_device_of_ours_fetches_what_was_sent_and_what_came() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        settle(world)
        offer(alice, "bob", FILE)
        settle(world)
        ours = file_of(laptop, laptop.chat("bob").conversation)
        assert ours.mine
        assert ours.file is not None
        assert ours.file.state is FileState.OFFERED
        theirs = file_of(bob, bob.chat("alice").conversation)
        for person, message in ((laptop, ours), (bob, theirs)):
            fetch(person, message)
            settle(world)
            assert opened(person, message) == FILE


def test_a_note_with_a_file_stays_here_while_there_is_one_device() -> None:
    with World() as world:
        (alice,) = world.people("alice")
        alice.engine.shelf.note_to_self()
        asked = uploads(alice)
        noted = offer(alice, "alice", FILE)
        settle(world)
        assert (noted.state, asked) == (State.RECEIVED, [])
        assert opened(alice, noted) == FILE


def test_a_note_with_a_file_is_on_every_device_of_ours() -> None:
    with World() as world:
        (alice,) = world.people("alice")
        laptop = link(alice)
        settle(world)
        key = alice.engine.shelf.note_to_self().conversation
        asked = uploads(alice)
        offer(alice, "alice", FILE)
        settle(world)
        assert len(asked) == 2
        noted = file_of(laptop, key)
        fetch(laptop, noted)
        settle(world)
        assert opened(laptop, noted) == FILE


def test_bytes_that_were_lost_here_are_fetched_again() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        offer(alice, "bob", FILE)
        settle(world)
        ours = file_of(alice, alice.chat("bob").conversation)
        (name,) = alice.vault.names()
        alice.vault.drop(name)
        fetch(alice, ours)
        settle(world)
        assert opened(alice, ours) == FILE
        assert bob.chat("alice").unread


def test_a_device_that_came_later_fetches_the_files_of_the_history() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        offer(alice, "bob", FILE)
        offer(bob, "alice", FILE[::-1])
        settle(world)
        laptop = link(alice)
        settle(world)
        history = laptop.engine.history(laptop.chat("bob").conversation)
        told = [one for one in history.slice(0, len(history)) if one.file is not None]
        assert [one.mine for one in told] == [True, False]
        assert [one.file.state for one in told if one.file] == [FileState.OFFERED] * 2
        for message, expected in zip(told, (FILE, FILE[::-1]), strict=True):
            fetch(laptop, message)
            settle(world)
            assert opened(laptop, message) == expected


def test_a_file_of_a_note_from_before_there_was_another_device_never_left_the_first() -> None:
    with World() as world:
        (alice,) = world.people("alice")
        key = alice.engine.shelf.note_to_self().conversation
        offer(alice, "alice", FILE)
        settle(world)
        laptop = link(alice)
        settle(world)
        noted = file_of(laptop, key)
        fetch(laptop, noted)
        settle(world)
        noted = file_of(laptop, key)
        assert noted.file is not None
        assert noted.file.state is FileState.GONE


def waits_for_a_relay(alice: Person, bob: Person, world: World) -> Message:
    """A file of Alice's that the relay does not take."""
    settle(world)
    assert bob.chat("alice")
    alice.change_answer = lambda ask, answered: (
        Refused(Refusal.FULL, 100) if "BlobPut" in repr(ask) else answered
    )
    message = offer(alice, "bob", FILE)
    settle(world)
    return message


def test_who_is_forgotten_on_one_device_leaves_no_files_on_another() -> None:
    """A row without its contact would stop all that is done by the clock, two weeks later."""
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        waits_for_a_relay(alice, bob, world)
        laptop.engine.forget(laptop.chat("bob").conversation)
        settle(world)
        assert not alice.store.transfers.find()
        alice.live()
        assert alice.vault.names() == []
        world.advance(15 * 86_400)
        alice.engine.upkeep.tick()


def test_who_is_blocked_on_one_device_gets_no_file_of_another() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        message = waits_for_a_relay(alice, bob, world)
        laptop.engine.block(laptop.chat("bob").conversation)
        settle(world)
        view = alice.engine.files.transfers.view(message)
        assert view is not None
        assert view.state is FileState.FAILED
