from random import Random as Seeded

import pytest

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import ForgedError, ReplayedError

NOW = 1_800_000_000


@pytest.mark.attack(
    "R01",
    "every envelope opens once, in whatever order it and its copies come",
    weaken={"doorless_protocol.ratchet.late.Late.take": lambda late, header_key, number: late},
)
@pytest.mark.parametrize("order", ["as sent", "reverse", "random"])
def test_a_replayed_envelope_opens_once(order) -> None:
    random = Seeded(1).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    captured = []
    for turn in range(4):
        captured += [(b"%d.%d" % (turn, at), alice.says(b"%d.%d" % (turn, at))) for at in range(8)]
        shown_first = captured.pop()
        assert bob.hears(shown_first[1]) == shown_first[0]  # the others of the turn are late
        alice.hears(bob.says(b"turn"))
    if order == "reverse":
        captured.reverse()
    if order == "random":
        Seeded(2).shuffle(captured)
    shown = []
    for _ in range(3):
        for _, envelope in captured:
            try:
                shown.append(bob.hears(envelope))
            except (ReplayedError, ForgedError):
                continue
    assert shown == [content for content, _ in captured]
