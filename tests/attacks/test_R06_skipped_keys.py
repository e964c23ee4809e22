from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import BrokenSessionError, SkippedTooFarError
from doorless_protocol.ratchet.chain import Chain
from doorless_protocol.ratchet.double import MAX_GAP

NOW = 1_800_000_000


@pytest.mark.attack(
    "R06",
    "a message may pass over 1,000 others; one further is refused before anything is derived",
    weaken={"doorless_protocol.ratchet.double.check_gap": lambda gap: None},
)
@pytest.mark.parametrize("turns", [False, True])
def test_a_gap_beyond_the_bound_derives_and_stores_nothing(monkeypatch, turns) -> None:
    random = Seeded(6).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    if turns:
        alice.hears(bob.says(b"your turn"))
    next_, _ = alice.session.seal(b"lost", random)
    before = bob.session
    for gap, error in (
        (MAX_GAP + 1, SkippedTooFarError),
        (2**32 - 2, SkippedTooFarError),
        (2**32 - 1, BrokenSessionError),
    ):
        envelope = _at(next_, gap).seal(b"far ahead", random)[1] if gap < 2**32 - 1 else None
        if envelope is None:
            envelope = _claiming_the_end(next_, random, monkeypatch)
        with monkeypatch.context() as patch:
            patch.setattr(Chain, "walk", _fails)
            with pytest.raises(error):
                bob.hears(envelope)
        assert bob.session is before
        assert bob.session.late == 0
    far = alice.session
    for _ in range(MAX_GAP):
        far, _ = far.seal(b"lost", random)
    assert bob.hears(far.seal(b"at the bound", random)[1]) == b"at the bound"
    assert bob.session.late == MAX_GAP


def _fails(chain: Chain, count: int) -> None:
    raise AssertionError(f"{count} keys derived for a message that is to be refused")


def _at(session, gap):
    """As if the chain, one message long in truth, stood `gap` messages ahead of Bob."""
    ratchet = session.ratchet
    sending = ratchet.double.sending
    number = sending.number - 1 + gap
    double = replace(ratchet.double, sending=Chain(sending.key, min(number, 2**32 - 2)))
    return replace(session, ratchet=replace(ratchet, double=double))


def _claiming_the_end(session, random, monkeypatch) -> bytes:
    """A number that no message has: an honest sender's chain refuses to take that place."""
    ratchet = session.ratchet
    sending = ratchet.double.sending
    double = replace(ratchet.double, sending=Chain(sending.key, 2**32 - 1))
    with monkeypatch.context() as patch:
        patch.setattr("doorless_protocol.ratchet.double.check_room", lambda number: None)
        evil = replace(session, ratchet=replace(ratchet, double=double))
        return evil.seal(b"at the end", random)[1]
