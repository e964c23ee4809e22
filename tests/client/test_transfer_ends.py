"""How the way of a file ends: paused, cancelled, refused, altered, expired, deleted."""

import msgspec
import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.message_parts import FileState
from doorless_client.core.moving import GONE, NOT_AS_SENT, TOO_LARGE
from doorless_client.core.transfers import MAX_SIZE
from doorless_client.core.views import FileMoved, Message, State, Trust
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer, opened
from doorless_lab.world_person import Person
from doorless_protocol.blob_frames import BlobDrop, BlobGet, BlobPiece, BlobPut
from doorless_protocol.frames import Answered, Refusal, Refused
from doorless_server.limits import DAY

FILE = bytes(range(256)) * 800


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Person:
    return world.friends("alice", "bob")[0]


@pytest.fixture
def bob(world: World, alice: Person) -> Person:
    return world.everybody[1]


def last(person: Person, whom: str) -> Message:
    return person.messages(whom)[-1]


def shown(person: Person, message: Message) -> tuple[FileState, str]:
    view = person.engine.files.transfers.view(message)
    assert view is not None
    return view.state, str(view.note)


def sent(world: World, alice: Person, bob: Person, data: bytes = FILE) -> tuple[Message, Message]:
    ours = offer(alice, "bob", data)
    world.settle()
    return ours, last(bob, "alice")


def refusing(kind: type, reason: Refusal) -> object:
    def change(ask: Ask, answered: Answered) -> Answered:
        hit = isinstance(ask, Anonymously) and isinstance(ask.request, kind)
        return Refused(reason, 0) if hit else answered

    return change


def test_a_file_that_the_relay_never_takes_is_a_failure_in_words(
    world: World, alice: Person, bob: Person
) -> None:
    alice.change_answer = refusing(BlobPut, Refusal.TOO_LARGE)  # type: ignore[assignment]
    ours = offer(alice, "bob", FILE)
    world.settle()
    assert shown(alice, ours) == (FileState.FAILED, TOO_LARGE)
    assert (last(alice, "bob").state, last(alice, "bob").note) == (State.FAILED, TOO_LARGE)
    assert last(bob, "alice").file is None
    with pytest.raises(RefusedError, match="send the file again"):
        fetch(alice, ours)


def test_what_was_cancelled_before_it_left_is_dropped_everywhere(
    world: World, alice: Person, bob: Person
) -> None:
    dropped = []

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, BlobDrop):
            dropped.append(ask)
        return answered

    alice.change_answer = change
    alice.goes(online=False)
    ours = offer(alice, "bob", FILE)
    world.settle()
    alice.engine.files.transfers.cancel(ours)
    assert last(alice, "bob").state is State.FAILED
    alice.goes(online=True)
    world.advance(4000)
    assert len(dropped) == 1
    assert alice.store.blobs_to_drop.find() == []
    assert last(bob, "alice").file is None


def test_what_was_sent_is_not_cancelled_but_deleted(
    world: World, alice: Person, bob: Person
) -> None:
    ours, theirs = sent(world, alice, bob)
    with pytest.raises(RefusedError, match="delete the message"):
        alice.engine.files.transfers.cancel(ours)
    alice.engine.messages.delete(last(alice, "bob"), everyone=True)
    world.advance(10)
    assert alice.vault.names() == []
    assert alice.store.transfers.find() == []
    assert last(bob, "alice").deleted
    with pytest.raises(RefusedError):
        fetch(bob, theirs)


def test_deleting_takes_the_bytes_away_and_the_relay_drops_them(
    world: World, alice: Person, bob: Person
) -> None:
    _, theirs = sent(world, alice, bob)
    fetch(bob, theirs)
    world.settle()
    assert len(bob.vault.names()) == 1
    bob.engine.messages.delete(last(bob, "alice"), everyone=False)
    world.settle()
    assert bob.vault.names() == []
    alice.engine.messages.delete(last(alice, "bob"), everyone=False)
    world.settle()
    assert alice.vault.names() == []
    assert alice.store.blobs_to_drop.find() == []


def test_a_download_is_paused_goes_on_and_is_given_up(
    world: World, alice: Person, bob: Person
) -> None:
    _, theirs = sent(world, alice, bob)
    transfers = bob.engine.files.transfers

    def pause(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, BlobGet) and ask.request.offset:
            transfers.pause(theirs)
        return answered

    bob.change_answer = pause
    fetch(bob, theirs)
    world.settle()
    assert shown(bob, theirs)[0] is FileState.PAUSED
    paused = bob.engine.files.transfers.view(theirs)
    assert 0 < paused.done < paused.size, "it says how far it came"
    moved = [e.file for e in bob.shown if isinstance(e, FileMoved)]
    assert FileState.MOVING in {file.state for file in moved}
    bob.change_answer = lambda _, answered: answered
    fetch(bob, theirs)
    world.settle()
    assert opened(bob, theirs) == FILE
    bob.engine.files.transfers.cancel(theirs)
    world.settle()
    assert shown(bob, theirs)[0] is FileState.OFFERED
    assert bob.vault.names() == []


