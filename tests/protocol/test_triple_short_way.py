"""The message that comes next opens by a short way, which gives what the long way gives."""

from collections.abc import Callable
from random import Random as Seeded
from typing import NoReturn

import pytest

from doorless_lab.ratchets import Side, talking
from doorless_protocol.errors import BrokenSessionError, DoorlessError
from doorless_protocol.ratchet.double import Double
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.triple import Triple, split_front

Random = Callable[[int], bytes]
Opened = tuple[Triple, bytes] | type[DoorlessError]


def opens(listener: Side, envelope: bytes) -> Opened:
    try:
        return listener.state.open(envelope, listener.now, listener.identity)
    except DoorlessError as refusal:
        return type(refusal)


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_lead_to_the_same_state(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over losses, turns, epochs, spoilt envelopes and repetitions."""
    chance = Seeded(seed)
    sides = talking(chance.randbytes)
    short_ways, short_way = 0, Triple._open_next
    for _ in range(120):
        speaker, listener = chance.sample(sides, 2)
        envelope = speaker.says(chance.randbytes(chance.randrange(40)))
        if chance.random() < 0.2:
            continue  # lost
        if chance.random() < 0.1:
            spoilt = bytearray(envelope)
            spoilt[chance.randrange(len(spoilt))] ^= 1
            envelope = bytes(spoilt)
        fast = opens(listener, envelope)
        with monkeypatch.context() as patch:
            patch.setattr(Triple, "_open_next", lambda *_: None)
            slow = opens(listener, envelope)
        assert fast == slow
        if isinstance(fast, tuple):
            before = listener.state.double.receiving
            after = fast[0].double.receiving
            assert after is not None
            short_ways += before is not None and after.number == before.number + 1
            listener.state = fast[0]
    assert short_way is Triple._open_next
    assert short_ways > 10


def test_the_message_that_comes_next_needs_no_step_of_the_long_way(
    random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = talking(random)
    bob.hears(alice.says(b"a turn"))
    monkeypatch.setattr(Double, "hear", _too_long)
    with monkeypatch.context() as patch:
        patch.setattr(Triple, "look", _too_long)
        patch.setattr(Triple, "open_found", _too_long)
        assert bob.hears(alice.says(b"the next")) == b"the next"
    envelope = alice.says(b"and the next")
    found = bob.state.look(*split_front(envelope))
    assert found is not None
    assert bob.state.open_found(found, envelope, bob.now, bob.identity)[1] == b"and the next"


def _too_long(*_: object) -> NoReturn:
    raise AssertionError("the long way")


@pytest.mark.parametrize(
    ("at", "value", "meaning"),
    [
        (0, b"\xaa", "another key"),
        (32, b"\xff" * 4, "a counter at its end"),
        (39, b"\x07", "a gap that the index does not tell of"),
        (51, b"\x07", "a gap that the number does not tell of"),
        (47, b"\x07", "a label far ahead"),
        (52, b"\x02", "a flag without a meaning"),
        (53, b"\x01", "a spare byte"),
        (55, b"\x01", "the last spare byte"),
    ],
)
def test_a_header_that_differs_from_the_next_one_in_anything_is_refused(
    at: int, value: bytes, meaning: str, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a peer that seals under the right keys, and says of it what is not so."""
    alice, bob = talking(random)
    honest = Header.encode

    def lying(header: Header) -> bytes:
        data = honest(header)
        lie = data[:at] + value + data[at + len(value) :]
        assert lie != data, meaning
        return lie

    with monkeypatch.context() as patch:
        patch.setattr(Header, "encode", lying)
        envelope = alice.copy().says(b"not as it says")
    assert opens(bob, envelope) is BrokenSessionError
    assert bob.hears(alice.says(b"as it says")) == b"as it says"


def test_a_message_after_which_none_is_missed_leaves_the_late_keys_alone(random: Random) -> None:
    alice, bob = talking(random)
    alice.says(b"lost")
    bob.hears(alice.says(b"heard"))
    late = bob.state.late
    alice.hears(bob.says(b"a turn"))
    bob.hears(alice.says(b"the long way, without a gap"))
    assert late.count == 1
    assert bob.state.late is late
