"""N01, of files: neither content nor name, key or seal of one reaches the relay that keeps it."""

import os

import pytest

from doorless_client.core.effects import Ask
from doorless_client.core.extras import file_in
from doorless_lab.leakscan import Marker, Scanner, draw_marker
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer, opened
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered, Call, encode


def seal_nothing(stream: object, part: bytes, *, final: bool) -> bytes:
    del stream, final
    return part + bytes(17)


def open_nothing(stream: object, sealed: bytes, *, final: bool) -> bytes:
    del stream, final
    return sealed[:-17]


def heard_by_the_relay(*people: Person) -> list[bytes]:
    """Every request of theirs, from now on, as it goes over the wire."""
    heard: list[bytes] = []

    def hear(ask: Ask, answered: Answered) -> Answered:
        heard.append(encode(Call(0, ask.request)))
        return answered

    for person in people:
        person.change_answer = hear
    return heard


@pytest.mark.attack(
    "N01",
    "all that a relay is told of a file that it keeps holds nothing of it, in whatever disguise",
    weaken={
        "doorless_protocol.file_primitives.Stream.seal": seal_nothing,
        "doorless_protocol.file_primitives.Stream.open": open_nothing,
    },
)
def test_the_relay_never_sees_a_file() -> None:
    inside, called = draw_marker("content", os.urandom), draw_marker("name", os.urandom)
    file = os.urandom(50_000) + inside.text.encode() + os.urandom(50_000)
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        heard = heard_by_the_relay(alice, bob)
        offer(alice, "bob", file, name=f"{called.text}.txt")
        world.settle()
        got = bob.messages("alice")[-1]
        fetch(bob, got)
        world.settle()
        assert opened(bob, got) == file
        (row,) = alice.store.extras.find()
    its_own = file_in(row)
    assert its_own is not None
    key = Marker("key of the file", its_own.key)
    digest = Marker("digest of the ciphertext", its_own.digest)
    scanner = Scanner([inside, called, key, digest])
    everything = b"".join(heard)
    assert len(everything) > len(file)
    assert scanner.scan(everything + inside.value, "control").findings
    assert scanner.scan(everything, "the relay").findings == ()
