"""R21: what can be told of a message from its length: one of six sizes."""

from collections import Counter

import pytest

from doorless_lab.world import World
from doorless_protocol.content import (
    MAX_TEXT_BYTES,
    Control,
    Delete,
    Edit,
    Profile,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
)
from doorless_protocol.ratchet import triple
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, SIZE_CLASSES

pad_to = triple.size_class


def to_the_next_eight(size: int) -> int:
    """As a block cipher pads: next to nothing."""
    return max(size + -size % 8, SIZE_CLASSES[0])


def without_padding(size: int) -> int:
    return size


@pytest.mark.attack(
    "R21",
    "all texts of 0 to 200 characters, and all that is no text, have one size",
    weaken={
        "doorless_protocol.ratchet.triple.size_class": without_padding,
        "doorless_protocol.ratchet.triple.Triple.seal.__defaults__": (0,),
    },
)
def test_short_texts_and_what_is_no_text_have_one_size() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        (session,) = alice.engine.state.sessions.with_account(bob.engine.me.account)
        said = [Text("x" * length) for length in range(1, 201)]
        said += [Control(), Typing(True), Receipt((bytes(16),), read=True)]
        said += [Receipt((bytes(16),) * 32, read=False), Text("\U0001f600" * 50)]
        said += [React(bytes(32), bytes(16), "\U0001f600"), Delete(bytes(16)), Timer(3600, 1)]
        said += [Edit(bytes(16), "x" * 200), Text("x", lasts=3600)]
        sizes = set()
        for body in said:
            session, envelope = session.seal(alice.next_content("bob", body).encode(), world.random)
            sizes.add(len(envelope))
        assert sizes == {SIZE_CLASSES[0]}


@pytest.mark.attack(
    "R21",
    "whatever is said, the relay sees six sizes and no other, and one size at a first contact",
    weaken={"doorless_protocol.ratchet.triple.size_class": to_the_next_eight},
)
def test_the_relay_sees_six_sizes_and_no_other() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        carol = world.person("carol")
        carol.add("alice")
        for length in (1, 90, 3_000):
            carol.says("alice", "y" * length)
        for length in (*range(1, MAX_TEXT_BYTES, 641), MAX_TEXT_BYTES):
            alice.says("bob", "x" * length)
        world.settle()
        said = bob.texts("alice")
        seen = Counter(len(submit.envelope) for submit in world.submitted)
        assert said[-1] == "x" * MAX_TEXT_BYTES
        assert set(seen) <= set(SIZE_CLASSES)
        assert len(seen) >= 5
        assert {len(one.envelope) for one in alice.mail()} <= {FIRST_CONTACT_SIZE}


def test_a_profile_has_a_size_of_its_own_and_says_so() -> None:
    """What 32 KiB may be, besides a first contact: the limit that docs/spec/05 names."""
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        profile = Profile("Alice", bytes(16), alice.engine.state.manifest.encode())
        size = alice.engine.state.sessions.with_account(bob.engine.me.account)[0].wire_size(
            len(alice.next_content("bob", profile).encode())
        )
        assert size in SIZE_CLASSES
