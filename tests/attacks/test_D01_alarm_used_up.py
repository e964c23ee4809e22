"""D01: an alarm is used up beforehand, so that the real one is silent."""

from dataclasses import replace

import pytest

from doorless_client.core.views import Trust
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.log.gossip import Gossip
from logged import alarms, checks


def names_another_entry(peer: Person, head: bytes, patch: pytest.MonkeyPatch) -> None:
    """What the peer's texts say from now on of whom they were sealed to."""
    conversations = peer.engine._conversations
    said = Gossip.decode(conversations.gossip(peer._contact("alice")))
    lied = replace(said, your_version=1, your_head=head).encode()
    patch.setattr(conversations, "gossip", lambda _: lied)


@pytest.mark.attack(
    "D01",
    "who was told of one ghost, and decided, is told of the next, and nothing is sent",
    weaken={"doorless_client.core.log_alarms.digest": lambda *_: bytes(32)},
)
def test_a_ghost_is_not_silenced_by_one_before_it() -> None:
    with World(log=True) as world, pytest.MonkeyPatch.context() as patch:
        alice, bob = world.friends("alice", "bob")
        world.advance(86_400)
        checks(alice, bob)
        for head in (b"\1" * 16, b"\2" * 16):
            names_another_entry(bob, head, patch)
            for text in ("I was shown another one", "the same again"):
                bob.says("alice", text)
                world.settle()
            assert alice.chat("bob").trust is Trust.CHANGED
            for alarm in alice.engine.alarms():
                alice.engine.read_alarm(alarm.number)
            alice.accepts("bob")
            bob.says("alice", "and the same after you decided")
            world.settle()
            assert alice.chat("bob").trust is not Trust.CHANGED
        assert alarms(alice) == ["ghost", "ghost"]
