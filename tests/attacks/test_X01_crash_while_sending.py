"""X01: the program ends anywhere between encrypting, storing and sending."""

from typing import Any

import pytest

from doorless_client.core.sessions import Sessions
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import World
from doorless_protocol.session import Session

MORE_THAN_ALL_POINTS = 60


keep = Sessions.keep


def remembers_only_in_memory(self: Sessions, session: Session) -> None:
    """The next state is not stored with the envelope that was sealed on the way to it."""
    keep(self, session)
    self._unwritten.clear()


@pytest.mark.attack(
    "X01",
    "wherever sending crashes, each message arrives once, in order, and no nonce repeats",
    weaken={"doorless_client.core.sessions.Sessions.keep": remembers_only_in_memory},
)
def test_wherever_sending_crashes_each_message_arrives_once(record: Any) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        crash = Crashing(alice)
        said: list[str] = ["hello"]
        for point in range(1, MORE_THAN_ALL_POINTS):
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
            if any(message.text == f"{point}" for message in alice.messages("bob")):
                said.append(f"{point}")
            world.settle()
            if not crashed:
                break
        else:
            pytest.fail("there are more points than were tried")
        assert point > 6
        assert bob.texts("alice") == said
        assert {message.gap for message in bob.messages("alice")} == {0}
        assert_nothing_was_sealed_twice(world)
        record("X01", "places where sending crashed", point - 1)


@pytest.mark.attack(
    "X01",
    "wherever a first contact crashes, it arrives once and leads to a session that works",
    weaken={
        "doorless_client.core.sessions.Sessions.keep": remembers_only_in_memory,
        "doorless_client.core.resync.Resyncs.broken": lambda *_: None,  # it would mend the damage
    },
)
def test_wherever_a_first_contact_crashes_it_arrives_once(record: Any) -> None:
    for point in range(1, MORE_THAN_ALL_POINTS):
        with World(seed=bytes([point])) as world:
            alice, bob = world.people("alice", "bob")
            alice.add("bob")
            crash = Crashing(alice)
            crash.after(point)
            crashed = False
            try:
                alice.says("bob", "hello")
                alice.live()
            except Crashed:
                crashed = True
            crash.after(0)
            alice.reopen()
            stored = [message.text for message in alice.messages("bob")]
            alice.says("bob", "and more")
            world.settle()
            bob.accepts("alice")
            world.advance(10)
            bob.says("alice", "I hear you")
            world.settle()
            assert bob.texts("alice") == [*stored, "and more"]
            assert alice.texts("bob") == ["I hear you"]
            assert_nothing_was_sealed_twice(world)
        if not crashed:
            record("X01", "places where a first contact crashed", point - 1)
            return
    pytest.fail("there are more points than were tried")


def assert_nothing_was_sealed_twice(world: World) -> None:
    """One id is one sequence of bytes; and no two envelopes begin with the same nonce."""
    envelopes = {submit.envelope for submit in world.submitted}
    assert len({submit.envelope_id for submit in world.submitted}) == len(envelopes)
    steady = [envelope for envelope in envelopes if len(envelope) < 32_768]
    assert len({envelope[:12] for envelope in steady}) == len(steady)
