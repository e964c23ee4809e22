"""Files between two people and a relay: what is stored, what moves, what goes on after a cut."""

import pytest

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.message_parts import FileState
from doorless_client.core.moving import NO_ROOM
from doorless_client.core.views import Message, State
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer, opened
from doorless_lab.world_person import Person
from doorless_protocol.attachment import sealed_size
from doorless_protocol.blob_frames import BlobGet, BlobPut
from doorless_protocol.frames import Answered, Refusal, Refused

FILE = bytes(range(256)) * 800  # 204,800 bytes, four pieces
PIECES = -(-sealed_size(len(FILE)) // 65_536)


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


def state(person: Person, message: Message) -> FileState:
    view = person.engine.files.transfers.view(message)
    assert view is not None
    return view.state


def asked(person: Person, kind: type) -> list[Ask]:
    """What is asked of that kind, from now on."""
    seen: list[Ask] = []
    change = person.change_answer

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, kind):
            seen.append(ask)
        return change(ask, answered)

    person.change_answer = watch
    return seen


def sent(world: World, alice: Person, bob: Person, data: bytes = FILE) -> tuple[Message, Message]:
    """Alice's message with a file, as she and as Bob has it."""
    ours = offer(alice, "bob", data, name="letter.txt", text="read this")
    world.settle()
    return ours, last(bob, "alice")


def test_a_file_arrives_when_it_is_asked_for(world: World, alice: Person, bob: Person) -> None:
    ours, theirs = sent(world, alice, bob)
    assert state(alice, ours) is FileState.HERE
    assert last(alice, "bob").state >= State.SENT
    assert (theirs.text, theirs.file is not None) == ("read this", True)
    assert state(bob, theirs) is FileState.OFFERED
    assert bob.vault.names() == []
    with pytest.raises(RefusedError, match="fetch it first"):
        opened(bob, theirs)
    fetch(bob, theirs)
    world.settle()
    assert state(bob, theirs) is FileState.HERE
    assert opened(bob, theirs) == FILE == opened(alice, ours)
    assert last(bob, "alice").file == bob.engine.files.transfers.view(theirs)


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_files_of_all_sizes(world: World, alice: Person, bob: Person, size: int) -> None:
    _, theirs = sent(world, alice, bob, bytes(size))
    fetch(bob, theirs)
    world.settle()
    assert opened(bob, theirs) == bytes(size)


def test_the_message_leaves_only_when_the_relay_has_the_file(
    world: World, alice: Person, bob: Person
) -> None:
    alice.change_answer = lambda ask, answered: (
        Refused(Refusal.FULL, 100) if "BlobPut" in repr(ask) else answered
    )
    ours = offer(alice, "bob", FILE)
    alice.says("bob", "said later, there earlier")
    world.settle()
    assert bob.texts("alice")[-1] == "said later, there earlier"
    view = alice.engine.files.transfers.view(ours)
    assert view is not None
    assert view.note == NO_ROOM
    alice.change_answer = lambda _, answered: answered
    world.advance(100)
    assert last(bob, "alice").file is not None
    assert [one.gap for one in bob.messages("alice")] == [0] * len(bob.messages("alice"))
    assert not any(one.late for one in bob.messages("alice"))


class Cut:
    """The relay is gone at the nth piece, before or after it took it; then everything is back."""

    def __init__(self, person: Person, at: int, *, after: bool) -> None:
        self.left, self._after = at, after
        self.person, self._answer = person, person._answer
        person._answer = self.answer  # type: ignore[method-assign]

    def answer(self, ask: Ask) -> Answered:
        is_piece = isinstance(ask, Anonymously) and isinstance(ask.request, BlobPut | BlobGet)
        self.left -= is_piece
        if is_piece and self.left == 0:
            if self._after:
                self._answer(ask)
            raise UnreachableError("cut")
        return self._answer(ask)


@pytest.mark.parametrize("at", range(1, PIECES + 1))
@pytest.mark.parametrize("after", [False, True], ids=["lost on the way", "answer lost"])
@pytest.mark.parametrize("crash", [False, True], ids=["cut", "crash"])
def test_an_upload_goes_on_at_every_piece(
    world: World, alice: Person, bob: Person, at: int, *, after: bool, crash: bool
) -> None:
    Cut(alice, at, after=after)
    puts = asked(alice, BlobPut)
    offer(alice, "bob", FILE)
    world.settle()
    if crash:
        alice.reopen()
    world.advance(5)
    assert len(puts) == PIECES
    theirs = last(bob, "alice")
    fetch(bob, theirs)
    world.settle()
    assert opened(bob, theirs) == FILE


@pytest.mark.parametrize("at", range(1, PIECES + 1))
@pytest.mark.parametrize("crash", [False, True], ids=["cut", "crash"])
def test_a_download_goes_on_at_every_piece(
    world: World, alice: Person, bob: Person, at: int, *, crash: bool
) -> None:
    _, theirs = sent(world, alice, bob)
    Cut(bob, at, after=False)
    gets = asked(bob, BlobGet)
    fetch(bob, theirs)
    world.settle()
    assert state(bob, theirs) is FileState.WAITING
    assert sum(map(bob.vault.size, bob.vault.names())) == (at - 1) * 65_536
    if crash:
        bob.reopen()
    world.advance(5)
    assert opened(bob, theirs) == FILE
    assert len(gets) == PIECES


def test_a_file_is_that_of_the_message_that_was_shown_wherever_it_stands_now(
    world: World, alice: Person, bob: Person
) -> None:
    """Who picked one to forward it must not send another, because one above it disappeared."""
    offer(alice, "bob", b"the first", name="first.txt")
    offer(alice, "bob", b"the second", name="second.txt")
    offer(alice, "bob", b"the third", name="third.txt")
    world.settle()
    first, second, third = [one for one in bob.messages("alice") if one.file is not None]
    for one in (first, second, third):
        fetch(bob, one)
    world.settle()
    bob.engine.messages.delete(first, everyone=False)
    assert opened(bob, second) == b"the second"
    assert bob.engine.files.transfers.file(second).name == "second.txt"
    view = bob.engine.files.transfers.view(third)
    assert view is not None
    assert view.name == "third.txt"
    assert bob.engine.files.transfers.view(first) is None
    with pytest.raises(RefusedError, match="not there any more"):
        opened(bob, first)
    wires = bob.engine.wire([second, third])
    now = [one for one in bob.messages("alice") if one.file is not None]
    assert wires == bob.engine.wire(now)
    assert None not in wires
    assert bob.engine.wire([first]) == [None]
