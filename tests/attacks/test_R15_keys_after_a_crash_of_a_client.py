"""R15: a client that crashes goes back to an older state; what left must not be sealed again."""

import pytest

from doorless_client.core.outbox import Outbox
from doorless_client.store.records import Copy, Outgoing
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import World
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.session import Session

MORE_THAN_ALL_POINTS = 60
Place = tuple[bytes, bytes, int]
"""A session, the key of one of its sending chains, and the number in it."""

left_early: list[bytes] = []
seal = Session.seal


def sends_before_it_stores(
    self: Outbox, item: Outgoing, entry: DeviceEntry, session: Session
) -> None:
    """The envelope leaves as soon as it is sealed; the state that follows is stored then."""
    following, envelope = session.seal(item.content, self._state.random)
    left_early.append(envelope)
    self._state.sessions.keep(following)
    id = self._state.random(16)
    self._store.copies.put(Copy(item.number, entry.device, entry.mailbox, id, envelope, sent=False))


@pytest.mark.attack(
    "R15",
    "wherever a client crashes while sending, no two envelopes leave under one key of a session",
    weaken={"doorless_client.core.outbox.Outbox._seal_one": sends_before_it_stores},
)
def test_wherever_a_client_crashes_no_two_envelopes_leave_under_one_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left_early.clear()
    places: dict[bytes, Place] = {}

    def recorded(self: Session, content: bytes, random: object) -> tuple[Session, bytes]:
        following, envelope = seal(self, content, random)  # type: ignore[arg-type]
        double = following.ratchet.double
        assert double.sending is not None
        places[envelope] = (self.id, double.keys.public, double.sending.number)
        return following, envelope

    monkeypatch.setattr(Session, "seal", recorded)
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        crash = Crashing(alice)
        # Twice each: what else is due, shifts the points of one of two sendings in a row.
        for point in (at // 2 for at in range(2, 2 * MORE_THAN_ALL_POINTS)):
            alice.says("bob", f"before {point}")  # begins the chain that the crash goes back in
            alice.live()
            world.now += 700  # so that the manifest is looked up again as well
            crash.after(point)
            crashed = False
            try:
                alice.says("bob", f"{point}")
                alice.live()
            except Crashed:
                crashed = True
            crash.after(0)
            alice.reopen()
            alice.says("bob", f"after {point}")
            world.settle()
            if not crashed:
                break
        else:
            pytest.fail("there are more points than were tried")
        left = {submit.envelope for submit in world.submitted} | set(left_early)
        under = [places[envelope] for envelope in left]
        assert len(left) > 2 * (point - 1) > 10
        assert len(set(under)) == len(under)
        assert bob.texts("alice")[-1] == f"after {point}"