def test_an_altered_file_is_fetched_once_more_then_refused(
    world: World, alice: Person, bob: Person
) -> None:
    _, theirs = sent(world, alice, bob)
    pieces = []

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, BlobPiece):
            pieces.append(ask)
            return BlobPiece(answered.piece[:-1] + bytes((answered.piece[-1] ^ 1,)))
        return answered

    bob.change_answer = change
    fetch(bob, theirs)
    world.settle()
    assert shown(bob, theirs) == (FileState.FAILED, NOT_AS_SENT)
    assert len(pieces) == 8
    assert bob.vault.names() == []
    bob.change_answer = lambda _, answered: answered
    fetch(bob, theirs)
    world.settle()
    assert opened(bob, theirs) == FILE


@pytest.mark.parametrize("wrong", [b"", b"short", bytes(65_535)])
def test_pieces_of_another_size_are_not_taken(
    world: World, alice: Person, bob: Person, wrong: bytes
) -> None:
    _, theirs = sent(world, alice, bob)
    bob.change_answer = lambda _, answered: (
        BlobPiece(wrong) if isinstance(answered, BlobPiece) else answered
    )
    fetch(bob, theirs)
    world.settle()
    assert shown(bob, theirs) == (FileState.FAILED, NOT_AS_SENT)
    assert bob.vault.names() == []


def test_what_the_relay_has_no_more_is_gone(world: World, alice: Person, bob: Person) -> None:
    _, theirs = sent(world, alice, bob)
    world.now += 31 * DAY
    fetch(bob, theirs)
    world.settle()
    assert shown(bob, theirs) == (FileState.GONE, GONE)


def test_nothing_of_a_stranger_is_fetched(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    offer(alice, "bob", b"look")
    world.settle()
    (asked,) = [one for one in bob.messages("alice") if one.file]
    with pytest.raises(RefusedError, match="accept the request first"):
        fetch(bob, asked)
    bob.accepts("alice")
    fetch(bob, asked)
    world.settle()
    assert opened(bob, asked) == b"look"


def test_nothing_moves_while_their_keys_are_in_doubt(
    world: World, alice: Person, bob: Person
) -> None:
    alice.goes(online=False)
    ours = offer(alice, "bob", FILE)
    (contact,) = alice.store.contacts.find()
    with alice.store.transaction():
        alice.store.contacts.put(msgspec.structs.replace(contact, trust=Trust.CHANGED.value))
    assert alice.engine.files.moving.due() == []
    with pytest.raises(KeyChangedError):
        offer(alice, "bob", FILE)
    assert shown(alice, ours)[0] is FileState.WAITING


def test_what_waits_for_somebody_who_is_blocked_is_given_up(
    world: World, alice: Person, bob: Person
) -> None:
    alice.goes(online=False)
    ours = offer(alice, "bob", FILE)
    alice.engine.block(alice.chat("bob").conversation)
    assert shown(alice, ours) == (FileState.FAILED, "blocked before it was sent")
    assert last(alice, "bob").state is State.FAILED


def test_what_could_not_be_sent_in_two_weeks_is_given_up(
    world: World, alice: Person, bob: Person
) -> None:
    alice.goes(online=False)
    ours = offer(alice, "bob", FILE)
    world.settle()
    alice.goes(online=True)
    alice.change_answer = refusing(BlobPut, Refusal.FULL)  # type: ignore[assignment]
    world.advance(15 * DAY)
    assert shown(alice, ours) == (FileState.FAILED, "it could not be sent in 14 days")


def test_a_file_that_is_too_large_is_refused_before_it_is_sealed(
    alice: Person, bob: Person
) -> None:
    check = alice.engine.files.transfers.check_may_offer
    check(alice.chat("bob").conversation, MAX_SIZE)
    with pytest.raises(RefusedError, match="100 MiB"):
        check(alice.chat("bob").conversation, MAX_SIZE + 1)


def test_what_a_crash_left_in_the_vault_is_taken_out(alice: Person, bob: Person) -> None:
    local = alice.engine.files.transfers.begin_sealing()
    alice.vault.write(local, [b"half"])
    alice.engine.files.transfers.tidy()
    assert alice.vault.names() == [local]
    alice.reopen()
    alice.engine.files.transfers.tidy()
    assert alice.vault.names() == []


def test_a_file_lies_where_its_recipient_is_and_nowhere_else(
    world: World, alice: Person, bob: Person
) -> None:
    seen: set[str] = set()

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, BlobPut | BlobGet):
            seen.add(ask.relay)
        return answered

    alice.change_answer = bob.change_answer = watch
    _, theirs = sent(world, alice, bob)
    fetch(bob, theirs)
    world.settle()
    assert seen == {world.name}


def test_what_was_said_with_somebody_who_is_forgotten_leaves_no_bytes(
    world: World, alice: Person, bob: Person
) -> None:
    _, theirs = sent(world, alice, bob)
    fetch(bob, theirs)
    world.settle()
    bob.engine.forget(bob.chat("alice").conversation)
    alice.engine.forget(alice.chat("bob").conversation)
    world.settle()
    for person in (alice, bob):
        assert person.vault.names() == []
        assert person.store.transfers.find() == []
