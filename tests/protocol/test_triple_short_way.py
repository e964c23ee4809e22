"""The message that comes next opens by a short way, which gives what the long way gives."""

from random import Random as Seeded

import pytest

from doorless_lab.ratchets import Side, talking
from doorless_protocol.errors import DoorlessError
from doorless_protocol.ratchet.triple import Triple

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
