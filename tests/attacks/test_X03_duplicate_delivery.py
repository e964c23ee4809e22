"""X03: the same envelope comes twice, late, or in parallel on two connections."""

import pytest

from doorless_client.core.receiving import Arrival, Receiver
from doorless_client.store.base import Store
from doorless_lab.world import World
from doorless_protocol.frames import Deliver

keep_step = Receiver._keep_session


def forgets_envelopes(store: Store, envelope_id: bytes) -> bool:
    return False


def keeps_no_step(self: Receiver, arrival: Arrival) -> None:
    if arrival.initial is not None:
        keep_step(self, arrival)


def shows_again(*_: object) -> None:
    return None


@pytest.mark.attack(
    "X03",
    "an envelope that is delivered twice at once, and again late, is shown once",
    weaken={
        "doorless_client.core.engine.is_known": forgets_envelopes,
        "doorless_client.core.receiving.Receiver._keep_session": keeps_no_step,
        "doorless_client.core.conversations.Conversations._find": shows_again,
    },
)
def test_an_envelope_delivered_twice_and_late_is_shown_once() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        for text in ("one", "two", "three"):
            alice.says("bob", text)
        world.settle()
        waiting = bob.mail()
        under_another_id = [Deliver(world.random(16), one.envelope) for one in waiting]
        bob.engine.receive([*waiting, *waiting, *under_another_id])
        bob.engine.receive(waiting)
        bob.reopen()
        bob.engine.receive([*under_another_id, *waiting])
        assert bob.texts("alice") == ["hello", "one", "two", "three"]
        assert [message.gap for message in bob.messages("alice")] == [0] * 4
