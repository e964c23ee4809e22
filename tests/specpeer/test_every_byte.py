"""Every byte that our implementation emits follows from its state and from what it drew.

Beside ours stands a shadow: SpecPeer with the same keys, which hears what ours hears, plays the
tape of what ours drew, and has to say the same bytes. A byte that came from elsewhere (a channel
for somebody's key, say) would be one that it does not say, or a draw that the specification
does not have.
"""

from collections.abc import Callable
from random import Random

import pytest

from beside_ours import Theirs
from doorless_lab.tape import Recorder
from shadowed import Shadowed
from specpeer.crypto import Unaccounted


@pytest.fixture
def shadowed() -> Shadowed:
    return Shadowed(Recorder(Random(11).randbytes), Theirs.draw(12))


@pytest.mark.parametrize("begins", ["ours", "specpeer"])
@pytest.mark.parametrize("pair", [2, None], ids=["one-time", "last-resort"])
def test_no_byte_is_unaccounted_for(shadowed: Shadowed, begins: str, pair: int | None) -> None:
    alice, bob = shadowed, shadowed.other
    if begins == "ours":
        alice.contacts(pair)
        for said in (b"hello", b"are you there?"):
            assert bob.hears(alice.says(said)) == said
    else:
        bob.contacts(alice.ours.manifest(), alice.ours.serve(pair))
        assert alice.hears(bob.says(b"hello")) == b"hello"
    random, late = Random(3), []
    while alice.ours.label < 8:
        for _ in range(random.choice([0, 1, 1, 2])):
            late.append(bob.says(b"late"))
            assert alice.hears(bob.says(b"reply")) == b"reply"
        for size in random.choices([0, 5, 698, 3000, 60_000 if alice.ours.confirmed else 9], k=2):
            assert bob.hears(alice.says(bytes(size))) == bytes(size)
        if late and random.random() < 0.5:
            assert alice.hears(late.pop(0)) == b"late"
    alice.draws.finish()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda said: said.append(("random", bytes(12))),
        lambda said: said.insert(-1, ("random", bytes(1))),
        lambda said: said.__setitem__(-1, ("random", bytes(13))),
        lambda said: said.__setitem__(-1, ("random", bytes(12))),
    ],
    ids=["a draw too many", "a draw too early", "another size", "another nonce"],
)
def test_a_draw_that_does_not_follow_is_noticed(
    shadowed: Shadowed, tamper: Callable[[list[tuple[str, bytes]]], None]
) -> None:
    alice, bob = shadowed, shadowed.other
    bob.contacts(alice.ours.manifest(), alice.ours.serve(0))
    alice.hears(bob.says(b""))
    envelope = alice.ours_says(b"")
    tamper(alice.recorder.tape)
    with pytest.raises((Unaccounted, AssertionError)):
        _follows(alice, envelope)


def _follows(alice: Shadowed, envelope: bytes) -> None:
    assert alice.shadow.says(b"") == envelope
    alice.draws.finish()
