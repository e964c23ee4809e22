"""A handshake that begins again, and whose session an envelope is addressed to."""

from dataclasses import replace

import pytest

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.first_contact import initiate
from doorless_protocol.handshake import Kind
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session, addressed
from doorless_protocol.snapshot import join, parts

NOW = 1_800_000_000


@pytest.fixture
def pair(random: Random) -> tuple[Device, Device]:
    return Device.draw("alice", NOW, random), Device.draw("bob", NOW, random)


def resync(alice: Device, bob: Device, random: Random) -> Session:
    theirs, served = bob.us.manifest, bob.serve()
    return initiate(alice.us, theirs, served, 3, NOW, random, kind=Kind.RESYNC, received=12)


def test_both_sides_know_that_it_begins_again_and_what_was_received(
    pair: tuple[Device, Device], random: Random
) -> None:
    alice, bob = pair
    ours, envelope = resync(alice, bob, random).seal(b"", random)
    assert len(envelope) == 32 * 1024
    theirs = bob.accept(bob.unseal(envelope), NOW).session
    for session in (ours, theirs, join(parts(ours)), join(parts(theirs))):
        assert session.kind is Kind.RESYNC
        assert session.received == 12
        assert session.known == 3


@pytest.mark.parametrize(
    "changes", [{"received": 13}, {"received": 0}, {"kind": Kind.START, "received": 0}]
)
def test_what_it_lists_cannot_be_changed_on_the_way(
    pair: tuple[Device, Device], random: Random, changes: dict[str, object]
) -> None:
    alice, bob = pair
    _, envelope = resync(alice, bob, random).seal(b"", random)
    with pytest.raises(ForgedError):
        bob.accept(replace(bob.unseal(envelope), **changes), NOW)  # type: ignore[arg-type]


def test_a_start_lists_nothing(pair: tuple[Device, Device], random: Random) -> None:
    alice, bob = pair
    with pytest.raises(ValueError, match="lists nothing"):
        initiate(alice.us, bob.us.manifest, bob.serve(), 0, NOW, random, received=1)


def test_the_header_says_whose_a_message_is_also_if_it_does_not_open(
    pair: tuple[Device, Device], random: Random
) -> None:
    alice, bob = meet(*pair, NOW, random)
    _, stranger = meet(*pair, NOW, random)
    envelope = bytearray(alice.says(b"hello"))
    envelope[-1] ^= 1
    held = [stranger.session, bob.session]
    assert addressed(held, bytes(envelope)) is bob.session
    assert addressed(held[:1], bytes(envelope)) is None
    with pytest.raises(MalformedError):
        addressed(held, bytes(envelope[:-1]))
