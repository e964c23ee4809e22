from os import urandom
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol.errors import ReplayedError
from doorless_protocol.first_contact import initiate

NOW = 1_800_000_000


class Bob:
    """Applies the rule of docs/spec/03-handshake.md §6.1, and shows what he opens."""

    def __init__(self, device: Device) -> None:
        self.device, self.sessions, self.shown = device, {}, []

    def gets(self, envelope: bytes) -> None:
        initial = self.device.unseal(envelope)
        session = self.sessions.get(initial.origin)
        if session is None:
            accepted = self.device.accept(initial, NOW)
            follows, content = accepted.session, accepted.content
        else:
            follows, content = session.open(initial.message, NOW, self.device.us.device.kem)
        self.sessions[initial.origin] = follows
        self.shown.append(content)


@pytest.mark.attack(
    "K08",
    "a repeated initial message maps to its session, last resort or not, and resets nothing",
    weaken={"doorless_protocol.envelope.origin": lambda bundle_id, opening: urandom(40)},
)
@pytest.mark.parametrize("pair", [0, None], ids=["one-time", "last resort"])
def test_a_replayed_initial_message_is_shown_once(pair) -> None:
    random = Seeded(8).randbytes
    alice, device = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
    bob, served = Bob(device), device.serve(pair)
    session = initiate(alice.us, device.us.manifest, served, 0, NOW, random)
    session, first = session.seal(b"0", random)
    bob.gets(first)
    for at in range(1, 50):
        session, envelope = session.seal(b"%d" % at, random)
        bob.gets(envelope)
    held = dict(bob.sessions)
    for _ in range(2):
        with pytest.raises(ReplayedError):
            bob.gets(first)
    assert bob.sessions == held
    assert bob.shown == [b"%d" % at for at in range(50)]
