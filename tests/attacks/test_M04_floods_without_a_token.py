"""M04: envelopes name no sender, so a flood has nobody to blame; the delivery token bounds it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import pytest

from doorless_lab.world import World
from doorless_lab.world_person import Person, at_once
from doorless_protocol.frames import Answered, Done, Refusal, Refused, Submit
from doorless_server.limits import REFUSED_RETRY, Bounds
from doorless_server.store.base import Position

GUESSES = 3_000
DAY = 86_400
NO_ROOM = Refused(int(Refusal.NOT_ALLOWED), REFUSED_RETRY)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def submitted(world: World, mailbox: bytes, token: bytes) -> Answered:
    return world.ask_anonymously(Submit(mailbox, token, world.random(16), bytes(2048)))


def in_a_row(answers: Iterable[Answered]) -> list[tuple[Answered, int]]:
    """Each answer, and how often it came in a row: few enough to be shown beside each other."""
    return [(answer, len(list(same))) for answer, same in groupby(answers)]


def waiting(bob: Person) -> list[bytes]:
    """Ids of all that lies in his mailbox."""
    mailbox = bob.engine.state.keys.mailbox
    mails = at_once(bob.world.relay.waiting(mailbox, Position(0), GUESSES, 1 << 30))
    return [mail.id for mail in mails]


@pytest.mark.attack(
    "M04",
    "a guessed token is answered as none is, for all tries, and fills the strangers' room alone",
    weaken={"doorless_server.store.memory.opens": lambda _box, token_hash, _day: bool(token_hash)},
)
def test_guessing_tokens_floods_nobody(world: World) -> None:
    alice, bob, carol = world.friends("alice", "bob", "carol")
    bob.goes(online=False)
    carol.goes(online=False)
    mailboxes = [person.engine.state.keys.mailbox for person in (bob, carol)]
    guessed = in_a_row(submitted(world, mailboxes[0], world.random(16)) for _ in range(GUESSES))
    without = in_a_row(submitted(world, mailboxes[1], b"") for _ in range(GUESSES))
    assert guessed == without
    room = Bounds().requests
    assert guessed == [(Done(), room), (NO_ROOM, GUESSES - room)]
    assert submitted(world, world.random(16), world.random(16)) == NO_ROOM
    assert len(waiting(bob)) == room
    alice.says("bob", "can you still hear me?")
    world.settle()
    bob.goes(online=True)
    world.settle()
    assert bob.texts("alice")[-1] == "can you still hear me?"


def blocks(world: World) -> tuple[Person, Person, bytes]:
    """Bob blocks Eve, who has his token. Returns him, Alice, and the token that Eve keeps."""
    bob, alice, eve = world.friends("bob", "alice", "eve")
    world.advance(60)
    old = bob.engine.state.own.token
    assert old in {contact.token for contact in eve.store.contacts.find()}
    bob.engine.block(bob.chat("eve").conversation)
    bob.run(bob.engine.fleet.publish_token())
    world.advance(60)
    return bob, alice, old


def in_by(world: World, bob: Person, token: bytes) -> int:
    """How many of 100 envelopes with this token come to lie in Bob's mailbox."""
    bob.goes(online=False)
    for _ in range(100):
        submitted(world, bob.engine.state.keys.mailbox, token)
    count = len(waiting(bob))
    bob.acknowledge(waiting(bob))
    return count


@pytest.mark.attack(
    "M04",
    "who is blocked has a token that opens nothing two days later; contacts have the new one",
    weaken={"doorless_client.core.contacts.Contacts.rotate_token": lambda _self: None},
)
def test_blocking_takes_the_token_away(world: World) -> None:
    bob, alice, old = blocks(world)
    world.advance(2 * DAY)
    assert bob.engine.state.own.token in {one.token for one in alice.store.contacts.find()}
    assert in_by(world, bob, old) == Bounds().requests
    assert in_by(world, bob, bob.engine.state.own.token) == 100


@pytest.mark.attack(
    "M04",
    "the token before the newest serves through one more day, and no longer",
    weaken={"doorless_server.relay.TOKEN_OVERLAP_DAYS": 1_000},
)
def test_the_overlap_ends(world: World) -> None:
    bob, _, old = blocks(world)
    assert in_by(world, bob, old) == 100
    world.now += 2 * DAY
    assert in_by(world, bob, old) == Bounds().requests
