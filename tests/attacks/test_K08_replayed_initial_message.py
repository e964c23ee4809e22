from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol import first_contact
from doorless_protocol.errors import ReplayedError

NOW = 1_800_000_000


class Bob:
    """Applies the rule of docs/spec/03-handshake.md §6.1, and shows what he opens."""

    def __init__(self, device: Device) -> None:
        self.device, self.sessions, self.shown = device, [], []

    def gets(self, envelope: bytes) -> None:
        initial = self.device.unseal(envelope)
        for at, session in enumerate(self.sessions):
            if first_contact.belongs_to(initial, session):
                self.sessions[at], content = session.open(initial.message, NOW)
                self.shown.append(content)
                return
        accepted = self.device.accept(initial, NOW)
        self.sessions.append(accepted.session)
        self.shown.append(accepted.content)


@pytest.mark.attack(
    "K08",
    "a repeated initial message maps to its session, last resort or not, and resets nothing",
    weaken={"doorless_protocol.first_contact.belongs_to": lambda initial, session: False},
)
@pytest.mark.parametrize("pair", [0, None], ids=["one-time", "last resort"])
def test_a_replayed_initial_message_is_shown_once(pair) -> None:
    random = Seeded(8).randbytes
    alice, device = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
    bob, served = Bob(device), device.serve(pair)
    session = first_contact.initiate(alice.us, device.us.manifest, served, 0, NOW, random)
    session, first = session.seal(b"0", random)
    bob.gets(first)
    for at in range(1, 50):
        session, envelope = session.seal(b"%d" % at, random)
        bob.gets(envelope)
    held = list(bob.sessions)
    for _ in range(2):
        with pytest.raises(ReplayedError):
            bob.gets(first)
    assert bob.sessions == held
    assert bob.shown == [b"%d" % at for at in range(50)]
