"""M07: whoever asks a relay for everybody is told of nobody that he could not name before."""

from collections.abc import Iterator

import pytest

from doorless_lab.world import World
from doorless_protocol.blob_frames import BlobGet, BlobPut, BlobStatus
from doorless_protocol.frames import (
    Answered,
    BundleServed,
    Done,
    FetchBundle,
    Found,
    Lookup,
    Refusal,
    Refused,
    Request,
    Submit,
    encode,
)
from doorless_server.limits import REFUSED_RETRY, Bounds, Rate
from doorless_server.store.admission import Box
from doorless_server.store.base import Fate

GUESSES = 5_000
NOT_ALLOWED = Refused(int(Refusal.NOT_ALLOWED), 0)
UNBOUNDED = Rate(1e9, 1e9)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.person("bob")
        yield world


def submit(world: World, mailbox: bytes) -> Submit:
    return Submit(mailbox, b"", world.random(16), bytes(2048))


@pytest.mark.attack(
    "M07",
    "an address looks up 100 names that nobody has, and then is told nothing of any, four an hour",
    weaken={"doorless_server.rates.UNKNOWN_LOOKUPS": UNBOUNDED},
)
def test_names_are_not_counted_through(world: World) -> None:
    told = [world.ask_anonymously(Lookup(f"person{n}", 0)) for n in range(1_000)]
    assert told.count(NOT_ALLOWED) == 100
    busy = told[-1]
    assert isinstance(busy, Refused)
    assert busy.reason == Refusal.BUSY
    assert encode_same(world, Lookup("bob", 0), Lookup("nobody", 0))
    world.now += 3_600
    later = [world.ask_anonymously(Lookup(f"someone{n}", 0)) for n in range(100)]
    assert later.count(NOT_ALLOWED) == 4


def encode_same(world: World, *requests: Request) -> bool:
    """Whether all are answered with the same bytes."""
    return len({encode(world.ask_anonymously(each)) for each in requests}) == 1


def full(_box: object, _bounds: object, _size: int, *, request: bool) -> Fate | None:
    return Fate.FULL if request else None


@pytest.mark.attack(
    "M07",
    "a mailbox with no more room for strangers looks like none at all",
    weaken={"doorless_server.store.memory.refusal": full},
)
def test_mailboxes_are_not_told_from_nothing(world: World) -> None:
    bobs = world.everybody[0].engine.state.keys.mailbox
    for _ in range(Bounds().requests):
        world.ask_anonymously(submit(world, bobs))
    nobodys = [world.ask_anonymously(submit(world, world.random(16))) for _ in range(GUESSES)]
    assert set(map(encode, nobodys)) == {encode(Refused(int(Refusal.NOT_ALLOWED), REFUSED_RETRY))}
    assert encode_same(world, submit(world, bobs), submit(world, world.random(16)))


async def tells(self: object, asked: BlobGet, now: int, source: str) -> Answered:
    """A file that is there, asked for with a wrong key, is refused in other words."""
    return Refused(int(Refusal.MALFORMED), asked.offset)


@pytest.mark.attack(
    "M07",
    "guessed ids of devices and files hit nothing, and the answers are one and the same",
    weaken={"doorless_server.blobs.desk.BlobDesk._get": tells},
)
def test_guessing_ids_finds_nothing(world: World) -> None:
    write = world.random(32)
    world.ask_anonymously(BlobPut(write, 100, 0, bytes(100)))
    guesses: list[Request] = [FetchBundle(world.random(16)) for _ in range(GUESSES)]
    guesses += [BlobGet(world.random(32), 0) for _ in range(GUESSES)]
    guesses += [BlobStatus(world.random(32)) for _ in range(GUESSES)]
    guesses += [BlobGet(write, 0)]  # the other capability of a file that is there
    answers = {encode(world.ask_anonymously(guess)) for guess in guesses}
    assert answers == {encode(NOT_ALLOWED)}
    assert world.ask_anonymously(BlobStatus(write)) != NOT_ALLOWED


def refusing_old_tokens(box: Box, _bounds: object, _size: int, *, request: bool) -> Fate | None:
    """As a relay that says so where a token served once and does no more."""
    return Fate.FULL if request and box.previous_hash else None


@pytest.mark.attack(
    "M07",
    "who was blocked is answered as before: what the relay serves of the other one is the same",
    weaken={"doorless_server.store.memory.refusal": refusing_old_tokens},
)
def test_being_blocked_is_not_to_be_seen() -> None:
    with World() as world:
        bob, eve = world.friends("bob", "eve")
        world.advance(60)
        token, before = bob.engine.state.own.token, seen(world, "bob", b"")
        bob.engine.block(bob.chat("eve").conversation)
        bob.run(bob.engine.fleet.publish_token())
        world.settle()
        assert seen(world, "bob", token) == before
        world.advance(3 * 86_400)
        assert seen(world, "bob", token) == before
        assert eve.engine.chats()


def seen(world: World, handle: str, token: bytes) -> list[Answered]:
    """What anybody is answered about somebody; of the bundle all but the pair, which is used up."""
    found = world.ask_anonymously(Lookup(handle, 0))
    assert isinstance(found, Found)
    bob = next(person for person in world.everybody if person.handle == handle)
    served = world.ask_anonymously(FetchBundle(bob.engine.me.device))
    assert isinstance(served, BundleServed)
    mailbox = bob.engine.state.keys.mailbox
    sent = world.ask_anonymously(Submit(mailbox, token, world.random(16), bytes(2048)))
    assert sent == Done()
    return [found, BundleServed(served.bundle, b"", 0, ()), sent]
